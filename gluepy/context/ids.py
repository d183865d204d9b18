"""Run ids: UUIDs of version 7 (RFC 9562), which sort by time."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = frozenset("0123456789abcdefABCDEF")
_lock = threading.Lock()
_last = 0


def new_run_id() -> str:
    """Return a new id, greater than every one this process made before it."""
    global _last
    with _lock:
        value = (time.time_ns() // 1_000_000) << 74 | _random(73)
        if value <= _last:
            value = _last + 1 + _random(48)
        _last = value
    return _format(value)


def created_from_id(run_id: str) -> datetime | None:
    """Return the moment a UUIDv7 was made, to the millisecond; None for any other id."""
    parts = run_id.split("-")
    if [len(part) for part in parts] != [8, 4, 4, 4, 12] or not _DIGITS.issuperset("".join(parts)):
        return None
    value = int("".join(parts), 16)
    if value >> 76 & 0xF != 7 or value >> 62 & 0b11 != 0b10:
        return None
    try:
        return _EPOCH + timedelta(milliseconds=value >> 80)
    except OverflowError:
        return None


def folder_of(run_id: str, created_at: datetime) -> str:
    """Return ``runs/YYYY/MM/DD/<run id>``, dated by the id itself if it tells the time."""
    moment = created_from_id(run_id) or created_at.astimezone(UTC)
    return f"runs/{moment.year:04}/{moment.month:02}/{moment.day:02}/{run_id}"


def _random(bits: int) -> int:
    return int.from_bytes(os.urandom(10), "big") >> (80 - bits)


def _format(value: int) -> str:
    """Spread 48 bits of time and 74 that count around version and variant."""
    high, low = value >> 62, value & ((1 << 62) - 1)
    whole = (high >> 12) << 80 | 0x7 << 76 | (high & 0xFFF) << 64 | 0b10 << 62 | low
    text = f"{whole:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def _start_anew() -> None:
    """Give a forked child a lock of its own: the parent's may be held by a thread it lacks."""
    global _lock
    _lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)
