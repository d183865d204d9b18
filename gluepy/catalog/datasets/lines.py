"""How many lines a large file has, by its beginning."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, cast

from gluepy.catalog.places import Location
from gluepy.files.data.formats import compressed

_SAMPLE = 1024 * 1024
_SIP = 2 * 1024


def estimate(location: Location, codec: str | None) -> int:
    """Return about how many lines a file has; its beginning alone is read."""
    size = location.storage.size(location.path)
    raw: Any
    with (
        location.storage.stream(location.path) as raw,
        compressed(cast(BinaryIO, _Sips(raw)), "rb", codec) as file,
    ):
        sample, is_whole = _sample(file)
        used = size if is_whole else max(int(raw.tell()), 1)
    lines = sample.count(b"\n") + (is_whole and not sample.endswith(b"\n"))
    return round(lines * size / used)


def _sample(file: Any) -> tuple[bytes, bool]:
    """Return the beginning of a file, and whether that is all."""
    pieces = bytearray()
    while len(pieces) < _SAMPLE:
        piece = file.read(_SAMPLE - len(pieces))
        if not piece:
            return bytes(pieces), True
        pieces += piece
    return bytes(pieces), False


class _Sips(io.RawIOBase):
    """A file that is read a little at a time, so that its position tells what was needed."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        return self._raw.read(_SIP if size < 0 else min(size, _SIP))
