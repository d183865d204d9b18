"""The inside of a worker process of ``ProcessExecutor``.

Two threads: one reads what the parent sends, so that the next call is at hand when one ends,
and notices when the parent is gone; the other, the main thread, runs calls.
"""

from __future__ import annotations

import os
import signal
import struct
import sys
import threading
import time
from collections import deque
from contextvars import copy_context
from queue import SimpleQueue
from typing import Any

from gluepy.executors import streams
from gluepy.executors.channel import use_for_process
from gluepy.executors.parcels import pack_error, pack_value, unpack

# Before each parcel: what it is, the number of the call, how many seconds it took.
HEADER = struct.Struct("!cQd")
# From the parent.
CALL, RECALL = b"c", b"r"
# From the worker.
READY, BROKEN, STARTED, EVENT = b"!", b"x", b"s", b"e"
DONE, FAILED, RETURNED = b"d", b"f", b"b"
# What has no parcel.
BARE = (READY, STARTED, RETURNED)

_GRACE = 2.0
_PR_SET_PDEATHSIG = 1


class Boot:
    """How a worker starts.

    Args:
        initializer: A packed call to make first, or None.
        environ: The environment of the parent, where the worker might have an older one.
        is_bound: Whether the worker may be tied to the thread that starts it.
    """

    def __init__(
        self, initializer: bytes | None, environ: dict[str, str] | None, is_bound: bool
    ) -> None:
        self.initializer = initializer
        self.environ = environ
        self.is_bound = is_bound


def main(connection: Any, boot: Boot) -> None:
    """Serve calls until the parent closes the connection, or is gone."""
    take_signals()
    if boot.is_bound:
        _die_with_parent()
    if boot.environ is not None and boot.environ != dict(os.environ):
        os.environ.clear()
        os.environ.update(boot.environ)
    worker = _Worker(connection)
    streams.tap()
    threading.Thread(target=worker.read, name="gluepy-reader", daemon=True).start()
    if worker.prepare(boot.initializer):
        worker.serve()


def take_signals() -> None:
    """Leave Ctrl-C to the parent, and let all other signals do what they do by default."""
    # A handler and not SIG_IGN, which programs started from here would inherit.
    signal.signal(signal.SIGINT, lambda number, frame: None)
    for name in ("SIGTERM", "SIGHUP", "SIGBREAK"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _die_with_parent() -> None:
    """Have the kernel end this process with its parent, even if it never gets to notice."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


class _Worker:
    """The calls of this process."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._sending = threading.Lock()
        self._calls: deque[tuple[int, bytes]] = deque()
        # True: look for a call; False: there will be none any more.
        self._wake: SimpleQueue[bool] = SimpleQueue()
        self._current: int | None = None

    def read(self) -> None:
        """Take what the parent sends; end the process when the parent is gone."""
        try:
            while True:
                kind, number, _ = HEADER.unpack(self._connection.recv_bytes())
                if kind == CALL:
                    self._calls.append((number, self._connection.recv_bytes()))
                    self._wake.put(True)
                else:
                    self._give_back(number)
        except (EOFError, OSError):
            if self._current is None:
                self._wake.put(False)
                time.sleep(_GRACE)
            os._exit(1)

    def _give_back(self, number: int) -> None:
        try:
            call = self._calls.pop()
        except IndexError:
            return
        if call[0] == number:
            self._send(RETURNED, number)
            return
        self._calls.append(call)
        self._wake.put(True)

    def prepare(self, initializer: bytes | None) -> bool:
        """Make the first call and say whether this worker can be used."""
        try:
            if initializer is not None:
                _, function, args = unpack(initializer)
                function(*args)
        except BaseException as error:
            self._send(BROKEN, 0, 0.0, pack_error(error))
            return False
        self._send(READY, 0)
        return True

    def serve(self) -> None:
        """Run calls, one after another."""
        while self._wake.get():
            try:
                number, packed = self._calls.popleft()
            except IndexError:
                # It was given back.
                continue
            self._current = number
            use_for_process(self._tell)
            self._send(STARTED, number)
            kind, seconds, parcel = _run(packed)
            streams.flush()
            use_for_process(None)
            self._current = None
            self._send(kind, number, seconds, parcel)

    def _tell(self, event: Any) -> None:
        number = self._current
        if number is not None:
            self._send(EVENT, number, 0.0, pack_value(event, "that a call wanted to tell"))

    def _send(
        self, kind: bytes, number: int, seconds: float = 0.0, parcel: bytes | None = None
    ) -> None:
        with self._sending:
            self._connection.send_bytes(HEADER.pack(kind, number, seconds))
            if parcel is not None:
                self._connection.send_bytes(parcel)


def _run(packed: bytes) -> tuple[bytes, float, bytes]:
    """Run a call and return how it ended, how long it took, and what came of it."""
    key, seconds = "", 0.0
    begun = time.perf_counter()
    try:
        key, function, args = unpack(packed)
        begun = time.perf_counter()
        value = copy_context().run(function, *args)
        seconds = time.perf_counter() - begun
        return DONE, seconds, pack_value(value, f"that '{key}' returned")
    except BaseException as error:
        return FAILED, seconds or time.perf_counter() - begun, pack_error(error)
