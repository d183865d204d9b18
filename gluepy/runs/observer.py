"""Writing down what happens to tasks: manifest, log, signals."""

from __future__ import annotations

import logging
import time
import traceback
from functools import partial
from typing import Any

from gluepy import signals
from gluepy.conf.log import info
from gluepy.exec.wiring import Step
from gluepy.ops.base import FAILED, FINISHED
from gluepy.runs.log import current_log
from gluepy.runs.manifest import Manifest
from gluepy.runs.progress import Progress
from gluepy.runs.run import Run
from gluepy.runs.worker import Report, describe

logger = logging.getLogger(__name__)

SKIPPED = "SKIPPED"
_say = partial(info, logger, module="observer")


def described(step: Step, name: str | None = None) -> dict[str, Any]:
    """Return what the manifest says of a step besides how it goes."""
    return {"name": name or step.name, "label": step.spec.label, "class": step.spec.path}


class RunObserver:
    """Tells manifest, log, signals and progress of one run what happens to its tasks."""

    def __init__(self, run: Run, record: Manifest, progress: Progress) -> None:
        self.run = run
        self.record = record
        self.progress = progress
        self._expanded: dict[str, float] = {}

    def started(self, name: str, step: Step, element: str | None) -> None:
        """A try of a task starts; for one of a mapped task with the digest of its values."""
        self.record.task_started(name, described(step), element)
        _say("---------- Started task '%s'", _title(name, step))
        signals.task_started.send_robust(run=self.run, task=name)
        self.progress.started(name)

    def finished(self, name: str, step: Step, seconds: float, report: Report) -> None:
        """A task finished."""
        self.record.task_ended(name, FINISHED, seconds, report.trace)
        _say("---------- Completed task '%s' in %f seconds", _title(name, step), seconds)
        signals.task_finished.send_robust(run=self.run, task=name, seconds=seconds)
        self.progress.ended(name)

    def retried(self, name: str, step: Step, error: BaseException, delay: float) -> None:
        """A try failed, and there will be another in ``delay`` seconds."""
        logger.warning(
            "Task '%s' failed (%s: %s); again in %.1f seconds",
            _title(name, step),
            type(error).__name__,
            error,
            delay,
        )
        signals.task_retried.send_robust(run=self.run, task=name, error=error, delay=delay)

    def failed(
        self, name: str, step: Step, seconds: float, error: BaseException, report: Report | None
    ) -> None:
        """A task failed for good."""
        trace, failure = (report.trace, report.failure) if report else ({}, None)
        self.record.task_ended(name, FAILED, seconds, trace, failure or describe(error))
        log = current_log()
        if log is not None:  # the terminal gets one line, the run's log the traceback
            log.write("".join(traceback.format_exception(error)))
        signals.task_failed.send_robust(run=self.run, task=name, error=error)
        self.progress.ended(name, is_failure=True)

    def expanded(self, step: Step, elements: int, to_run: int) -> None:
        """A mapped task turns out to have so many elements, some of which need not run."""
        self._expanded[step.name] = time.monotonic()
        self.record.forget_elements(step.name, elements)
        self.record.task_started(step.name, described(step))
        self.progress.expanded(step, to_run)

    def gathered(self, step: Step, error: BaseException | None) -> None:
        """All elements of a mapped task finished, or one has failed for good."""
        seconds = time.monotonic() - self._expanded.pop(step.name)
        status, failure = (FINISHED, None) if error is None else (FAILED, describe(error))
        self.record.task_ended(step.name, status, seconds, {}, failure)
        self.progress.ended(step.name)

    def skipped(self, name: str, step: Step, reason: str) -> None:
        """A task will not run."""
        self.record.task_skipped(name, described(step), SKIPPED, reason)
        _say("Skipped task '%s': %s", _title(name, step), reason)
        signals.task_skipped.send_robust(run=self.run, task=name, reason=reason)
        self.progress.ended(name)


def _title(name: str, step: Step) -> str:
    """Return the name of a task for the log: its class, and which element of a mapped one."""
    return f"{step.spec.title}{name[len(step.name) :]}"
