"""Files that an importer writes."""

from __future__ import annotations

import os
from typing import IO, Any

from gluepy.files.storages import BaseStorage

NEW, SAME, DIFFERENT, EXTENDED = "new", "same", "differs", "extended"
_CHUNK = 1 << 20


class File:
    """A file to write.

    Args:
        path: Where it goes, from the root of its storage.
        source: Where it comes from, relative to the old project; empty if it is made up.
        storage: Where it goes: the folder of the project, or the storage of its data.
        content: What it is to hold; None is what its origin holds.
        origin: The file on this machine that is copied as it is.
        is_extended: Whether it is a file of the new project that gets some lines more.

    Attributes:
        status: ``new``, ``same``, ``differs`` or ``extended``, beside what is there.
    """

    def __init__(
        self,
        path: str,
        source: str,
        storage: BaseStorage,
        content: bytes | None = None,
        origin: str = "",
        is_extended: bool = False,
    ) -> None:
        self.path = path
        self.source = source
        self.storage = storage
        self.content = content
        self.origin = origin
        self.status = self._status(EXTENDED if is_extended else DIFFERENT)

    def _status(self, otherwise: str) -> str:
        if not self.storage.exists(self.path):
            return NEW
        return SAME if self.storage.isfile(self.path) and self._is_same() else otherwise

    def _is_same(self) -> bool:
        if self.content is not None:
            return bool(self.storage.open(self.path) == self.content)
        if self.storage.size(self.path) != os.path.getsize(self.origin):
            return False
        with self.storage.stream(self.path) as there, open(self.origin, "rb") as here:
            return _are_same(there, here)

    def write(self) -> None:
        """Write it."""
        if self.content is not None:
            self.storage.touch(self.path, self.content)
            return
        with open(self.origin, "rb") as here, self.storage.stream(self.path, "wb") as there:
            while chunk := here.read(_CHUNK):
                there.write(chunk)

    def to_dict(self) -> dict[str, Any]:
        """Return path, source and status."""
        return {"file": self.path, "from": self.source, "status": self.status}


def _are_same(one: IO[Any], other: IO[Any]) -> bool:
    while True:
        chunk, rest = one.read(_CHUNK), other.read(_CHUNK)
        if chunk != rest:
            return False
        if not chunk:
            return True
