"""Between storage and engine: what an engine reads from and writes to, without a copy."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from gluepy.files.data.formats import Format
from gluepy.files.storages.base import BaseStorage

if TYPE_CHECKING:
    from gluepy.files.storages.connection import Connection


class Place(NamedTuple):
    """Where a dataframe lies.

    Attributes:
        asked: The path as it was asked for.
        path: The path from the root of the storage.
        storage: The storage.
        form: The format its suffix names.
    """

    asked: str
    path: str
    storage: BaseStorage
    form: Format


class Folder(NamedTuple):
    """A folder of Parquet files: a local path, or a path on an Arrow filesystem.

    Engines with clients of their own can go by the connection, if there is one.
    """

    path: str
    filesystem: Any = None
    connection: Connection | None = None


class File(NamedTuple):
    """A file that is opened later: a local path, or a path on an Arrow filesystem."""

    path: str
    filesystem: Any = None


Source = str | BinaryIO | Folder

# Names of the files in a folder of Parquet files; the same in every run.
FILES = "part-{i}.parquet"
# Formats whose readers jump about in the file; Arrow's own clients are fastest at that.
_RANGED = ("parquet", "feather")


@contextmanager
def source_of(place: Place) -> Iterator[Source]:
    """Yield what an engine reads a place from: a path, a seekable file or a folder."""
    local = place.storage.local_path(place.path)
    if place.form.folder or (local is not None and os.path.isdir(local)):
        with folder_of(place) as folder:
            yield folder
    elif local is None and place.form.name in _RANGED:
        with _remote(place) as source:
            yield source
    else:
        with place.storage.reading(place.path) as file:
            yield file


def lasting_source_of(place: Place) -> File | Folder | None:
    """Return what a lazy frame reads a place from later; None if it must be read now."""
    storage = place.storage
    local = storage.local_path(place.path)
    if local is not None:
        announce(place)
        return Folder(local) if storage.isdir(place.path) else File(local)
    arrow = storage.arrow_filesystem()
    if arrow is None:
        return None
    path = joined(arrow[1], place.path)
    found = arrow[0].get_file_info(path)
    if not (found.is_file or found.type.name == "Directory"):
        raise FileNotFoundError(path)
    announce(place)
    return File(path, arrow[0]) if found.is_file else Folder(path, arrow[0], storage.connection())


@contextmanager
def target_of(place: Place) -> Iterator[str | KeptOpen]:
    """Yield what an engine writes a place to; it appears whole when the block ends."""
    with place.storage.writing(place.path) as target:
        yield target if isinstance(target, str) else KeptOpen(target)


@contextmanager
def folder_of(place: Place) -> Iterator[Folder]:
    """Yield a folder of Parquet files for reading."""
    storage = place.storage
    if not storage.isdir(place.path):
        raise NotADirectoryError(f"'{place.asked}' is a file; leave the slash out.")
    announce(place)
    local = storage.local_path(place.path)
    if local is not None:
        yield Folder(local)
        return
    arrow = storage.arrow_filesystem()
    if arrow is not None:
        yield Folder(joined(arrow[1], place.path), arrow[0], storage.connection())
        return
    with _fetched(place) as fetched:
        yield fetched


@contextmanager
def _fetched(place: Place) -> Iterator[Folder]:
    """Yield a local copy of a folder that engines have no client for."""
    from shutil import copyfileobj
    from tempfile import TemporaryDirectory

    with TemporaryDirectory(prefix="gluepy-") as folder:
        for path in place.storage.walk(place.path):
            local = os.path.join(folder, path[len(place.path) + 1 :])
            os.makedirs(os.path.dirname(local), exist_ok=True)
            with place.storage.stream(path) as source, open(local, "wb") as copy:
                copyfileobj(source, copy, 1024 * 1024)
        yield Folder(folder)


@contextmanager
def _remote(place: Place) -> Iterator[Source]:
    """Yield a file that is not on this machine, or the folder that bears its name."""
    with ExitStack() as stack:
        try:
            source: Source = stack.enter_context(_remote_file(place))
        except (FileNotFoundError, IsADirectoryError):
            source = stack.enter_context(folder_of(place))
        yield source


@contextmanager
def _remote_file(place: Place) -> Iterator[Source]:
    """Yield a file of an object store, by Arrow's own client if there is one."""
    arrow = place.storage.arrow_filesystem()
    if arrow is None:
        with place.storage.reading(place.path) as file:
            yield file
        return
    with arrow[0].open_input_file(joined(arrow[1], place.path)) as opened:
        announce(place)
        yield opened


def announce(place: Place) -> None:
    """Tell that an engine reads a place by a client of its own."""
    place.storage._announce_read(place.path, None)


def joined(prefix: str, path: str) -> str:
    """Return a path of a storage as its Arrow filesystem names it."""
    return f"{prefix.rstrip('/')}/{path}" if prefix else path


class KeptOpen(io.BufferedIOBase):
    """A file for writing that ignores ``close``.

    Closing publishes a file, and engines close what they write to even when they fail.
    """

    mode = "wb"

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:
        """Hand on ``data``."""
        return self._file.write(data)

    def tell(self) -> int:
        """Return the number of bytes written."""
        return self._file.tell()

    def flush(self) -> None:
        """Do nothing: the file is flushed when it is published."""

    def close(self) -> None:
        """Do nothing: whoever opened the file closes it."""
