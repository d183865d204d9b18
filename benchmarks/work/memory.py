"""Memory of this process."""

from __future__ import annotations

import resource
from pathlib import Path

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
MEGABYTE = 1024


def forget_peak() -> None:
    """Let the peak start anew from what is in use now, where the system can."""
    if _CLEAR.exists():
        _CLEAR.write_text("5")


def peak() -> float:
    """Return the largest memory of this process, in MB, since :func:`forget_peak`."""
    if _CLEAR.exists():
        return _field("VmHWM") / MEGABYTE
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MEGABYTE


def used() -> float:
    """Return the memory this process uses, in MB."""
    return _field("VmRSS") / MEGABYTE if _CLEAR.exists() else peak()


def _field(name: str) -> int:
    lines = _STATUS.read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))
