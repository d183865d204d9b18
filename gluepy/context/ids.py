"""Run ids: UUIDs of version 7 (RFC 9562), which sort by time."""

from __future__ import annotations

import os
import threading
import time
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
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
    digits = run_id.replace("-", "")
    if [len(part) for part in run_id.split("-")] != [8, 4, 4, 4, 12] or not digits.isalnum():
        return None
    try:
        value = int(digits, 16)
        moment = _EPOCH + timedelta(milliseconds=value >> 80)
    except (ValueError, OverflowError):
        return None
    return moment if value >> 76 & 0xF == 7 and value >> 62 & 0b11 == 0b10 else None


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
