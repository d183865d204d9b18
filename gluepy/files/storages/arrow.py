"""Arrow filesystems of storages, imported only when an engine asks for one."""

from __future__ import annotations

from typing import Any

from gluepy.exceptions import MissingDependencyError

try:
    from pyarrow import fs
except ImportError:
    raise MissingDependencyError("pyarrow", "arrow", "arrow_filesystem()") from None


def local_filesystem() -> fs.FileSystem:
    """Return Arrow's filesystem of this machine."""
    return fs.LocalFileSystem()


def s3_filesystem(**options: Any) -> fs.FileSystem:
    """Return Arrow's own S3 client."""
    return fs.S3FileSystem(**options)


def fsspec_filesystem(filesystem: Any) -> fs.FileSystem:
    """Return an Arrow filesystem over one of fsspec."""
    return fs.PyFileSystem(fs.FSSpecHandler(filesystem))
