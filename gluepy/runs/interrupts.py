"""Ctrl-C and SIGTERM during a run: they end it as KILLED instead of tearing it."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gluepy.exceptions import RunKilledError

STOPPING = [
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
]


class Terminated(BaseException):
    """A signal asks the run to stop. No ``except Exception`` of a task stops it."""

    def __init__(self, signum: int) -> None:
        super().__init__(signum)
        self.signum = signum


def _raise(signum: int, frame: Any) -> None:
    raise Terminated(signum)


@contextmanager
def terminable() -> Iterator[None]:
    """Turn stopping signals into :class:`Terminated` inside the block.

    Handlers can be set only in the main thread; a run in another thread is stopped by
    whoever owns the process. A handler the program has set itself is left alone.

    Raises:
        RunKilledError: A signal came, and what was to be done about it is done.
    """
    ours = [number for number in STOPPING if signal.getsignal(number) is signal.SIG_DFL]
    try:
        with _handled(ours, _raise):
            yield
    except Terminated as stop:
        name = signal.Signals(stop.signum).name
        raise RunKilledError(f"The run was stopped by {name}.", stop.signum) from None


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put stopping signals and Ctrl-C off until the end of the block; the first one counts."""
    pending: list[int] = []
    with _handled([signal.SIGINT, *STOPPING], lambda number, frame: pending.append(number)):
        yield
    if pending:
        signal.raise_signal(pending[0])


@contextmanager
def _handled(numbers: list[Any], handler: Any) -> Iterator[None]:
    former = {}
    if threading.current_thread() is threading.main_thread():
        former = {number: signal.getsignal(number) for number in numbers}
    for number in former:
        signal.signal(number, handler)
    try:
        yield
    finally:
        for number, before in former.items():
            signal.signal(number, before)
