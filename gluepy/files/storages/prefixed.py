"""A storage seen from one of its folders, as a run sees its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from gluepy.files.storages.base import BaseStorage
from gluepy.files.storages.paths import join
from gluepy.files.storages.pending import PendingFile

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

    from gluepy.files.storages.connection import Connection


class PrefixedStorage(BaseStorage):
    """A view of ``storage`` whose root is the folder ``prefix`` of it.

    The folder need not exist. Signals name the path in the storage underneath.
    """

    def __init__(self, storage: BaseStorage, prefix: str) -> None:
        super().__init__(storage.relpath(prefix))
        self.storage = storage
        self.is_local = storage.is_local
        self.supports_append = storage.supports_append
        self.supports_exclusive = storage.supports_exclusive
        self.separator = storage.separator
        self.alias = storage.alias

    def _at(self, path: str) -> str:
        return join(self.root, path)

    def abspath(self, path: str) -> str:
        """Return where a path lies, in full."""
        return self.storage.abspath(self._at(self._clean(path)))

    def local_path(self, path: str) -> str | None:
        """Return the real path on this machine's disk, None if it does not lie there."""
        return self.storage.local_path(self._at(self._clean(path)))

    def _inside(self, path: str) -> str:
        inner = self.storage._inside(path)
        if inner != self.root and not inner.startswith(f"{self.root}/" if self.root else ""):
            return super()._inside(path)
        return self._clean(inner[len(self.root) :].lstrip("/") or ".")

    def arrow_filesystem(self) -> tuple[FileSystem, str] | None:
        """Return an Arrow filesystem and the root's path in it, None if there is none."""
        found = self.storage.arrow_filesystem()
        return found and (found[0], join(found[1], self.root))

    def connection(self) -> Connection | None:
        """Return how an engine's own client reaches the objects, None if it cannot."""
        found = self.storage.connection()
        return found and found._replace(root=join(found.root, self.root))

    @contextmanager
    def writing(self, path: str) -> Iterator[str | BinaryIO]:
        """Give an engine what it can write to: a local path, else a binary file."""
        with self.storage.writing(self._at(self._file_path(path))) as target:
            yield target

    @contextmanager
    def writing_folder(self, path: str) -> Iterator[str]:
        """Yield a local folder to fill; it replaces the folder ``path`` when the block ends."""
        with self.storage.writing_folder(self._at(self._file_path(path))) as folder:
            yield folder

    def _kind(self, path: str) -> str:
        return self.storage._kind(self._at(path)) if path else "dir"

    def _size(self, path: str) -> int:
        return self.storage._size(self._at(path))

    def _read(self, path: str) -> bytes:
        return self.storage._read(self._at(path))

    def _open(self, path: str) -> BinaryIO:
        return self.storage._open(self._at(path))

    def _write(self, path: str, content: bytes | BinaryIO, exclusive: bool) -> int:
        return self.storage._write(self._at(path), content, exclusive)

    def _create(self, path: str, exclusive: bool) -> PendingFile:
        return self.storage._create(self._at(path), exclusive)

    def _append(self, path: str) -> BinaryIO:
        return self.storage._append(self._at(path))

    def _list(self, path: str) -> tuple[list[str], list[str]]:
        return self.storage._list(self._at(path))

    def _walk(self, path: str) -> Iterator[str]:
        skipped = len(self.root) + 1 if self.root else 0
        if not self.storage._kind(self._at(path)):
            return
        for found in self.storage._walk(self._at(path)):
            yield found[skipped:]

    def _mkdir(self, path: str) -> None:
        self.storage._mkdir(self._at(path))

    def _copy(self, src: str, dest: str) -> None:
        self.storage._copy(self._at(src), self._at(dest))

    def _copy_tree(self, src: str, dest: str) -> None:
        self.storage._copy_tree(self._at(src), self._at(dest))

    def _remove(self, path: str) -> None:
        self.storage._remove(self._at(path))

    def _remove_dir(self, path: str) -> None:
        self.storage._remove_dir(self._at(path))

    def _remove_tree(self, path: str) -> None:
        self.storage._remove_tree(self._at(path))

    def _names_beside(self, path: str) -> list[str]:
        return self.storage._names_beside(self._at(path))

    def _signal_name(self, path: str) -> str:
        return self.storage._signal_name(self._at(path))
