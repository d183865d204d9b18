"""One call after another, in the calling thread."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gluepy.executors.base import BaseExecutor, Outcome


class SerialExecutor(BaseExecutor):
    """Runs each call when its outcome is asked for, in the order they were submitted."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._waiting: deque[tuple[str, Callable[..., Any], tuple[Any, ...]]] = deque()

    def submit(
        self,
        key: str,
        function: Callable[..., Any],
        *args: Any,
        timeout: float | None = None,
        resources: Mapping[str, float] | None = None,
    ) -> None:
        """Put the call at the end of the line."""
        self._waiting.append((key, function, args))

    def wait(self, timeout: float | None = None) -> Iterator[tuple[str, Outcome]]:
        """Run the calls in line and yield each outcome."""
        while self._waiting:
            key, function, args = self._waiting.popleft()
            value, error = None, None
            started = time.perf_counter()
            try:
                value = function(*args)
            except Exception as raised:
                error = raised
            yield key, Outcome(value, error, time.perf_counter() - started)

    def cancel(self) -> None:
        """Empty the line."""
        self._waiting.clear()
