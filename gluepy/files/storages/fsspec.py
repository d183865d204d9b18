"""Any place that fsspec knows: ``sftp://host/data``, ``abfs://container``, ``memory://x``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO

from gluepy.exceptions import MissingDependencyError, SettingsError, StorageError
from gluepy.files.storages.base import BaseStorage
from gluepy.files.storages.paths import is_temporary, join, split, temporary_name
from gluepy.files.storages.pending import PendingFile

try:
    import fsspec
    from fsspec.core import url_to_fs
    from fsspec.spec import AbstractFileSystem
except ImportError:
    raise MissingDependencyError("fsspec", "fsspec", "FsspecStorage") from None

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem


_CLAIMS = Lock()


class FsspecStorage(BaseStorage):
    """Files below a URL of fsspec.

    A file is written under a hidden name and moved to its own; how far that is one step
    depends on the place. ``exclusive`` relies on the place refusing to make a file twice.

    Args:
        root: The URL; by default STORAGE_ROOT.
        options: Handed on to the filesystem of fsspec.
    """

    def __init__(self, root: str | None = None, **options: Any) -> None:
        super().__init__(root)
        self._options = options
        self._lock = Lock()
        self._made: tuple[str | None, Any, str] = (None, None, "")

    @property
    def filesystem(self) -> Any:
        """The filesystem of fsspec."""
        return self._connected()[1]

    def abspath(self, path: str) -> str:
        """Return the URL of a path."""
        return join(self.root.rstrip("/"), self._clean(path))

    def arrow_filesystem(self) -> tuple[FileSystem, str]:
        """Return an Arrow filesystem over that of fsspec, and the root's path in it."""
        from gluepy.files.storages.arrow import fsspec_filesystem

        return fsspec_filesystem(self.filesystem), self._at("")

    def _connected(self) -> tuple[str | None, Any, str]:
        with self._lock:
            if self._made[0] != self.root:
                self._made = (self.root, *self._connect())
            return self._made

    def _connect(self) -> tuple[Any, str]:
        try:
            filesystem, base = url_to_fs(self.root, skip_instance_cache=True, **self._options)
        except ImportError as error:
            raise StorageError(f"'{self.root}' cannot be opened: {error}") from error
        except ValueError as error:
            known = ", ".join(sorted(fsspec.available_protocols())[:3])
            raise SettingsError(
                f"'{self.root}' is no URL that fsspec knows: {error}",
                hint=f"Give one like 'sftp://host/data'; protocols are {known}, …",
            ) from error
        return _without_cache(filesystem), base.rstrip("/")

    def _at(self, path: str) -> str:
        base = self._connected()[2]
        return f"{base}/{path}" if path else base or "/"

    # --- Reading ---------------------------------------------------------------------------

    def _info(self, path: str) -> dict[str, Any]:
        try:
            info: dict[str, Any] = self.filesystem.info(self._at(path))
        except NotADirectoryError:
            raise FileNotFoundError(path) from None
        return info

    def _kind(self, path: str) -> str:
        if not path:
            return "dir"
        try:
            return "dir" if self._info(path)["type"] == "directory" else "file"
        except FileNotFoundError:
            return ""

    def _size(self, path: str) -> int:
        return int(self._info(path)["size"] or 0)

    def _open(self, path: str) -> BinaryIO:
        if self._kind(path) == "dir":
            raise IsADirectoryError(f"'{path}' is a folder.")
        handle: BinaryIO = self.filesystem.open(self._at(path), "rb")
        return handle

    def _list(self, path: str) -> tuple[list[str], list[str]]:
        at = self._at(path)
        files: list[str] = []
        folders: list[str] = []
        for entry in self.filesystem.ls(at, detail=True):
            name = entry["name"].rstrip("/")
            if name == at.rstrip("/"):
                if entry["type"] != "directory":
                    raise NotADirectoryError(path)
                continue
            name = name.rpartition("/")[2]
            if not is_temporary(name):
                (folders if entry["type"] == "directory" else files).append(name)
        return files, folders

    def _walk(self, path: str) -> Iterator[str]:
        at = self._at(path).rstrip("/")
        start = f"{path}/" if path else ""
        for found in sorted(self.filesystem.find(at or "/")):
            if not found.endswith("/") and not is_temporary(found.rpartition("/")[2]):
                yield start + found[len(at) :].lstrip("/")

    # --- Writing ---------------------------------------------------------------------------

    def _create(self, path: str, exclusive: bool) -> PendingFile:
        folder, name = split(path)
        if self._kind(path) == "dir":
            raise IsADirectoryError(f"'{path}' is a folder.")
        self._mkdir(folder)
        temporary = self._at(join(folder, temporary_name(name)))
        raw = self.filesystem.open(temporary, "wb")

        def finish() -> int:
            raw.close()
            size = int(self.filesystem.info(temporary)["size"])
            self._publish(temporary, path, exclusive)
            return size

        def discard() -> None:
            with suppress(FileNotFoundError):
                self.filesystem.rm_file(temporary)

        return PendingFile(raw, finish, discard)

    def _publish(self, temporary: str, path: str, exclusive: bool) -> None:
        if exclusive:
            with _CLAIMS:
                self._claim(path)
        self._rename(temporary, self._at(path))

    def _rename(self, old: str, new: str) -> None:
        if type(self.filesystem).mv is not AbstractFileSystem.mv:
            self.filesystem.mv(old, new)
            return
        # The inherited `mv`, `cp` and `rm` take '*', '?' and '[' in a name for a pattern.
        self.filesystem.cp_file(old, new)
        self.filesystem.rm_file(old)

    def _claim(self, path: str) -> None:
        """Make the empty file that nobody else can make."""
        if self._kind(path):
            raise FileExistsError(path)
        try:
            self.filesystem.open(self._at(path), "xb").close()
        except (NotImplementedError, ValueError) as error:
            raise StorageError(f"'{self.root}' cannot write exclusively: {error}") from error

    def _mkdir(self, path: str) -> None:
        self.filesystem.makedirs(self._at(path), exist_ok=True)

    def _remove(self, path: str) -> None:
        self.filesystem.rm_file(self._at(path))

    def _remove_tree(self, path: str) -> None:
        found = self.filesystem.find(self._at(path), withdirs=True, detail=True)
        folders = {self._at(path)}
        for name, info in found.items():
            if info["type"] == "directory":
                folders.add(name)
            else:
                self.filesystem.rm_file(name)
        for name in sorted(folders, reverse=True):
            with suppress(FileNotFoundError):
                self.filesystem.rmdir(name)


def _without_cache(filesystem: Any) -> Any:
    """Make a filesystem look again every time: others write there too."""
    cache = getattr(filesystem, "dircache", None)
    if cache is not None and hasattr(cache, "use_listings_cache"):
        cache.use_listings_cache = False
    return filesystem
