"""Files in the memory of this process, for tests and for small runs that leave nothing."""

from __future__ import annotations

import io
from threading import RLock
from typing import Any, BinaryIO

from gluepy.files.storages.base import BaseStorage
from gluepy.files.storages.content import chunks
from gluepy.files.storages.paths import join, split
from gluepy.files.storages.pending import PendingFile


class MemoryStorage(BaseStorage):
    """Files in memory; every instance is a tree of its own, safe to use from threads."""

    supports_append = True

    def __init__(self, root: str | None = None, **options: Any) -> None:
        super().__init__(root or "", **options)
        self._lock = RLock()
        self._folders: dict[str, set[str]] = {"": set()}
        self._files: dict[str, bytes] = {}

    def abspath(self, path: str) -> str:
        """Return the path as a URL, to tell it from one on a disk."""
        return f"memory://{join(self.root, self._clean(path))}"

    def _kind(self, path: str) -> str:
        if path in self._folders:
            return "dir"
        return "file" if path in self._files else ""

    def _read(self, path: str) -> bytes:
        if path in self._folders:
            raise IsADirectoryError(f"'{path}' is a folder.")
        try:
            return self._files[path]
        except KeyError:
            raise FileNotFoundError(path) from None

    def _size(self, path: str) -> int:
        return len(self._read(path))

    def _open(self, path: str) -> BinaryIO:
        return io.BufferedReader(io.BytesIO(self._read(path)))

    def _list(self, path: str) -> tuple[list[str], list[str]]:
        with self._lock:
            if path in self._files:
                raise NotADirectoryError(path)
            if path not in self._folders:
                raise FileNotFoundError(path)
            names = list(self._folders[path])
            folders = [name for name in names if join(path, name) in self._folders]
        return list(set(names).difference(folders)), folders

    def _create(self, path: str, exclusive: bool) -> PendingFile:
        raw = io.BytesIO()
        self._check_place(path)

        def finish() -> int:
            return self._put(path, raw.getvalue(), exclusive)

        return PendingFile(raw, finish, lambda: None)

    def _write(self, path: str, content: bytes | BinaryIO, exclusive: bool) -> int:
        return self._put(path, b"".join(chunks(content)), exclusive)

    def _append(self, path: str) -> BinaryIO:
        return io.BufferedWriter(_Appender(self, path), 1)

    def _put(self, path: str, content: bytes, exclusive: bool = False) -> int:
        with self._lock:
            self._check_place(path)
            if exclusive and path in self._files:
                raise FileExistsError(path)
            folder, name = split(path)
            self._mkdir(folder)
            self._files[path] = content
            self._folders[folder].add(name)
        return len(content)

    def _extend(self, path: str, piece: bytes) -> None:
        with self._lock:
            self._put(path, self._files.get(path, b"") + piece)

    def _check_place(self, path: str) -> None:
        if path in self._folders:
            raise IsADirectoryError(f"'{path}' is a folder.")

    def _mkdir(self, path: str) -> None:
        with self._lock:
            if path in self._folders:
                return
            if path in self._files:
                raise NotADirectoryError(f"'{path}' is a file; nothing can be made in it.")
            parent, name = split(path)
            self._mkdir(parent)
            self._folders[path] = set()
            self._folders[parent].add(name)

    def _copy(self, src: str, dest: str) -> None:
        self._put(dest, self._read(src))

    def _remove(self, path: str) -> None:
        with self._lock:
            folder, name = split(path)
            del self._files[path]
            self._folders[folder].discard(name)

    def _remove_tree(self, path: str) -> None:
        with self._lock:
            files, folders = self._list(path)
            for name in files:
                self._remove(join(path, name))
            for name in folders:
                self._remove_tree(join(path, name))
            parent, name = split(path)
            del self._folders[path]
            self._folders[parent].discard(name)


class _Appender(io.RawIOBase):
    """Adds what is written to the end of a file in memory at once."""

    def __init__(self, storage: MemoryStorage, path: str) -> None:
        self._add = storage._extend
        self._path = path
        self._add(path, b"")

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._add(self._path, bytes(piece))
        return len(piece)
