"""What a backend has to define, and what it may define better than the default here.

Paths that arrive are clean: relative to the root, which is ``""``. Nothing here sends signals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from gluepy.files.storages.content import chunks
from gluepy.files.storages.paths import join, split
from gluepy.files.storages.pending import PendingFile


class StoragePrimitives:
    """The primitives under the verbs of ``BaseStorage``.

    A backend defines ``_kind``, ``_size``, ``_open``, ``_create``, ``_list``, ``_mkdir``,
    ``_remove`` and ``_remove_tree``, and ``_append`` if it sets ``supports_append``.
    """

    def _kind(self, path: str) -> str:
        """Return "file", "dir", or "" if there is neither. The root is always a "dir"."""
        raise NotImplementedError

    def _size(self, path: str) -> int:
        """Return the bytes of a file; FileNotFoundError if there is none."""
        raise NotImplementedError

    def _read(self, path: str) -> bytes:
        """Return a file's content; FileNotFoundError if there is none."""
        with self._open(path) as handle:
            return handle.read()

    def _open(self, path: str) -> BinaryIO:
        """Return a seekable file for reading; FileNotFoundError if there is none."""
        raise NotImplementedError

    def _write(self, path: str, content: bytes | BinaryIO, exclusive: bool) -> int:
        """Write a file whole or not at all, and return its bytes."""
        with self._create(path, exclusive) as pending:
            return sum(pending.write(piece) for piece in chunks(content))

    def _create(self, path: str, exclusive: bool) -> PendingFile:
        """Return a file for writing that appears on closing."""
        raise NotImplementedError

    def _append(self, path: str) -> BinaryIO:
        """Return a file for writing at its end, made if there is none."""
        raise NotImplementedError

    def _list(self, path: str) -> tuple[list[str], list[str]]:
        """Return the names of files and folders in a folder, in any order."""
        raise NotImplementedError

    def _walk(self, path: str) -> Iterator[str]:
        """Yield all files below a folder, sorted."""
        files, folders = self._list(path)
        entries = sorted([*files, *(f"{name}/" for name in folders)])
        for name in entries:
            if name[-1] == "/":
                yield from self._walk(join(path, name[:-1]))
            else:
                yield join(path, name)

    def _mkdir(self, path: str) -> None:
        """Make a folder and those it lies in; they may exist."""
        raise NotImplementedError

    def _copy(self, src: str, dest: str) -> None:
        """Copy a file over another or to a new name, whole or not at all."""
        with self._open(src) as source:
            self._write(dest, source, False)

    def _copy_tree(self, src: str, dest: str) -> None:
        """Copy a folder; each file appears whole or not at all."""
        self._mkdir(dest)
        files, folders = self._list(src)
        for name in files:
            self._copy(join(src, name), join(dest, name))
        for name in folders:
            self._copy_tree(join(src, name), join(dest, name))

    def _remove(self, path: str) -> None:
        """Remove a file."""
        raise NotImplementedError

    def _remove_dir(self, path: str) -> None:
        """Remove an empty folder."""
        self._remove_tree(path)

    def _remove_tree(self, path: str) -> None:
        """Remove a folder with all in it."""
        raise NotImplementedError

    def _names_beside(self, path: str) -> list[str]:
        """Return names in the folder a path lies in, for the hint of an error."""
        return [name for names in self._list(split(path)[0]) for name in names]
