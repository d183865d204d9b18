"""Calls in processes of this machine."""

from __future__ import annotations

import itertools
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gluepy.exceptions import RunError, SettingsError
from gluepy.executors import worker as inside
from gluepy.executors.base import BaseExecutor, Outcome, setting
from gluepy.executors.calls import timed_out
from gluepy.executors.handles import RemoteCall, Worker, end
from gluepy.executors.parcels import pack_call, unpack

# A call no larger than this is sent ahead to a worker that is busy: it fits into the pipe.
_AHEAD = 16_384
# A process that is gone without its pipe or sentinel telling is noticed after this time.
_LOOK_ROUND = 1.0
_DEAD_ON_ARRIVAL = 3


class ProcessExecutor(BaseExecutor):
    """Runs calls in processes that are started once, as they are needed, and used again.

    Args:
        workers: How many processes.
        initializer: What to call once in each.
        initargs: What to call it with.
        on_event: See :class:`BaseExecutor`; what workers print arrives as the events
            ``("stream", "stdout" or "stderr", text)``.
        start_method: ``forkserver``, ``spawn`` or ``fork``; by default
            EXECUTOR_START_METHOD.
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
        start_method: str | None = None,
    ) -> None:
        super().__init__(workers, initializer, initargs, on_event)
        import multiprocessing
        from multiprocessing.util import Finalize

        self._context: Any = multiprocessing.get_context(method_for(start_method))
        self._initializer = initializer and pack_call("initializer", initializer, initargs)
        self._numbers = itertools.count(1)
        self._waiting: deque[RemoteCall] = deque()
        self._ended: deque[tuple[str, Outcome]] = deque()
        self._workers: list[Worker] = []
        self._stillborn = 0
        # multiprocessing waits for its processes at exit; ours end only when they are told.
        self._end: Callable[[], object] = Finalize(
            self, end, args=(self._workers,), exitpriority=100
        )

    @property
    def pending(self) -> int:
        """How many calls wait, run, or have an outcome nobody has taken."""
        given = sum(len(worker.calls) for worker in self._workers)
        return len(self._waiting) + given + len(self._ended)

    def submit(
        self,
        key: str,
        function: Callable[..., Any],
        *args: Any,
        timeout: float | None = None,
        resources: Mapping[str, Any] | None = None,
    ) -> None:
        """Send the call to a worker that is free, or soon will be; else keep it in line."""
        try:
            packed = pack_call(key, function, args)
        except Exception as error:
            self._ended.append((key, Outcome(None, error, 0.0)))
            return
        self._waiting.append(RemoteCall(next(self._numbers), key, packed, timeout))
        self._hand_out()

    def wait(self, timeout: float | None = None) -> Iterator[tuple[str, Outcome]]:
        """Yield each outcome as it comes.

        Raises:
            RunError: The workers cannot start.
        """
        while self.pending:
            limit = None if timeout is None else time.monotonic() + timeout
            while not self._ended:
                if not self.pending or not self._listen(limit):
                    return
            key, outcome = self._ended.popleft()
            if outcome.error is not None and not isinstance(outcome.error, Exception):
                raise outcome.error
            yield key, outcome

    def cancel(self) -> None:
        """Drop the calls in line, and ask for those back that were sent ahead."""
        self._waiting.clear()
        for worker in self._workers:
            if len(worker.calls) > 1:
                worker.calls[1].is_dropped = True
                worker.recall()

    def close(self) -> None:
        """End every worker, whatever it does."""
        self._waiting.clear()
        self._ended.clear()
        end(self._workers)

    # --- Handing out -----------------------------------------------------------------------

    def _hand_out(self) -> None:
        while self._waiting:
            worker = self._taker(self._waiting[0])
            if worker is None:
                return
            if worker.give(self._waiting[0]):
                self._waiting.popleft()
        self._level()

    def _taker(self, call: RemoteCall) -> Worker | None:
        """Return the worker that should have a call next, None if it has to wait."""
        able = [worker for worker in self._workers if not worker.is_broken]
        for worker in able:
            if not worker.calls:
                return worker
        if len(self._workers) < self.workers:
            return self._start()
        if len(call.packed) > _AHEAD:
            return None
        single = [worker for worker in able if len(worker.calls) == 1]
        return min(single, key=lambda worker: worker.since, default=None)

    def _level(self) -> None:
        """With nothing in line, ask for a call back that waits while a worker is idle."""
        if any(not worker.calls and not worker.is_broken for worker in self._workers):
            for worker in self._workers:
                if len(worker.calls) > 1:
                    worker.recall()
                    return

    def _start(self) -> Worker:
        method = self._context.get_start_method()
        boot = inside.Boot(
            initializer=self._initializer,
            environ=dict(os.environ) if method == "forkserver" else None,
            is_bound=method == "forkserver"
            or threading.current_thread() is threading.main_thread(),
        )
        worker = Worker(self._context, boot, f"gluepy-worker-{len(self._workers) + 1}")
        self._workers.append(worker)
        return worker

    # --- Listening -------------------------------------------------------------------------

    def _listen(self, limit: float | None) -> bool:
        """Take what workers have to say; False if none said anything until ``limit``."""
        from multiprocessing.connection import wait

        sentinels = {worker.process.sentinel: worker for worker in self._workers}
        talking = {worker.connection: worker for worker in self._workers if not worker.is_broken}
        ready = wait([*talking, *sentinels], self._patience(limit))
        for source in ready:
            if source in talking:
                self._hear(talking[source])
        self._end_overdue()
        self._bury([sentinels[one] for one in ready if one in sentinels] or self._gone(ready))
        self._hand_out()
        return bool(ready) or limit is None or time.monotonic() < limit

    def _gone(self, ready: list[Any]) -> list[Worker]:
        """Return the dead nobody has told of: a child of theirs may hold what would tell."""
        if ready and not any(worker.is_broken for worker in self._workers):
            return []
        return [worker for worker in self._workers if worker.process.exitcode is not None]

    def _patience(self, limit: float | None) -> float:
        """Return how long nothing but an answer can be of interest."""
        ends = [worker.deadline for worker in self._workers]
        now = time.monotonic()
        left = [moment - now for moment in (limit, *ends) if moment is not None]
        return max(0.0, min([_LOOK_ROUND, *left]))

    def _hear(self, worker: Worker) -> None:
        for kind, number, seconds, parcel in worker.answers():
            if kind == inside.EVENT:
                self._tell(worker, number, parcel)
            elif kind == inside.READY:
                worker.is_ready = True
                self._stillborn = 0
            elif kind == inside.STARTED:
                worker.started, worker.since = number, time.monotonic()
            elif kind == inside.BROKEN:
                error = unpack(parcel)
                raise RunError(
                    f"The workers cannot start: {type(error).__name__}: {error}"
                ) from error
            else:
                self._take_back(worker.answered(number), kind, seconds, parcel)

    def _tell(self, worker: Worker, number: int, parcel: bytes) -> None:
        if self.on_event is not None and worker.calls and worker.calls[0].number == number:
            self.on_event(worker.calls[0].key, unpack(parcel))

    def _take_back(self, call: RemoteCall, kind: bytes, seconds: float, parcel: bytes) -> None:
        if kind == inside.RETURNED:
            if not call.is_dropped:
                self._waiting.appendleft(call)
            return
        value, error = None, None
        try:
            content = unpack(parcel)
        except Exception as failure:
            error = failure
        else:
            value, error = (content, None) if kind == inside.DONE else (None, content)
        self._ended.append((call.key, Outcome(value, error, seconds)))

    # --- Deaths ----------------------------------------------------------------------------

    def _end_overdue(self) -> None:
        now = time.monotonic()
        for worker in self._workers:
            if worker.deadline is not None and worker.deadline <= now:
                worker.kill(overdue=worker.calls[0].number)

    def _bury(self, dead: list[Worker]) -> None:
        """Settle what a worker leaves behind: the call that ran has failed, others go on."""
        for worker in dead:
            worker.process.join()
            self._hear(worker)
            self._workers.remove(worker)
            worker.connection.close()
            if worker.calls:
                self._mourn(worker)
            self._waiting.extendleft(call for call in reversed(worker.calls) if not call.is_dropped)
            if not worker.is_ready:
                self._count_stillborn(worker)
            worker.process.close()

    def _mourn(self, worker: Worker) -> None:
        """Fail the call that ran; one that had not started has more than one chance."""
        call = worker.calls[0]
        if worker.overdue not in (None, call.number):
            # The worker was killed for another that ended just then.
            return
        if worker.running is None and worker.is_ready:
            call.deaths += 1
        if worker.running is None and call.deaths < _DEAD_ON_ARRIVAL:
            return
        worker.calls.popleft()
        seconds = time.monotonic() - worker.since
        if worker.overdue == call.number and call.timeout is not None:
            error: Exception = timed_out(call.key, call.timeout, " and was ended")
        else:
            error = worker.obituary(f"The worker that ran '{call.key}'")
        self._ended.append((call.key, Outcome(None, error, seconds)))

    def _count_stillborn(self, worker: Worker) -> None:
        self._stillborn += 1
        if self._stillborn >= _DEAD_ON_ARRIVAL:
            raise worker.obituary(
                f"{self._stillborn} workers in a row died before they were ready; the last"
            )


def method_for(asked: str | None) -> str:
    """Return how to start processes.

    Raises:
        SettingsError: This platform cannot do what was asked.
    """
    import multiprocessing

    known = multiprocessing.get_all_start_methods()
    asked = asked or setting("EXECUTOR_START_METHOD")
    if asked is None:
        return "forkserver" if "forkserver" in known else "spawn"
    if asked not in known:
        raise SettingsError(
            f"Processes cannot be started by '{asked}' here.",
            hint=f"EXECUTOR_START_METHOD is one of {', '.join(sorted(known))}.",
        )
    return asked
