"""How many lines a large file has, by its beginning."""

from __future__ import annotations

from typing import Any

from gluepy.catalog.places import Location
from gluepy.files.data.formats import compressed

_SAMPLE = 1024 * 1024


def estimate(location: Location, codec: str | None) -> int:
    """Return about how many lines a file has; its beginning alone is read."""
    size = location.storage.size(location.path)
    raw: Any
    with location.storage.stream(location.path) as raw, compressed(raw, "rb", codec) as file:
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
