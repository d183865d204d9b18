"""Calls in threads of this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any

from gluepy.executors.base import BaseExecutor, Outcome
from gluepy.executors.calls import Call, timed_out


class ThreadExecutor(BaseExecutor):
    """Runs calls in a few threads, for work that waits or that lets go of the interpreter.

    A thread cannot be ended from outside: a call that takes too long fails then, its thread
    is left to itself and another takes its place. Leaving the ``with`` block waits for
    calls that run, unless it is left by Ctrl-C or the like.
    """

    supports_parallel = True

    def __init__(
        self,
        workers: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        on_event: Callable[[str, Any], object] | None = None,
    ) -> None:
        super().__init__(workers, initializer, initargs, on_event)
        self._calls: SimpleQueue[Call | None] = SimpleQueue()
        # Calls that ended; None only wakes the waiting thread, as a call with a timeout began.
        self._ended: SimpleQueue[Call | None] = SimpleQueue()
        self._open: set[Call] = set()
        self._timed: set[Call] = set()
        self._threads: set[threading.Thread] = set()
        self._settling = threading.Lock()

    @property
    def pending(self) -> int:
        """How many calls wait or run."""
        return len(self._open)

    def submit(
        self,
        key: str,
        function: Callable[..., Any],
        *args: Any,
        timeout: float | None = None,
        resources: Mapping[str, Any] | None = None,
    ) -> None:
        """Hand the call to the next thread that is free."""
        call = Call(key, function, args, timeout)
        self._open.add(call)
        if timeout is not None:
            self._timed.add(call)
        self._calls.put(call)
        if len(self._threads) < min(self.workers, len(self._open)):
            self._start_thread()

    def _start_thread(self) -> None:
        name = f"gluepy-worker-{len(self._threads) + 1}"
        # A daemon, so that a call left to itself does not keep the program from ending.
        thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._threads.add(thread)
        thread.start()

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            call.thread = threading.current_thread()
            if call.timeout is not None:
                call.started = time.monotonic()
                self._ended.put(None)
            if not self._settle(call, call.run(self.on_event)):
                return
            self._ended.put(call)
            del call

    def _settle(self, call: Call, outcome: Outcome) -> bool:
        """Give a call its outcome; False if it has one already."""
        with self._settling:
            if call.is_over:
                return False
            call.is_over = True
            call.outcome = outcome
            return True

    def wait(self, timeout: float | None = None) -> Iterator[tuple[str, Outcome]]:
        """Yield each outcome as it comes."""
        while self._open:
            call = self._next(None if timeout is None else time.monotonic() + timeout)
            if call is None or call.outcome is None:
                return
            error = call.outcome.error
            if error is not None and not isinstance(error, Exception):
                raise error
            yield call.key, call.outcome

    def _next(self, limit: float | None) -> Call | None:
        """Return the next call that ended, None if none did until ``limit``."""
        while True:
            call = self._overdue()
            if call is None:
                try:
                    call = self._ended.get(timeout=self._patience(limit))
                except Empty:
                    if limit is not None and time.monotonic() >= limit:
                        return None
            if call is not None:
                self._forget(call)
                return call

    def _forget(self, call: Call) -> None:
        self._open.discard(call)
        self._timed.discard(call)

    def _patience(self, limit: float | None) -> float | None:
        """Return how long nothing but an outcome can be of interest."""
        ends = [_end(call) for call in self._timed if call.started is not None]
        if limit is not None:
            ends.append(limit)
        return max(0.0, min(ends) - time.monotonic()) if ends else None

    def _overdue(self) -> Call | None:
        """Return a call that takes too long, its outcome settled and its thread replaced."""
        now = time.monotonic()
        for call in self._timed:
            if call.started is None or call.timeout is None or now < _end(call):
                continue
            error = timed_out(call.key, call.timeout, "; its thread runs on by itself")
            if self._settle(call, Outcome(None, error, now - call.started)):
                self._leave_behind(call.thread)
                return call
        return None

    def _leave_behind(self, thread: threading.Thread | None) -> None:
        """Let a new thread take the place of one that is stuck; it ends when its call does."""
        if thread is not None:
            self._threads.discard(thread)
            self._start_thread()

    def cancel(self) -> None:
        """Drop the calls no thread has taken."""
        while True:
            try:
                call = self._calls.get_nowait()
            except Empty:
                return
            if call is not None:
                self._forget(call)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
        if kind is None or issubclass(kind, Exception):
            self._join()

    def close(self) -> None:
        """Let every thread end after the call it runs."""
        self.cancel()
        for _ in self._threads:
            self._calls.put(None)

    def _join(self) -> None:
        """Wait for the calls that run, each as long as it may take."""
        limits = {call.thread: _end(call) for call in self._timed if call.thread is not None}
        for thread in self._threads:
            limit = limits.get(thread)
            thread.join(None if limit is None else max(0.0, limit - time.monotonic()))


def _end(call: Call) -> float:
    """Return when a call that has started is overdue."""
    return (call.started or 0.0) + (call.timeout or 0.0)
