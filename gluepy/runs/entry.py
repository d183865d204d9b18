"""What the manifest says of one task, and its text, encoded once for each change.

Tasks are many and most end alike: nothing was traced, nothing went wrong. For them all but
status and times is known before, and the text is put together without an encoder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

PENDING = "PENDING"
_encode = json.JSONEncoder(ensure_ascii=False, default=str).encode


def _rest() -> dict[str, Any]:
    """Return what is said of a task besides its status and times, as long as it is nothing."""
    return {
        "cached": False,
        "reads": {},
        "writes": {},
        "outputs": {},
        "reason": "",
        "error": None,
    }


_REST = _encode(_rest())[1:]


class Entry:
    """One task in the manifest.

    Args:
        data: What a manifest holds of it; changed only by :meth:`update`.
        head: The part of the text that says what the task is, without its closing brace.
    """

    __slots__ = ("_head", "_text", "data")

    def __init__(self, data: dict[str, Any], head: str = "") -> None:
        self.data = data
        self._head = head
        self._text = ""

    @classmethod
    def pending(cls, step: Mapping[str, Any]) -> Entry:
        """Return the entry of a task that will run: ``name``, ``label``, ``class`` and so on."""
        data = {
            **step,
            "status": PENDING,
            "attempts": 0,
            "started_at": None,
            "ended_at": None,
            "seconds": None,
            **_rest(),
        }
        return cls(data, _encode(step)[:-1])

    def update(self, **values: Any) -> None:
        """Set values."""
        self.data.update(values)
        self._text = ""

    def text(self) -> str:
        """Return the entry as JSON."""
        if not self._text:
            self._text = self._plain() if self._is_plain() else _encode(self.data)
        return self._text

    def _is_plain(self) -> bool:
        """Tell whether status and times are all there is to say besides what the task is."""
        data = self.data
        return bool(self._head) and not (
            data["reads"]
            or data["writes"]
            or data["outputs"]
            or data["reason"]
            or data["error"]
            or data["cached"]
            or "element" in data
            or "metrics" in data
        )

    def _plain(self) -> str:
        data = self.data
        started, ended, seconds = data["started_at"], data["ended_at"], data["seconds"]
        return (
            f'{self._head}, "status": "{data["status"]}", "attempts": {data["attempts"]}, '
            f'"started_at": {_quoted(started)}, "ended_at": {_quoted(ended)}, '
            f'"seconds": {"null" if seconds is None else seconds}, {_REST}'
        )


def _quoted(time: str | None) -> str:
    return f'"{time}"' if time else "null"
