"""The trace of a task: what it read and wrote while it ran, collected from the signals."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from gluepy import signals

_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


class Trace:
    """Names by kind: context keys and storage paths read, storage paths written; metrics."""

    __slots__ = ("metrics", "reads", "writes")

    def __init__(self) -> None:
        self.reads: dict[str, dict[str, None]] = {}
        self.writes: dict[str, dict[str, None]] = {}
        self.metrics: dict[str, float] = {}

    def to_dict(self) -> dict[str, Any]:
        """Return the names as the manifest holds them, in the order of first use."""
        found: dict[str, Any] = {
            "reads": {kind: list(names) for kind, names in self.reads.items()},
            "writes": {kind: list(names) for kind, names in self.writes.items()},
        }
        if self.metrics:
            found["metrics"] = dict(self.metrics)
        return found


class recording:
    """Collect what this thread reads and writes inside the ``with`` block."""

    __slots__ = ("_token",)

    def __enter__(self) -> Trace:
        trace = Trace()
        self._token = _current.set(trace)
        return trace

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)


def is_recording() -> bool:
    """Tell whether a task of a run is at work in this thread."""
    return _current.get() is not None


def _on_read(*, kind: str, name: str, **_: Any) -> None:
    trace = _current.get()
    if trace is not None:
        trace.reads.setdefault(kind, {})[name] = None


def _on_write(*, kind: str, name: str, value: Any = None, **_: Any) -> None:
    trace = _current.get()
    if trace is None:
        return
    if kind == "metric":
        trace.metrics[name] = value
    else:
        trace.writes.setdefault(kind, {})[name] = None


signals.read.connect(_on_read)
signals.write.connect(_on_write)
