"""What an executor does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from types import TracebackType
from typing import Any

from gluepy.conf import default_settings
from gluepy.conf.settings import DEFAULTS, ENVIRONMENT_VARIABLE
from gluepy.exceptions import SettingsError


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

    def __repr__(self) -> str:
        end = f"value={self.value!r}" if self.error is None else f"error={self.error!r}"
        return f"Outcome({end}, seconds={self.seconds:.3f})"


class BaseExecutor:
    """Runs callables. Used as a context manager, by one thread; leaving it ends what runs.

    Args:
        workers: How many calls run at once; by default EXECUTOR_WORKERS.
        initializer: What to call once in each worker process before its first call. Where
            calls run in the caller's own process (``is_local``) it is not called.
        initargs: What to call it with.
        on_event: Called with a call's key and what the call sent with ``channel.send``, in
            the order it was sent, before the outcome of the call is yielded.

    Attributes:
        supports_parallel: Whether several calls may run at once.
        supports_hard_timeout: Whether a call that takes too long is ended; otherwise it runs
            on, or its failure is only known when it returns.
        supports_worker_death: Whether a call that takes its process with it fails alone.
        is_local: Whether calls share the memory of the caller.
    """

    supports_parallel = False
    supports_hard_timeout = False
    supports_worker_death = False
    is_local = True

    def __init__(
        self,
        workers: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        on_event: Callable[[str, Any], object] | None = None,
    ) -> None:
        self.workers = _checked(setting("EXECUTOR_WORKERS") if workers is None else workers)
        self.initializer = initializer
        self.initargs = initargs
        self.on_event = on_event

    @property
    def capacity(self) -> int:
        """How many calls it can have at once with any use; more of them only wait."""
        return 2 * self.workers if self.supports_parallel else 1

    @property
    def pending(self) -> int:
        """How many calls were taken whose outcome has not been yielded nor dropped."""
        raise NotImplementedError(f"{type(self).__qualname__} does not define pending.")

    def submit(
        self,
        key: str,
        function: Callable[..., Any],
        *args: Any,
        timeout: float | None = None,
        resources: Mapping[str, Any] | None = None,
    ) -> None:
        """Take a call. It may start at once, or wait until ``wait`` is asked.

        Args:
            key: Name of the call, handed back with its outcome.
            function: What to call.
            args: What to call it with.
            timeout: Seconds it may take; after that it has failed with a TaskTimeoutError.
            resources: What it needs (``cpu``, ``memory``, ``gpu``), for executors that
                look at it.
        """
        raise NotImplementedError(f"{type(self).__qualname__} does not define submit().")

    def wait(self, timeout: float | None = None) -> Iterator[tuple[str, Outcome]]:
        """Yield key and outcome of every call taken, as they end.

        More may be submitted between two of them, and the iteration may be left at any time
        and begun anew. A KeyboardInterrupt, SystemExit or other exception that is no
        ``Exception`` is not an outcome; it comes out.

        Args:
            timeout: Seconds without an outcome after which to stop; by default only when
                nothing is pending. What one thread does by itself cannot stop halfway.
        """
        raise NotImplementedError(f"{type(self).__qualname__} does not define wait().")

    def cancel(self) -> None:
        """Drop every call that has not started; it has no outcome."""

    def close(self) -> None:
        """End everything, at once; called when the ``with`` block is left."""
        self.cancel()

    def __enter__(self) -> BaseExecutor:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def setting(name: str) -> Any:
    """Return a setting; its default where no project is set up, for executors work without."""
    if default_settings.configured or os.environ.get(ENVIRONMENT_VARIABLE):
        return getattr(default_settings, name)
    return DEFAULTS[name]


def _checked(workers: Any) -> int:
    if workers is None:
        return cpu_count()
    if not isinstance(workers, int) or workers < 1:
        raise SettingsError(
            f"An executor cannot have {workers!r} workers.", hint="Give a number from 1 on."
        )
    return workers


def cpu_count() -> int:
    """Return how many CPUs this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
