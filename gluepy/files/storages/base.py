"""What every storage can do: bytes at paths below a root.

The public verbs of :class:`BaseStorage` clean the path, call the backend's underscored
primitive of like name, and send ``signals.read`` and ``signals.write``. A backend defines
the primitives; ``gluepy.test.contracts.storage.StorageContract`` proves them right.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any, BinaryIO

from gluepy import signals
from gluepy.conf import default_settings
from gluepy.exceptions import SettingsError, StorageError
from gluepy.files.folder import current_run_folder
from gluepy.files.storages.content import Content, payload
from gluepy.files.storages.paths import join, normalise, outside, split
from gluepy.files.storages.pending import PendingFile, PendingText
from gluepy.files.storages.primitives import StoragePrimitives
from gluepy.utils.text import close_names, either

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

    from gluepy.files.storages.connection import Connection

_REMEMBERED_PATHS = 4096
_LOOKED_AT_NAMES = 1000


class BaseStorage(StoragePrimitives):
    """Bytes at POSIX paths relative to a root.

    Args:
        root: Where paths start; None is the setting STORAGE_ROOT, read when it is needed.
        options: What the backend takes besides; an unknown one is refused.
    """

    separator = "/"
    alias = ""
    is_local = False
    supports_append = False
    supports_exclusive = True

    def __init__(self, root: str | None = None, **options: Any) -> None:
        if options:
            name = min(options)
            raise SettingsError(
                f"{type(self).__name__} takes no option '{name}'.",
                hint="Check STORAGE_OPTIONS, or OPTIONS in STORAGES.",
            )
        self._root = None if root is None else os.fspath(root)
        self._known: dict[str, str] = {}

    @property
    def root(self) -> str:
        """Where paths start, as it was given."""
        return os.fspath(default_settings.STORAGE_ROOT) if self._root is None else self._root

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.abspath('')}>"

    # --- Paths -----------------------------------------------------------------------------

    def relpath(self, path: str) -> str:
        """Return a path as storages write it: relative to the root, without a slash at its end.

        Raises:
            UnsafePathError: The path leaves the root.
        """
        return self._clean(path)

    def abspath(self, path: str) -> str:
        """Return where a path lies, in full."""
        return join(self.root, self._clean(path))

    def runpath(self, path: str) -> str:
        """Return a path of the current run folder, relative to the root."""
        path = os.fspath(path)
        return self._clean(path if path[:1] == "/" else f"{current_run_folder()}/{path}")

    def local_path(self, path: str) -> str | None:
        """Return the real path on this machine's disk, None if it does not lie there."""
        return None

    def _clean(self, path: str) -> str:
        known = self._known.get(path)
        if known is not None:
            return known
        path = os.fspath(path)
        if path[:1] == "/" and path.strip("/"):
            return self._inside(path)
        clean = normalise(path, self.root or "/")
        if len(self._known) >= _REMEMBERED_PATHS:
            self._known.clear()
        self._known[path] = clean
        return clean

    def _inside(self, path: str) -> str:
        """Return an absolute path relative to the root, if it lies below it."""
        raise outside(path, self.root or "/")

    def _file_path(self, path: str) -> str:
        clean = self._clean(path)
        if not clean:
            raise IsADirectoryError(f"'{path}' is the root of the storage; name a file in it.")
        return clean

    # --- Reading ---------------------------------------------------------------------------

    def open(self, path: str, mode: str = "rb") -> Any:
        """Return the content of a file: str for mode "r", otherwise bytes.

        Raises:
            FileNotFoundError: There is no such file; the message gives close names.
        """
        if mode[:1] != "r":
            raise ValueError(
                f"open() returns content and takes mode 'r' or 'rb', not '{mode}'. "
                "Write with touch() or stream()."
            )
        path = self._file_path(path)
        try:
            content = self._read(path)
        except FileNotFoundError:
            raise self._missing(path) from None
        self._announce_read(path, len(content))
        return content if "b" in mode else content.decode()

    @contextmanager
    def reading(self, path: str) -> Iterator[str | BinaryIO]:
        """Give an engine what it can read from: a local path, else a seekable binary file."""
        path = self._clean(path)
        local = self.local_path(path)
        if local is None:
            with self._reader(path) as handle:
                yield handle
        else:
            self._existing(path)
            self._announce_read(path, None)
            yield local

    def exists(self, path: str) -> bool:
        """Tell whether there is a file or folder."""
        return bool(self._kind(self._clean(path)))

    def isfile(self, path: str) -> bool:
        """Tell a file from a folder; FileNotFoundError if it is neither."""
        return self._existing(self._clean(path)) == "file"

    def isdir(self, path: str) -> bool:
        """Tell a folder from a file; FileNotFoundError if it is neither."""
        return self._existing(self._clean(path)) == "dir"

    def size(self, path: str) -> int:
        """Return the number of bytes of a file."""
        path = self._file_path(path)
        try:
            return self._size(path)
        except FileNotFoundError:
            raise self._missing(path) from None

    def ls(self, path: str = "") -> tuple[list[str], list[str]]:
        """Return the files and the folders of a folder, sorted, each relative to the root."""
        path = self._clean(path)
        files, folders = self._listed(path)
        start = f"{path}/" if path else ""
        under = start.__add__
        return list(map(under, sorted(files))), list(map(under, sorted(folders)))

    def walk(self, path: str = "") -> Iterator[str]:
        """Return an iterator over all files below a folder, sorted, relative to the root."""
        path = self._clean(path)
        return iter([path]) if self._existing(path) == "file" else self._walk(path)

    # --- Writing ---------------------------------------------------------------------------

    def touch(self, path: str, content: Content, exclusive: bool = False) -> None:
        """Write a file, whole or not at all, with the folders it lies in.

        Args:
            path: Where to.
            content: Text, bytes, or a readable file; read from its start if it can seek.
            exclusive: Raise FileExistsError if the file exists, also if another process
                makes it in this very moment.
        """
        path = self._file_path(path)
        self._check_exclusive(exclusive)
        try:
            size = self._write(path, payload(content), exclusive)
        except FileExistsError:
            raise self._taken(path) from None
        self._announce_write(path, size)

    def stream(self, path: str, mode: str = "rb") -> IO[Any]:
        """Open a file for reading ("rb", "r") or writing ("wb", "w", "xb", "ab") bit by bit.

        What is written appears under the name on closing; an exception inside the ``with``
        block leaves nothing. Text is UTF-8 and keeps its line ends.

        Raises:
            FileNotFoundError: There is no such file to read.
            FileExistsError: The mode is "xb" and the file exists.
        """
        kind, is_text = mode[:1], "b" not in mode
        if mode.replace("b", "").replace("t", "") not in ("r", "w", "x", "a"):
            raise ValueError(f"stream() takes 'rb', 'r', 'wb', 'w', 'xb' or 'ab', not '{mode}'.")
        path = self._file_path(path)
        if kind in "ra":
            handle = self._reader(path) if kind == "r" else self._appender(path)
            return io.TextIOWrapper(handle, encoding="utf-8", newline="") if is_text else handle
        pending = self._pending(path, exclusive=kind == "x")
        return PendingText(pending) if is_text else pending

    @contextmanager
    def writing(self, path: str) -> Iterator[str | BinaryIO]:
        """Give an engine what it can write to: a local path, else a binary file.

        A local path is a temporary one with the suffixes of ``path``; the file gets its name
        when the block ends without an exception.
        """
        with self._pending(self._file_path(path)) as pending:
            yield pending

    @contextmanager
    def writing_folder(self, path: str) -> Iterator[str]:
        """Yield a local folder to fill; it replaces the folder ``path`` when the block ends.

        On storages that are not local the files are sent one by one after the block, each
        whole, and files of the old folder that are not in the new one are removed last.
        """
        from tempfile import TemporaryDirectory

        path = self._file_path(path)
        with TemporaryDirectory(prefix="gluepy-") as folder:
            yield folder
            self._send_folder(folder, path)

    def mkdir(self, path: str, make_parents: bool = False) -> None:
        """Make a folder; with ``make_parents`` also those it lies in, and it may exist.

        Raises:
            FileExistsError: The path is taken.
            FileNotFoundError: The folder it lies in does not exist.
        """
        path = self._clean(path)
        kind = self._kind(path)
        if kind == "file" or (kind and not make_parents):
            raise self._taken(path)
        parent = split(path)[0]
        if not make_parents and self._existing(parent) == "file":
            raise NotADirectoryError(f"'{parent}' is a file; '{path}' cannot be made in it.")
        self._mkdir(path)

    def cp(self, src: str, dest: str, recursive: bool = False, overwrite: bool = False) -> None:
        """Copy a file, or with ``recursive`` a folder with all that is in it.

        Raises:
            FileNotFoundError: There is no ``src``.
            FileExistsError: There is a ``dest``, and ``overwrite`` is not set.
            ValueError: ``src`` is a folder, and ``recursive`` is not set.
        """
        src, dest = self._clean(src), self._file_path(dest)
        kind = self._existing(src)
        if kind == "dir" and not recursive:
            raise ValueError(f"'{src}' is a folder; pass recursive=True to copy it.")
        if kind == "dir" and f"{dest}/".startswith(f"{src}/" if src else ""):
            raise ValueError(f"The folder '{src}' cannot be copied into itself, to '{dest}'.")
        self._check_free(dest, kind, overwrite)
        if src == dest:
            return
        if kind == "dir":
            self._copy_tree(src, dest)
        else:
            self._copy(src, dest)
        self._announce_copy(src, dest, kind)

    def rm(self, path: str, recursive: bool = False) -> None:
        """Remove a file, an empty folder, or with ``recursive`` a folder with all in it.

        Raises:
            FileNotFoundError: There is no such file or folder.
            ValueError: The folder is not empty, and ``recursive`` is not set.
        """
        clean = self._clean(path)
        if not clean:
            raise ValueError("The root of a storage cannot be removed; name what is in it.")
        if self._existing(clean) == "file":
            self._remove(clean)
        elif recursive:
            self._remove_tree(clean)
        elif any(self._list(clean)):
            raise ValueError(f"The folder '{clean}' is not empty; pass recursive=True.")
        else:
            self._remove_dir(clean)

    def arrow_filesystem(self) -> tuple[FileSystem, str] | None:
        """Return an Arrow filesystem and the root's path in it, None if there is none."""
        return None

    def connection(self) -> Connection | None:
        """Return how an engine's own client reaches the objects, None if it cannot."""
        return None

    # --- Shared by the verbs ---------------------------------------------------------------

    def _existing(self, path: str) -> str:
        kind = self._kind(path)
        if not kind:
            raise self._missing(path)
        return kind

    def _listed(self, path: str) -> tuple[list[str], list[str]]:
        try:
            return self._list(path)
        except FileNotFoundError:
            if not path:
                return [], []
            raise self._missing(path) from None
        except NotADirectoryError:
            raise NotADirectoryError(f"'{path}' is a file, not a folder.") from None

    def _reader(self, path: str) -> BinaryIO:
        try:
            handle = self._open(path)
        except FileNotFoundError:
            raise self._missing(path) from None
        self._announce_read(path, None)
        return handle

    def _appender(self, path: str) -> BinaryIO:
        if not self.supports_append:
            raise StorageError(
                f"{type(self).__name__} cannot append to '{path}'.",
                hint="Write the whole file, or one file for each addition.",
            )
        handle = self._append(path)
        self._announce_write(path, None)
        return handle

    def _pending(self, path: str, exclusive: bool = False) -> PendingFile:
        self._check_exclusive(exclusive)
        if exclusive and self._kind(path):
            raise self._taken(path)
        pending = self._create(path, exclusive)
        pending.when_published = lambda size: self._announce_write(path, size)
        return pending

    def _send_folder(self, folder: str, path: str) -> None:
        sent = set()
        for parent, _, names in os.walk(folder):
            for name in names:
                source = os.path.join(parent, name)
                target = join(path, os.path.relpath(source, folder).replace(os.sep, "/"))
                with open(source, "rb") as handle:
                    self.touch(target, handle)
                sent.add(target)
        self._mkdir(path)
        for old in [old for old in self._walk(path) if old not in sent]:
            self._remove(old)

    def _check_exclusive(self, exclusive: bool) -> None:
        if exclusive and not self.supports_exclusive:
            raise StorageError(f"{type(self).__name__} cannot write exclusively.")

    def _check_free(self, dest: str, kind: str, overwrite: bool) -> None:
        taken = self._kind(dest)
        if taken and not overwrite:
            raise self._taken(dest)
        if taken and taken != kind:
            error = IsADirectoryError if taken == "dir" else NotADirectoryError
            noun = "folder" if taken == "dir" else "file"
            raise error(f"'{dest}' is a {noun} and is not replaced by what is none.")

    def _taken(self, path: str) -> FileExistsError:
        return FileExistsError(f"'{path}' exists already in {self!r}.")

    def _missing(self, path: str) -> FileNotFoundError:
        folder, name = split(path)
        try:
            names = self._names_beside(path)[:_LOOKED_AT_NAMES]
        except (OSError, StorageError):
            names = []
        close = [join(folder, other) for other in close_names(name, names)]
        hint = f" Did you mean {either(close)}?" if close else ""
        return FileNotFoundError(f"There is no '{path}' in {self!r}.{hint}")

    def _announce_read(self, path: str, size: int | None) -> None:
        if signals.read.receivers:
            name = self._signal_name(path)
            signals.read.send(kind="storage", name=name, size=size, digest=None)

    def _announce_write(self, path: str, size: int | None) -> None:
        if signals.write.receivers:
            name = self._signal_name(path)
            signals.write.send(kind="storage", name=name, size=size, digest=None)

    def _announce_copy(self, src: str, dest: str, kind: str) -> None:
        if not (signals.read.receivers or signals.write.receivers):
            return
        paths = [""] if kind == "file" else [path[len(src) + 1 :] for path in self._walk(src)]
        for path in paths:
            self._announce_read(join(src, path), None)
            self._announce_write(join(dest, path), None)

    def _signal_name(self, path: str) -> str:
        """Return what signals call a path: ``path``, ``alias:path``, or a URL."""
        if self.alias[-1:] == "/":  # the root of a URL
            return self.alias + path
        return f"{self.alias}:{path}" if self.alias else path
