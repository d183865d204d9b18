"""Work that keeps one core busy."""

from __future__ import annotations

import time

COUNT = 8


def burn(loops: int) -> int:
    """Compute for a while, in Python and in little memory."""
    value = 1
    for _ in range(loops):
        value = value * 1_103_515_245 + 12_345 & 0x7FFF_FFFF
    return value


def loops_for(seconds: float) -> int:
    """Return how many loops this machine does in some seconds, undisturbed."""
    sample = 500_000
    best = min(_timed(sample) for _ in range(5))
    return int(sample * seconds / best)


def _timed(loops: int) -> float:
    started = time.perf_counter()
    burn(loops)
    return time.perf_counter() - started
