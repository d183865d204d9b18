"""What ``touch`` accepts as content."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import IO, Any, BinaryIO, cast

CHUNK = 1024 * 1024

Content = str | bytes | bytearray | memoryview | IO[str] | IO[bytes]


def payload(content: Content) -> bytes | BinaryIO:
    """Return content as bytes, or as a binary file at its start if it may be large.

    Raises:
        TypeError: The content is neither text nor bytes nor a file.
    """
    if isinstance(content, bytes):
        return content
    if isinstance(content, str):
        return content.encode()
    if isinstance(content, bytearray | memoryview):
        return bytes(content)
    if isinstance(content, io.StringIO):
        return content.getvalue().encode()
    if isinstance(content, io.BytesIO):
        return content.getvalue()
    return _from_file(content)


def _from_file(content: Any) -> bytes | BinaryIO:
    if not hasattr(content, "read"):
        raise TypeError(
            f"Content is text, bytes or a readable file, not {type(content).__name__}. "
            "Write dataframes with data_manager.write."
        )
    if hasattr(content, "seekable") and content.seekable():
        content.seek(0)
    if isinstance(content, io.TextIOBase):
        return content.read().encode()
    return cast(BinaryIO, content)


def chunks(content: bytes | BinaryIO) -> Iterator[bytes]:
    """Yield content in pieces that fit into memory."""
    if isinstance(content, bytes):
        yield content
        return
    while piece := content.read(CHUNK):
        yield piece
