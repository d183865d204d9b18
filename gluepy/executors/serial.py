"""One call after another, in the calling thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gluepy.executors.base import BaseExecutor, Outcome
from gluepy.executors.calls import Call, timed_out


class SerialExecutor(BaseExecutor):
    """Runs each call when its outcome is asked for, in the order they were submitted.

    Nobody is there to end a call that takes too long: that it failed is known when it
    returns.
    """

    def __init__(
        self,
        workers: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        on_event: Callable[[str, Any], object] | None = None,
    ) -> None:
        super().__init__(1 if workers is None else workers, initializer, initargs, on_event)
        self.workers = 1
        self._waiting: deque[Call] = deque()

    @property
    def pending(self) -> int:
        """How many calls are in line."""
        return len(self._waiting)

    def submit(
        self,
        key: str,
        function: Callable[..., Any],
        *args: Any,
        timeout: float | None = None,
        resources: Mapping[str, Any] | None = None,
    ) -> None:
        """Put the call at the end of the line."""
        self._waiting.append(Call(key, function, args, timeout))

    def wait(self, timeout: float | None = None) -> Iterator[tuple[str, Outcome]]:
        """Run the calls in line and yield each outcome."""
        while self._waiting:
            call = self._waiting.popleft()
            outcome = call.run(self.on_event)
            if outcome.error is not None and not isinstance(outcome.error, Exception):
                raise outcome.error
            if call.timeout is not None and outcome.seconds > call.timeout:
                error = timed_out(call.key, call.timeout, f": {outcome.seconds:.3g} s")
                error.__cause__ = outcome.error
                outcome = Outcome(None, error, outcome.seconds)
            yield call.key, outcome

    def cancel(self) -> None:
        """Empty the line."""
        self._waiting.clear()
