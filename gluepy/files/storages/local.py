"""Files on a disk of this machine.

A write goes to a hidden name in the same folder, is flushed to the disk and renamed, so
that a file under its own name is always whole, whenever the process is killed.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO

from gluepy.conf import default_settings
from gluepy.files.storages.atomic import (
    fill,
    flush,
    flush_tree,
    new_file,
    publish,
    replace_folder,
    unlink,
)
from gluepy.files.storages.base import BaseStorage
from gluepy.files.storages.paths import is_temporary, join, outside, split, temporary_name
from gluepy.files.storages.pending import PendingFile

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem


class LocalStorage(BaseStorage):
    """Files below a folder of this machine.

    Args:
        root: The folder; made on the first write. A relative STORAGE_ROOT starts at BASE_DIR,
            a relative argument at the current folder.
    """

    is_local = True
    supports_append = True

    def __init__(self, root: str | None = None, **options: Any) -> None:
        super().__init__(root, **options)
        if self._root is not None:
            self._root = os.path.abspath(os.path.expanduser(self._root))
        self._setting: tuple[Any, str] = (None, "")
        self._real: tuple[str, str] = ("", "")

    @property
    def root(self) -> str:
        """The folder where paths start, absolute."""
        if self._root is not None:
            return self._root
        given = default_settings.STORAGE_ROOT
        if self._setting[0] != given:
            at = os.path.join(default_settings.BASE_DIR, os.path.expanduser(given))
            self._setting = (given, os.path.abspath(at))
        return self._setting[1]

    # --- Paths -----------------------------------------------------------------------------

    def local_path(self, path: str) -> str:
        """Return the real path on the disk."""
        return self._full(self._clean(path))

    abspath = local_path

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or folder."""
        clean = self._clean(path)
        return not clean or os.access(f"{self.root}/{clean}", os.F_OK)

    def _inside(self, path: str) -> str:
        full = os.path.normpath(path)
        for root in (self.root, self._real_root()):
            if full == root or full.startswith(root.rstrip("/") + "/"):
                return self._clean(full[len(root) :].lstrip("/") or ".")
        raise outside(path, self.root)

    def _full(self, path: str) -> str:
        return f"{self.root}/{path}" if path else self.root

    def _real_root(self) -> str:
        root = self.root
        if self._real[0] != root:
            self._real = (root, os.path.realpath(root))
        return self._real[1]

    def _target(self, path: str) -> str:
        """Return the path to write to, symlinks followed, if it lies below the root."""
        full = os.path.realpath(self._full(path))
        if not full.startswith(self._real_root().rstrip("/") + "/"):
            raise outside(path, self.root)
        return full

    def _entry(self, path: str) -> str:
        """Return the path of an entry to remove: only the folders on the way are followed."""
        folder, name = split(path)
        return f"{self._target(folder) if folder else self.root}/{name}"

    # --- Reading ---------------------------------------------------------------------------

    def _kind(self, path: str) -> str:
        try:
            mode = os.stat(self._full(path)).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return "" if path else "dir"
        return "dir" if mode & 0o170000 == 0o040000 else "file"

    def _size(self, path: str) -> int:
        if self._existing(path) == "dir":
            raise IsADirectoryError(f"'{path}' is a folder.")
        return os.stat(self._full(path)).st_size

    def _open(self, path: str) -> BinaryIO:
        try:
            return open(self._full(path), "rb")
        except NotADirectoryError:
            raise FileNotFoundError(path) from None

    def ls(self, path: str = "") -> tuple[list[str], list[str]]:
        """Return the files and the folders of a folder, sorted, each relative to the root."""
        clean = self._clean(path)
        try:
            return self._scan(clean, f"{clean}/" if clean else "")
        except OSError:
            # The way of all storages, which says what is wrong.
            return super().ls(path)

    def _list(self, path: str) -> tuple[list[str], list[str]]:
        return self._scan(path, "")

    def _scan(self, path: str, start: str) -> tuple[list[str], list[str]]:
        """Return the files and the folders of a folder, sorted, with ``start`` before each."""
        files: list[str] = []
        folders: list[str] = []
        add = files.append
        with os.scandir(self._full(path)) as entries:
            for entry in entries:
                if entry.is_dir():
                    folders.append(start + entry.name)
                else:
                    add(start + entry.name)
        return _shown(files, start), _shown(folders, start)

    def _walk(self, path: str) -> Iterator[str]:
        if not os.path.isdir(self._full(path)):
            return
        files, folders = self._list(path)
        real = [name for name in folders if not os.path.islink(self._full(join(path, name)))]
        for name in sorted([*files, *(f"{name}/" for name in real)]):
            if name[-1] == "/":
                yield from self._walk(join(path, name[:-1]))
            else:
                yield join(path, name)

    def _names_beside(self, path: str) -> list[str]:
        from itertools import islice

        with os.scandir(self._full(split(path)[0])) as entries:
            return [entry.name for entry in islice(entries, 1000)]

    def arrow_filesystem(self) -> tuple[FileSystem, str]:
        """Return Arrow's local filesystem and the root."""
        from gluepy.files.storages.arrow import local_filesystem

        return local_filesystem(), self.root

    # --- Writing ---------------------------------------------------------------------------

    def _write(self, path: str, content: bytes | BinaryIO, exclusive: bool) -> int:
        target = self._target(path)
        folder, _, name = target.rpartition("/")
        temporary = f"{folder}/{temporary_name(name)}"
        descriptor = new_file(temporary)
        try:
            try:
                size = fill(descriptor, content)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            publish(temporary, target, exclusive=exclusive)
        except BaseException:
            unlink(temporary)
            raise
        return size

    def _create(self, path: str, exclusive: bool) -> PendingFile:
        target = self._target(path)
        folder, _, name = target.rpartition("/")
        temporary = f"{folder}/{temporary_name(name)}"
        raw = io.FileIO(new_file(temporary), "w")

        def finish() -> int:
            os.fsync(raw.fileno())
            size = os.fstat(raw.fileno()).st_size
            publish(temporary, target, exclusive=exclusive)
            return size

        return PendingFile(raw, finish, lambda: unlink(temporary))

    @contextmanager
    def writing(self, path: str) -> Iterator[str | BinaryIO]:
        """Yield a temporary local path; the file there gets its name when the block ends."""
        path = self._file_path(path)
        target = self._target(path)
        folder, _, name = target.rpartition("/")
        os.makedirs(folder, exist_ok=True)
        if os.path.isdir(target):
            raise IsADirectoryError(f"'{path}' is a folder.")
        temporary = f"{folder}/{temporary_name(name, keep_suffix=True)}"
        try:
            yield temporary
            size = flush(temporary)
            publish(temporary, target)
        except BaseException:
            unlink(temporary)
            raise
        self._announce_write(path, size)

    @contextmanager
    def writing_folder(self, path: str) -> Iterator[str]:
        """Yield a temporary local folder; it replaces ``path`` when the block ends."""
        from shutil import rmtree

        path = self._file_path(path)
        target = self._target(path)
        folder, _, name = target.rpartition("/")
        temporary = f"{folder}/{temporary_name(name)}"
        os.makedirs(temporary)
        try:
            yield temporary
            flush_tree(temporary)
            replace_folder(temporary, target)
        except BaseException:
            rmtree(temporary, ignore_errors=True)
            raise
        for written in self._walk(path):
            self._announce_write(written, None)

    def _append(self, path: str) -> BinaryIO:
        target = self._target(path)
        os.makedirs(os.path.dirname(target), exist_ok=True)
        return open(target, "ab")

    def _mkdir(self, path: str) -> None:
        os.makedirs(self._target(path) if path else self.root, exist_ok=True)

    def _copy(self, src: str, dest: str) -> None:
        with open(self._full(src), "rb") as source:
            self._write(dest, source, False)

    def _remove(self, path: str) -> None:
        os.unlink(self._entry(path))

    def _remove_dir(self, path: str) -> None:
        self._remove_tree(path)

    def _remove_tree(self, path: str) -> None:
        full = self._entry(path)
        if os.path.islink(full):
            os.unlink(full)
            return
        from shutil import rmtree

        rmtree(full)


def _shown(names: list[str], start: str) -> list[str]:
    """Return names that begin with ``start`` sorted, without those of files on their way."""
    from bisect import bisect_left

    names.sort()
    # Sorted, the names with a dot in front stand together, and no other can be temporary.
    first, end = bisect_left(names, f"{start}."), bisect_left(names, f"{start}/")
    skipped = len(start)
    names[first:end] = [name for name in names[first:end] if not is_temporary(name[skipped:])]
    return names
