"""Calls on a Dask cluster: one of this machine's own, or one that is running elsewhere."""

from __future__ import annotations

import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from gluepy.exceptions import MissingDependencyError, WorkerDiedError
from gluepy.executors import dask_fork
from gluepy.executors.base import BaseExecutor, Outcome, setting
from gluepy.executors.calls import timed_out
from gluepy.executors.parcels import pack_call, unpack

if TYPE_CHECKING:
    from gluepy.executors.dask_worker import Answer, Mark

if find_spec("distributed") is None:
    raise MissingDependencyError("distributed", "dask", "DaskExecutor")

# How often it is looked whether a call with a timeout has started.
_LOOK = 0.05


class _Call:
    """A call that was handed to Dask."""

    __slots__ = ("future", "key", "mark", "overdue", "packed", "resources", "timeout")

    def __init__(
        self, key: str, packed: bytes, timeout: float | None, resources: dict[str, float]
    ) -> None:
        self.key = key
        self.packed = packed
        self.timeout = timeout
        self.resources = resources
        self.mark: Mark | None = None
        self.overdue = False
        self.future: Any = None


class DaskExecutor(BaseExecutor):
    """Runs calls with ``dask.distributed``.

    Args:
        workers: How many processes a cluster of its own has; a running one has what it has.
        initializer: What to call once in each worker, as a Dask worker plugin.
        initargs: What to call it with.
        on_event: See :class:`BaseExecutor`. Events arrive together with the outcome.
        address: Address of a running scheduler; by default DASK_SCHEDULER_ADDRESS, and
            without that a cluster of its own is started, and ended with the executor.
    """

    supports_parallel = True
    supports_hard_timeout = True
    supports_worker_death = True
    is_local = False

    def __init__(
        self,
        workers: int | None = None,
        initializer: Callable[..., object] | None = None,
        initargs: tuple[Any, ...] = (),
        on_event: Callable[[str, Any], object] | None = None,
        address: str | None = None,
    ) -> None:
        super().__init__(workers, initializer, initargs, on_event)
        self.address = address or setting("DASK_SCHEDULER_ADDRESS")
        # A running cluster is not ours: its workers are not to be killed, and its own rules
        # say how often a call is made whose worker dies.
        self.supports_hard_timeout = self.supports_worker_death = self.address is None
        packed = initializer and pack_call("initializer", initializer, initargs)
        method = dask_fork.start(initializer) if self.address is None else None
        # Only now, so that the import goes on here and in the process that workers come from.
        from gluepy.executors.dask_cluster import Cluster

        self._cluster = Cluster(self.workers, self.address, packed, method)
        self._open: dict[str, _Call] = {}
        self._ended: deque[tuple[str, Outcome]] = deque()
        self._done: SimpleQueue[str] = SimpleQueue()
        self._killed: set[int] = set()
        self._count = 0

    @property
    def capacity(self) -> int:
        """Many calls for each thread: Dask takes milliseconds to hand one out."""
        return max(32, 8 * self._cluster.threads)

    @property
    def pending(self) -> int:
        """How many calls have no outcome yet, or one nobody has taken."""
        return len(self._open) + len(self._ended)

    def submit(
        self,
        key: str,
        function: Callable[..., Any],
        *args: Any,
        timeout: float | None = None,
        resources: Mapping[str, Any] | None = None,
    ) -> None:
        """Hand the call to the scheduler.

        Raises:
            RunError: There is no cluster, or its workers cannot be set up.
        """
        self._cluster.open()
        try:
            packed = pack_call(key, function, args)
            wanted = self._cluster.resources(key, resources or {})
        except Exception as error:
            self._ended.append((key, Outcome(None, error, 0.0)))
            return
        self._hand_over(_Call(key, packed, timeout, wanted))

    def _hand_over(self, call: _Call) -> None:
        from gluepy.executors import dask_worker

        self._count += 1
        # One group of tasks for the scheduler, which then hands them out late and evenly.
        name = f"{self._cluster.name}-{self._count}"
        call.mark = self._cluster.mark(name)
        self._open[name] = call
        call.future = self._cluster.client.submit(
            dask_worker.run,
            call.packed,
            self._cluster.name,
            call.mark and call.mark.path,
            call.timeout,
            key=name,
            pure=False,
            retries=0,
            resources=call.resources or None,
        )
        call.future.add_done_callback(lambda future: self._done.put(future.key))

    def wait(self, timeout: float | None = None) -> Iterator[tuple[str, Outcome]]:
        """Yield each outcome as it comes."""
        while self.pending:
            limit = None if timeout is None else time.monotonic() + timeout
            while not self._ended:
                if not self._open or not self._listen(limit):
                    return
            key, outcome = self._ended.popleft()
            if outcome.error is not None and not isinstance(outcome.error, Exception):
                raise outcome.error
            yield key, outcome

    def _listen(self, limit: float | None) -> bool:
        """Take what has ended; False if nothing did until ``limit``."""
        names = self._names(limit)
        finished = {}
        for name in names:
            call = self._open.get(name)
            if call is None or call.future is None:
                continue
            if call.future.status == "finished":
                finished[name] = call.future
            else:
                self._lost(name, call)
        answers = self._cluster.client.gather(finished, errors="skip") if finished else {}
        for name, answer in answers.items():
            self._settle(name, answer)
        self._end_overdue()
        return bool(names) or limit is None or time.monotonic() < limit

    def _names(self, limit: float | None) -> list[str]:
        """Return the calls of which Dask has told something, waiting for the first."""
        names: list[str] = []
        try:
            names.append(self._done.get(timeout=self._patience(limit)))
            while True:
                names.append(self._done.get_nowait())
        except Empty:
            return names

    def _patience(self, limit: float | None) -> float | None:
        looks = self.supports_hard_timeout and any(
            call.timeout is not None for call in self._open.values()
        )
        left = None if limit is None else max(0.0, limit - time.monotonic())
        if not looks:
            return left
        return _LOOK if left is None else min(left, _LOOK)

    def _settle(self, name: str, answer: Answer | None) -> None:
        if answer is None:
            # Its worker died between the news and the fetching; Dask looks after it.
            answer = self._open[name].future.result()
        call = self._forget(name)
        returned, seconds, parcel, events = answer
        if self.on_event is not None:
            for event in events:
                self.on_event(call.key, unpack(event))
        value, error = None, None
        try:
            content = unpack(parcel)
        except Exception as failure:
            error = failure
        else:
            value, error = (content, None) if returned else (None, content)
        self._ended.append((call.key, Outcome(value, error, seconds)))

    def _lost(self, name: str, call: _Call) -> None:
        """Settle a call that Dask gave up."""
        answer, pid, seconds = None, None, 0.0
        if call.mark is not None:
            answer = call.mark.answer()
            pid, seconds = call.mark.started()
        if answer is not None:
            self._settle(name, answer)
            return
        reason = call.future.exception() if call.future.status == "error" else None
        self._forget(name)
        if call.mark is not None and not call.overdue and (pid is None or pid in self._killed):
            # It had not started when its worker died, or died with another that took too long.
            self._hand_over(_Call(call.key, call.packed, call.timeout, call.resources))
            return
        if call.overdue and call.timeout is not None:
            error: Exception = timed_out(call.key, call.timeout, " and was ended")
        else:
            error = _obituary(call.key, reason)
        self._ended.append((call.key, Outcome(None, error, seconds)))

    def _forget(self, name: str) -> _Call:
        call = self._open.pop(name)
        if call.mark is not None:
            call.mark.settle()
        return call

    def _end_overdue(self) -> None:
        """Kill the worker of a call that takes too long; only our own are within reach."""
        if not self.supports_hard_timeout:
            return
        for call in self._open.values():
            if call.timeout is None or call.overdue or call.mark is None:
                continue
            pid, seconds = call.mark.started()
            if pid is not None and seconds > call.timeout and not call.future.done():
                call.overdue = True
                self._killed.add(pid)
                os.kill(pid, signal.SIGKILL)

    def cancel(self) -> None:
        """Drop the calls that have not started, as far as that can be known."""
        if not self._open:
            return
        busy = self._cluster.busy() if self.address else set()
        for name, call in list(self._open.items()):
            # Who puts the mark down first has the call; it stays, for the worker to find.
            if call.mark.claim() if call.mark is not None else name not in busy:
                del self._open[name]
                call.future.cancel()

    def close(self) -> None:
        """End the cluster if it is ours, else leave it as it was."""
        is_busy = bool(self._open)
        self._open.clear()
        self._ended.clear()
        self._cluster.close(is_busy)


def _obituary(key: str, reason: BaseException | None) -> WorkerDiedError:
    from distributed.scheduler import KilledWorker

    if reason is not None and not isinstance(reason, KilledWorker):
        error = WorkerDiedError(f"Dask lost '{key}': {type(reason).__name__}: {reason}")
        error.__cause__ = reason
        return error
    return WorkerDiedError(
        f"The Dask worker that ran '{key}' died.",
        hint="If nobody killed it, memory ran out: use fewer workers or smaller pieces.",
    )
