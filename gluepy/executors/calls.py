"""Running one call where memory is shared: its context, its channel, its outcome."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextvars import Context, copy_context
from threading import Thread
from typing import Any

from gluepy.exceptions import TaskTimeoutError
from gluepy.executors.base import Outcome
from gluepy.executors.channel import sending_to


class Call:
    """A call that was submitted.

    Attributes:
        key: Its name.
        timeout: Seconds it may take.
        started: When it started, by ``time.monotonic``.
        thread: What runs it.
        is_over: Whether its outcome is settled; nobody listens to it any more.
    """

    __slots__ = (
        *("_args", "_context", "_function"),
        *("is_over", "key", "outcome", "started", "thread", "timeout"),
    )

    def __init__(
        self, key: str, function: Callable[..., Any], args: tuple[Any, ...], timeout: float | None
    ) -> None:
        self.key = key
        self.timeout = timeout
        self.started: float | None = None
        self.thread: Thread | None = None
        self.is_over = False
        self.outcome: Outcome | None = None
        self._function = function
        self._args = args
        # Context variables are those of the submitter, and what the call sets stays its own.
        self._context: Context = copy_context()

    def run(self, on_event: Callable[[str, Any], object] | None) -> Outcome:
        """Call the function; an exception that is no ``Exception`` is in the outcome too."""
        self.started = time.monotonic()
        value, error = None, None
        begun = time.perf_counter()
        try:
            value = self._context.run(self._call, on_event)
        except BaseException as raised:
            error = raised
        return Outcome(value, error, time.perf_counter() - begun)

    def _call(self, on_event: Callable[[str, Any], object] | None) -> Any:
        if on_event is None:
            return self._function(*self._args)

        def tell(event: Any) -> None:
            if not self.is_over:
                on_event(self.key, event)

        with sending_to(tell):
            return self._function(*self._args)


def timed_out(key: str, timeout: float, what_became: str = "") -> TaskTimeoutError:
    """Return the error of a call that took too long."""
    return TaskTimeoutError(
        f"'{key}' took longer than its timeout of {timeout:g} s{what_became}.",
        hint="Give it more time, or retries.",
    )
