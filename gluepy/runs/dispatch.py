"""Dispatch: handing the steps of a plan to an executor, as soon as they may run.

Here is what every engine has in common: order, retries, what a failure stops, mapped tasks,
volatiles. The executor below only runs calls; the :class:`Observer` above only writes down.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush
from typing import Any, Protocol

from gluepy.exceptions import CommandError
from gluepy.exec.markers import Artifact, Volatile
from gluepy.exec.wiring import Step
from gluepy.executors import BaseExecutor, Outcome
from gluepy.runs import artifacts, parameters
from gluepy.runs.elements import digest, spread
from gluepy.runs.plan import Plan
from gluepy.runs.worker import Call, Report, run_task

STOP = "stop"
CONTINUE = "continue"


def known_policy(name: str) -> str:
    """Return what happens after a failure, if there is such a thing.

    Raises:
        CommandError: There is not.
    """
    if name not in (STOP, CONTINUE):
        raise CommandError(f"on_failure is '{name}'.", hint=f"It is '{STOP}' or '{CONTINUE}'.")
    return name


class Observer(Protocol):
    """Who is told what happens to tasks."""

    def started(self, name: str, step: Step, element: str | None) -> None:
        """A try of a task starts; for one of a mapped task with the digest of its values."""

    def finished(self, name: str, step: Step, seconds: float, report: Report) -> None:
        """A task finished."""

    def retried(self, name: str, step: Step, error: BaseException, delay: float) -> None:
        """A try failed, and there will be another in ``delay`` seconds."""

    def failed(
        self, name: str, step: Step, seconds: float, error: BaseException, report: Report | None
    ) -> None:
        """A task failed for good."""

    def expanded(self, step: Step, elements: int, to_run: int) -> None:
        """A mapped task turns out to have so many elements, some of which need not run."""

    def gathered(self, step: Step, error: BaseException | None) -> None:
        """All elements of a mapped task finished, or one has failed for good."""

    def skipped(self, name: str, step: Step, reason: str) -> None:
        """A task will not run."""


def _hands_on(step: Step) -> bool:
    """Tell whether a step produces a value that is not stored."""
    return any(isinstance(marker, Volatile) for marker in step.spec.signature.outputs)


class _Job:
    """One try of a step, or of one element of a mapped step."""

    __slots__ = ("attempt", "call", "element", "name", "step")

    def __init__(self, name: str, step: Step, call: Call, element: str | None = None) -> None:
        self.name = name
        self.step = step
        self.call = call
        self.element = element
        self.attempt = 0


class Dispatch:
    """Runs a plan.

    Args:
        plan: What to run.
        executor: Where to run it.
        observer: Who is told.
        on_failure: ``stop`` starts nothing more after a task failed; ``continue`` runs all
            that does not come after it.
        given: Name -> value of volatiles that the caller gives.
    """

    def __init__(
        self,
        plan: Plan,
        executor: BaseExecutor,
        observer: Observer,
        on_failure: str = STOP,
        given: Mapping[str, Any] | None = None,
    ) -> None:
        self.plan = plan
        self.executor = executor
        self.observer = observer
        self.on_failure = on_failure
        self.volatiles: dict[str, Any] = dict(given or {})
        self.failures: list[tuple[str, BaseException]] = []
        self._position = {name: index for index, name in enumerate(plan.graph.order)}
        self._missing = {name: len(plan.graph.parents(name)) for name in plan.graph}
        self._ready: list[tuple[int, int, _Job]] = []
        self._delayed: list[tuple[float, int, _Job]] = []
        self._running: dict[str, _Job] = {}
        self._elements: dict[str, int] = {}
        self._gathered: dict[str, dict[int, dict[str, Any]]] = {}
        self._ended: set[str] = set()
        self._count = 0

    def run(self) -> None:
        """Run everything; failures are in ``failures`` afterwards."""
        for name in self.plan.graph.order:
            if not self._missing[name] and name not in self._ended:
                self._release(name)
        while self._ready or self._delayed or self._running:
            self._fill()
            if not self._running:
                time.sleep(max(0.0, self._delayed[0][0] - time.monotonic()))
                continue
            for name, outcome in self._outcomes():
                self._settle(self._running.pop(name), outcome)
                self._fill()
            if not self.executor.pending:
                self._drop(self._running.values())
                self._running.clear()
        self._skip(set(self.plan.graph), self._why)

    def _outcomes(self) -> Iterator[tuple[str, Outcome]]:
        if not self._delayed:
            return self.executor.wait()
        return self.executor.wait(max(0.0, self._delayed[0][0] - time.monotonic()))

    def _fill(self) -> None:
        """Hand over what may run, as much as the executor can use."""
        now = time.monotonic()
        while self._delayed and self._delayed[0][0] <= now:
            self._queue(heappop(self._delayed)[2])
        while self._ready and len(self._running) < self.executor.capacity:
            job = heappop(self._ready)[2]
            job.attempt += 1
            self._running[job.name] = job
            self.observer.started(job.name, job.step, job.element)
            options = job.step.spec.options
            self.executor.submit(
                job.name,
                run_task,
                job.call,
                timeout=options.timeout,
                resources=options.resources,
            )

    def _queue(self, job: _Job) -> None:
        self._count += 1
        heappush(self._ready, (self._position[job.step.name], self._count, job))

    def _release(self, name: str) -> None:
        """Queue a step whose predecessors are done, or all its elements."""
        step = self.plan.steps[name]
        given = self._given(step)
        if not step.spec.spread:
            self._queue(_Job(name, step, Call(step.spec.entry, given)))
            return
        try:
            elements = spread(step, self.volatiles)
        except Exception as error:
            self._fail(_Job(name, step, Call(step.spec.entry)), 0.0, error, None)
            return
        self._elements[name] = len(elements)
        self._gathered[name] = {}
        jobs = []
        for index, values in enumerate(elements):
            call = Call(step.spec.entry, {**given, **values}, index)
            job = _Job(f"{name}[{index}]", step, call, digest(values))
            if (
                job.element
                and job.element == self.plan.elements.get(job.name)
                and not _hands_on(step)
            ):
                self._gathered[name][index] = {}
            else:
                jobs.append(job)
        self.observer.expanded(step, len(elements), len(jobs))
        for job in jobs:
            self._queue(job)
        self._gather(step)

    def _given(self, step: Step) -> dict[str, Any]:
        return {
            param: self.volatiles[str(marker.name)]
            for param, marker in step.spec.signature.inputs.items()
            if str(marker.name) in self.volatiles and not isinstance(marker, Artifact)
        }

    def _settle(self, job: _Job, outcome: Outcome) -> None:
        report: Report | None = outcome.value
        error = outcome.error or (report.error if report else None)
        if error is None and report is not None:
            self._succeed(job, outcome.seconds, report)
            return
        failure = error or RuntimeError("The executor gave no report.")
        if job.attempt <= job.step.spec.options.retries and not self._is_stopped:
            delay = job.step.spec.options.delay(job.attempt)
            self.observer.retried(job.name, job.step, failure, delay)
            self._count += 1
            heappush(self._delayed, (time.monotonic() + delay, self._count, job))
            return
        self._fail(job, outcome.seconds, failure, report)

    @property
    def _is_stopped(self) -> bool:
        return bool(self.failures) and self.on_failure == STOP

    def _succeed(self, job: _Job, seconds: float, report: Report) -> None:
        self.observer.finished(job.name, job.step, seconds, report)
        if job.call.element is None:
            self.volatiles.update(report.volatiles)
            self._end(job.step)
            return
        self._gathered[job.step.name][job.call.element] = report.volatiles
        self._gather(job.step)

    def _gather(self, step: Step) -> None:
        """Make the lists of a mapped task once all its elements are done, and end it."""
        gathered = self._gathered[step.name]
        if len(gathered) < self._elements[step.name]:
            return
        for marker in step.spec.signature.outputs:
            name = str(marker.name)
            if isinstance(marker, Artifact):
                self._trim(step, name, len(gathered))
            else:
                self.volatiles[name] = [gathered[index][name] for index in range(len(gathered))]
        self.observer.gathered(step, None)
        self._end(step)

    def _trim(self, step: Step, name: str, count: int) -> None:
        """Remove elements that an earlier attempt left beyond those of this one."""
        if artifacts.placeholders(name).isdisjoint(step.spec.spread):
            values = parameters.Placeholders(step.spec, parameters.resolve(step.spec))
            artifacts.trim(name, count, values)

    def _end(self, step: Step) -> None:
        """Release what waited for a step."""
        self._ended.add(step.name)
        if self._is_stopped:
            return
        for child in self.plan.graph.children(step.name):
            self._missing[child] -= 1
            if not self._missing[child] and child not in self._ended:
                self._release(child)

    def _fail(self, job: _Job, seconds: float, error: BaseException, report: Report | None) -> None:
        self.observer.failed(job.name, job.step, seconds, error, report)
        self.failures.append((job.name, error))
        if job.call.element is not None and job.step.name not in self._ended:
            self.observer.gathered(job.step, error)
        self._ended.add(job.step.name)
        if self.on_failure == CONTINUE:
            self._skip(self.plan.graph.descendants(job.step.name), f"'{job.name}' failed")
            return
        self.executor.cancel()
        waiting = [other for *_, other in sorted([*self._ready, *self._delayed])]
        self._drop(other for other in waiting if other.call.element is not None)
        self._ready.clear()
        self._delayed.clear()
        running = {other.step.name for other in self._running.values()}
        self._skip(set(self.plan.graph) - running, self._why)

    @property
    def _why(self) -> str:
        return f"'{self.failures[0][0]}' failed" if self.failures else ""

    def _drop(self, jobs: Iterable[_Job]) -> None:
        """Note that calls will not run: the executor let go of them, as it was asked to."""
        for job in jobs:
            self.observer.skipped(job.name, job.step, self._why)
            self._ended.add(job.step.name)

    def _skip(self, names: set[str], reason: str) -> None:
        for name in sorted(names - self._ended, key=self._position.__getitem__):
            self._ended.add(name)
            self.observer.skipped(name, self.plan.steps[name], reason)
