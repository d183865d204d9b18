"""What an executor does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any


class Outcome:
    """How a call ended.

    Attributes:
        value: What the call returned, None if it raised.
        error: What it raised, None if it returned.
        seconds: How long it took.
    """

    __slots__ = ("error", "seconds", "value")

    def __init__(self, value: Any, error: BaseException | None, seconds: float) -> None:
        self.value = value
        self.error = error
        self.seconds = seconds


class BaseExecutor:
    """Runs callables. Used as a context manager: leaving it waits for or ends what runs.

    Args:
        workers: How many calls run at once; None leaves it to the executor.
        initializer: Called once in each worker process before its first call.
        initargs: What to call it with.
        on_event: Called in this process with the key of a call and what the call sent.

    Attributes:
        supports_parallel: Whether several calls may run at once.
        capacity: How many calls it can usefully hold at once.
    """

    supports_parallel = False
    capacity = 1

    def __init__(
        self,
        workers: int | None = None,
        initializer: Callable[..., None] | None = None,
        initargs: tuple[Any, ...] = (),
        on_event: Callable[[str, Any], None] | None = None,
    ) -> None:
        self.workers = workers
        self.initializer = initializer
        self.initargs = initargs
        self.on_event = on_event

    def submit(
        self,
        key: str,
        function: Callable[..., Any],
        *args: Any,
        timeout: float | None = None,
        resources: Mapping[str, float] | None = None,
    ) -> None:
        """Take a call. It may start at once, or wait until ``wait`` is asked.

        Args:
            key: Name of the call, handed back with its outcome.
            function: What to call.
            args: What to call it with.
            timeout: Seconds after which the call has failed.
            resources: What the call needs: ``cpu``, ``memory``, ``gpu``.
        """
        raise NotImplementedError(f"{type(self).__qualname__} does not define submit().")

    def wait(self, timeout: float | None = None) -> Iterator[tuple[str, Outcome]]:
        """Yield key and outcome of every call taken, as they end.

        More may be submitted between two of them. A KeyboardInterrupt, SystemExit or other
        exception that is no ``Exception`` is not an outcome; it comes out.

        Args:
            timeout: Seconds without an outcome after which to return, though calls run on.
        """
        raise NotImplementedError(f"{type(self).__qualname__} does not define wait().")

    def cancel(self) -> None:
        """Drop every call that has not started."""

    def __enter__(self) -> BaseExecutor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cancel()
