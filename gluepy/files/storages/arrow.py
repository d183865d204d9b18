"""Arrow filesystems of storages, imported only when an engine asks for one."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from gluepy.exceptions import MissingDependencyError

if TYPE_CHECKING:
    from gluepy.files.storages.connection import Connection

try:
    from pyarrow import fs
except ImportError:
    raise MissingDependencyError("pyarrow", "arrow", "arrow_filesystem()") from None


@cache
def local_filesystem() -> fs.FileSystem:
    """Return Arrow's filesystem of this machine."""
    return fs.LocalFileSystem()


def s3_filesystem(connection: Connection) -> fs.FileSystem:
    """Return Arrow's own S3 client."""
    scheme, _, host = connection.endpoint.rpartition("://")
    options = {
        "access_key": connection.access_key,
        "secret_key": connection.secret_key,
        "session_token": connection.session_token,
        "region": connection.region,
        "endpoint_override": host,
        "scheme": scheme,
    }
    return fs.S3FileSystem(**{name: value for name, value in options.items() if value})


def fsspec_filesystem(filesystem: Any) -> fs.FileSystem:
    """Return an Arrow filesystem over one of fsspec."""
    return fs.PyFileSystem(fs.FSSpecHandler(filesystem))
