"""The inside of a Dask worker that runs calls of ``DaskExecutor``."""

from __future__ import annotations

import os
import pickle
import time
from contextlib import suppress
from contextvars import Context, copy_context
from typing import Any

from distributed import WorkerPlugin

from gluepy.exceptions import WorkerDiedError
from gluepy.executors import streams
from gluepy.executors.calls import timed_out
from gluepy.executors.channel import sending_to
from gluepy.executors.parcels import pack_error, pack_value, unpack
from gluepy.executors.worker import take_signals

# Name of a set-up -> the context variables it left.
_contexts: dict[str, Context] = {}

# Whether the call returned, seconds, value or error, events.
Answer = tuple[bool, float, bytes, list[bytes]]

# Answers of more bytes are not written down.
_MUCH = 1_000_000


class SetUp(WorkerPlugin):
    """Makes a worker ready for the calls of one executor.

    Args:
        name: Name of the executor.
        initializer: A packed call to make first, or None.
        is_ours: Whether the executor started the worker.
    """

    def __init__(self, name: str, initializer: bytes | None, is_ours: bool) -> None:
        self.name = name
        self.initializer = initializer
        self.is_ours = is_ours

    def setup(self, worker: Any) -> None:
        """Call the initializer, in a context that every call will start from."""
        if self.is_ours:
            take_signals()
        streams.tap()
        context = copy_context()
        if self.initializer is not None:
            _, function, args = unpack(self.initializer)
            context.run(function, *args)
        _contexts[self.name] = context

    def teardown(self, worker: Any) -> None:
        """Forget the executor."""
        _contexts.pop(self.name, None)


class Mark:
    """Says, to every process of this machine, that a call has started, and how it ended.

    Dask makes a call again whose worker dies, even if it was through and only its result
    was still there. With a mark it is not made again; the answer it had is found here.

    Args:
        path: Path of a file that only this call has.
    """

    def __init__(self, path: str) -> None:
        self.path = path

    def claim(self) -> bool:
        """Put the mark down, with the id of this process; False if it is there already."""
        try:
            handle = os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
        except FileExistsError:
            return False
        try:
            os.write(handle, str(os.getpid()).encode())
        finally:
            os.close(handle)
        return True

    def started(self) -> tuple[int | None, float]:
        """Return the process in which the call started, None if it did not, and how long ago."""
        try:
            with open(self.path) as file:
                text = file.read()
            seconds = time.time() - os.stat(self.path).st_mtime
            return (int(text) if text else None), max(0.0, seconds)
        except FileNotFoundError:
            return None, 0.0

    def keep(self, answer: Answer) -> None:
        """Put the answer down, if that is not much work."""
        if sum(map(len, [answer[2], *answer[3]])) > _MUCH:
            return
        part = f"{self.path}.part"
        with open(part, "wb") as file:
            file.write(pickle.dumps(answer, pickle.HIGHEST_PROTOCOL))
        os.replace(part, f"{self.path}.answer")

    def answer(self) -> Answer | None:
        """Return the answer that was put down."""
        try:
            with open(f"{self.path}.answer", "rb") as file:
                answer: Answer = pickle.loads(file.read())
        except FileNotFoundError:
            return None
        return answer

    def settle(self) -> None:
        """Remove the answer, which was taken.

        The mark itself stays as long as the cluster: if a worker dies before Dask has heard
        that nobody needs its results any more, Dask makes their calls again elsewhere.
        """
        with suppress(FileNotFoundError):
            os.unlink(f"{self.path}.answer")


def run(packed: bytes, name: str, path: str | None, timeout: float | None) -> Answer:
    """Run a call.

    Args:
        packed: The call.
        name: Name of the executor.
        path: Path of the call's mark; None where the caller sees no files of this machine.
        timeout: Seconds after which a call that returns has failed all the same.
    """
    if path is None:
        return _answer(packed, name, timeout)
    mark = Mark(path)
    if not mark.claim():
        return mark.answer() or _lost(packed)
    answer = _answer(packed, name, None)
    mark.keep(answer)
    return answer


def _lost(packed: bytes) -> Answer:
    error = WorkerDiedError(
        f"The Dask worker that ran '{unpack(packed)[0]}' died before its result was fetched.",
        hint="It is not run twice by itself.",
    )
    return False, 0.0, pack_error(error), []


def _answer(packed: bytes, name: str, timeout: float | None) -> Answer:
    events: list[bytes] = []
    seconds = 0.0
    try:
        key, function, args = unpack(packed)
        begun = time.perf_counter()
        try:
            value = _contexts[name].copy().run(_call, key, events, function, args)
        finally:
            seconds = time.perf_counter() - begun
        if timeout is not None and seconds > timeout:
            raise timed_out(key, timeout, f": {seconds:.3g} s")
        return True, seconds, pack_value(value, f"that '{key}' returned"), events
    except BaseException as error:
        return False, seconds, pack_error(error), events


def _call(key: str, events: list[bytes], function: Any, args: tuple[Any, ...]) -> Any:
    """Call the function and collect what it sends."""

    def collect(event: Any) -> None:
        events.append(pack_value(event, f"that '{key}' told"))

    with sending_to(collect):
        try:
            return function(*args)
        finally:
            streams.flush()
