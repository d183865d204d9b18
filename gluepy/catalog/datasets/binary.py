"""Bytes as they are."""

from __future__ import annotations

from typing import Any

from gluepy.catalog.base import FileDataset, Preview
from gluepy.catalog.datasets.stored import refused


class Binary(FileDataset):
    """Bytes as they are."""

    type = "binary"

    def load(self) -> bytes:
        """Return the bytes."""
        content: bytes = self.source().open("rb")
        return content

    def save(self, data: Any) -> None:
        """Write bytes."""
        if not isinstance(data, bytes | bytearray | memoryview):
            raise refused(data, "bytes", "For other values there are the types text and pickle.")
        self.target().touch(bytes(data))

    def preview(self, rows: int = 5) -> Preview:
        """Return the size."""
        source = self.source()
        return Preview(head=f"{source.storage.size(source.path):,} bytes")
