"""Time as gluepy keeps it: aware, UTC."""

from __future__ import annotations

import time
from datetime import UTC, datetime

_second = (-1, "")


def now() -> datetime:
    """Return the present moment, aware and in UTC."""
    return datetime.now(UTC)


def isoformat(moment: datetime) -> str:
    """Return ``2026-11-21T03:14:15.926535Z``, which sorts as text."""
    moment = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    return moment.replace(tzinfo=None).isoformat("T", "microseconds") + "Z"


def stamp() -> str:
    """Return the present moment as ``isoformat`` does; what a second has in common is made once."""
    global _second
    moment = time.time()
    second = int(moment)
    if _second[0] != second:
        _second = second, isoformat(datetime.fromtimestamp(second, UTC))[:19]
    return f"{_second[1]}.{int((moment - second) * 1e6):06}Z"


def parse(text: str) -> datetime:
    """Return the aware moment an ISO 8601 text names; without an offset it is UTC.

    Raises:
        ValueError: The text is no date or time.
    """
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
