"""Writing to a disk so that a name never stands for half a file: temporary name, flush, rename."""

from __future__ import annotations

import errno
import io
import os
from typing import BinaryIO

from gluepy.files.storages.content import chunks
from gluepy.files.storages.paths import temporary_name

_NEW = os.O_CREAT | os.O_EXCL | os.O_WRONLY | getattr(os, "O_CLOEXEC", 0)
_NO_LINKS = (errno.EPERM, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK)


def new_file(path: str) -> int:
    """Return a descriptor of a file that did not exist, its folder made if need be."""
    try:
        return os.open(path, _NEW, 0o666)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        return os.open(path, _NEW, 0o666)


def publish(temporary: str, target: str, *, exclusive: bool = False) -> None:
    """Give a whole file its name, for good: the folder is flushed to the disk as well.

    Raises:
        FileExistsError: ``exclusive`` is set, and the name is taken.
    """
    if exclusive:
        _claim(temporary, target)
    else:
        os.replace(temporary, target)
    sync_folder(os.path.dirname(target))


def _claim(temporary: str, target: str) -> None:
    try:
        os.link(temporary, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        # A file system without hard links: the empty file is the claim.
        os.close(os.open(target, _NEW, 0o666))
        os.replace(temporary, target)
    else:
        os.unlink(temporary)


def sync_folder(folder: str) -> None:
    """Flush the entries of a folder to the disk, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def fill(descriptor: int, content: bytes | BinaryIO) -> int:
    """Write content to an open file and return its bytes; from file to file the system copies."""
    size = 0
    copied = _copy_range(content, descriptor)
    if copied is not None:
        return copied
    for piece in chunks(content):
        view = memoryview(piece)
        while view:
            view = view[os.write(descriptor, view) :]
        size += len(piece)
    return size


def _copy_range(content: bytes | BinaryIO, descriptor: int) -> int | None:
    """Let the system copy from file to file, as a clone where it can; None if it cannot."""
    if not hasattr(os, "copy_file_range") or not isinstance(content, io.BufferedReader):
        return None
    if not isinstance(content.raw, io.FileIO) or not content.seekable():
        return None
    if content.tell():
        return None
    source, size, done = content.fileno(), os.fstat(content.fileno()).st_size, 0
    try:
        while done < size:
            step = os.copy_file_range(source, descriptor, size - done, done, done)
            if not step:
                return done or None
            done += step
    except OSError:
        os.ftruncate(descriptor, 0)
        return None
    return done or None


def flush(path: str) -> int:
    """Flush a file to the disk and return its bytes."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)


def flush_tree(folder: str) -> None:
    """Flush all files below a folder to the disk."""
    for parent, _, names in os.walk(folder):
        for name in names:
            flush(os.path.join(parent, name))
        sync_folder(parent)


def replace_folder(temporary: str, target: str) -> None:
    """Put a folder in the place of another, which is moved aside first and removed last."""
    from shutil import rmtree

    folder, _, name = target.rpartition("/")
    aside = f"{folder}/{temporary_name(name)}"
    was_there = os.path.lexists(target)
    if was_there:
        os.rename(target, aside)
    try:
        os.rename(temporary, target)
    except OSError:
        if was_there:
            os.rename(aside, target)
        raise
    sync_folder(folder)
    if was_there:
        rmtree(aside) if os.path.isdir(aside) else os.unlink(aside)


def unlink(path: str) -> None:
    """Remove a file if there is one."""
    from contextlib import suppress

    with suppress(FileNotFoundError, NotADirectoryError):
        os.unlink(path)
