"""A worker process as its parent sees it."""

from __future__ import annotations

import signal
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gluepy.exceptions import WorkerDiedError
from gluepy.executors.program import without_main
from gluepy.executors.worker import BARE, CALL, HEADER, RECALL, Boot, main

_starting = threading.Lock()


class RemoteCall:
    """A call on its way to a worker, or there."""

    __slots__ = ("deaths", "is_dropped", "key", "number", "packed", "timeout")

    def __init__(self, number: int, key: str, packed: bytes, timeout: float | None) -> None:
        self.number = number
        self.key = key
        self.packed = packed
        self.timeout = timeout
        self.is_dropped = False
        # How often a worker died that had it, but had not said that it started.
        self.deaths = 0


class Worker:
    """One process. Its calls run in order; the first is the one that runs.

    Attributes:
        calls: What it was given and has not answered.
        is_ready: Whether it has said that it can be used.
        is_broken: Whether it takes no calls any more.
        started: Number of the call that runs, None if it has not said so.
        since: When that started, by ``time.monotonic``.
        overdue: Number of the call for which it was killed.
        recalled: Number of the call it was asked to give back.
    """

    def __init__(self, context: Any, boot: Boot, name: str) -> None:
        self.calls: deque[RemoteCall] = deque()
        self.is_ready = False
        self.is_broken = False
        self.started: int | None = None
        self.since = 0.0
        self.overdue: int | None = None
        self.recalled: int | None = None
        self.connection, theirs = context.Pipe()
        try:
            self.process = context.Process(target=main, args=(theirs, boot), name=name)
            with _starting, without_main(), _interrupts_later():
                self.process.start()
        finally:
            theirs.close()

    def give(self, call: RemoteCall) -> bool:
        """Send a call; False if the worker is dead."""
        if not self._sent(HEADER.pack(CALL, call.number, 0.0), call.packed):
            return False
        self.calls.append(call)
        return True

    def recall(self) -> None:
        """Ask for the call back that waits behind the one that runs."""
        call = self.calls[1]
        if self.recalled != call.number:
            self.recalled = call.number
            self._sent(HEADER.pack(RECALL, call.number, 0.0))

    def _sent(self, *parts: bytes) -> bool:
        try:
            for part in parts:
                self.connection.send_bytes(part)
        except OSError:
            self.is_broken = True
        return not self.is_broken

    def answers(self) -> Iterator[tuple[bytes, int, float, bytes]]:
        """Yield kind, number, seconds and parcel of what it has sent."""
        try:
            while self.connection.poll():
                kind, number, seconds = HEADER.unpack(self.connection.recv_bytes())
                parcel = b"" if kind in BARE else self.connection.recv_bytes()
                yield kind, number, seconds, parcel
        except (EOFError, OSError):
            self.is_broken = True

    def answered(self, number: int) -> RemoteCall:
        """Take a call off its list."""
        call = next(call for call in self.calls if call.number == number)
        self.calls.remove(call)
        return call

    @property
    def running(self) -> RemoteCall | None:
        """The call that runs."""
        call = self.calls[0] if self.calls else None
        return call if call is not None and call.number == self.started else None

    @property
    def deadline(self) -> float | None:
        """When the call that runs takes too long, by ``time.monotonic``."""
        call = self.running
        if call is None or call.timeout is None or self.overdue is not None:
            return None
        return self.since + call.timeout

    def kill(self, overdue: int | None = None) -> None:
        """End the process, whatever it does."""
        self.overdue = overdue
        self.is_broken = True
        self.process.kill()

    def obituary(self, subject: str) -> WorkerDiedError:
        """Return the error that says how the process ended."""
        code = self.process.exitcode
        how, hint = _how_it_ended(code)
        return WorkerDiedError(f"{subject} {how}.", hint=hint)


def _how_it_ended(code: int | None) -> tuple[str, str]:
    if code is None:
        return "closed its connection", "Look at what it printed."
    if code >= 0:
        return f"left with exit code {code}", "Look for os._exit, or for what it printed."
    try:
        name = signal.Signals(-code).name
    except ValueError:
        name = f"signal {-code}"
    hint = {
        "SIGKILL": "If nobody killed it, memory ran out: use fewer workers or smaller pieces.",
        "SIGTERM": "Somebody ended it from outside.",
    }.get(name, "Look for a fault in compiled code.")
    return f"was killed by {name}", hint


def end(workers: list[Worker], grace: float = 2.0) -> None:
    """End processes: idle ones by themselves, busy ones by SIGTERM, then any by SIGKILL."""
    for worker in workers:
        worker.connection.close()
        if worker.calls or not worker.is_ready:
            worker.process.terminate()
    limit = time.monotonic() + grace
    for worker in workers:
        worker.process.join(max(0.0, limit - time.monotonic()))
        if worker.process.exitcode is None:
            worker.process.kill()
            worker.process.join()
        worker.process.close()
    workers.clear()


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """Put Ctrl-C off, for the worker too until it knows what to do about it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
