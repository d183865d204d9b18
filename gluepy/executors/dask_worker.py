"""The inside of a Dask worker that runs calls of ``DaskExecutor``."""

from __future__ import annotations

import os
import time
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


class SetUp(WorkerPlugin):  # type: ignore[misc]
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


def claim(mark: str) -> bool:
    """Put a mark down, with the id of this process; False if it is there already."""
    try:
        handle = os.open(mark, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        return False
    try:
        os.write(handle, str(os.getpid()).encode())
    finally:
        os.close(handle)
    return True


def run(packed: bytes, name: str, mark: str | None, timeout: float | None) -> Answer:
    """Run a call.

    Args:
        packed: The call.
        name: Name of the executor.
        mark: A file that says that the call has started, once and for all; None where the
            caller cannot see files of this machine.
        timeout: Seconds after which a call that returns has failed all the same.
    """
    events: list[bytes] = []
    key, seconds = "", 0.0
    try:
        key, function, args = unpack(packed)
        if mark is not None and not claim(mark):
            raise WorkerDiedError(
                f"The worker that ran '{key}' died before its result was fetched.",
                hint="It is not run twice by itself.",
            )
        begun = time.perf_counter()
        try:
            value = _contexts[name].copy().run(_call, key, events, function, args)
        finally:
            seconds = time.perf_counter() - begun
        if mark is None and timeout is not None and seconds > timeout:
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
