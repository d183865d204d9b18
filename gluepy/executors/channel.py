"""A way from inside a running call to whoever runs it, the same under every executor.

What a call sends arrives at the executor's ``on_event`` with the call's key, in order, and
before the outcome of the call is yielded. From a worker in another process it travels as
soon as it is sent (on Dask: with the outcome), so it must be something pickle can do.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

Sink = Callable[[Any], object]

_sink: ContextVar[Sink | None] = ContextVar("gluepy_channel", default=None)
# In a worker process one call runs at a time: what threads send that know of no call is its.
_of_process: Sink | None = None


def send(event: Any) -> bool:
    """Hand an event to whoever runs the current call.

    Returns:
        Whether there was anybody: False outside of a call.
    """
    sink = _sink.get() or _of_process
    if sink is None:
        return False
    sink(event)
    return True


class sending_to:
    """Hand what is sent inside the ``with`` block, in this thread, to ``sink``."""

    __slots__ = ("_sink", "_token")

    def __init__(self, sink: Sink | None) -> None:
        self._sink = sink

    def __enter__(self) -> None:
        self._token = _sink.set(self._sink)

    def __exit__(self, *_: object) -> None:
        _sink.reset(self._token)


def use_for_process(sink: Sink | None) -> None:
    """Hand what any thread of this process sends to ``sink``; for worker processes."""
    global _of_process
    _of_process = sink
