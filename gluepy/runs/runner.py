"""The life of a run, from a label to a folder with a finished manifest.

A run goes through four steps, each one method of :class:`Runner`: *prepare* makes the
context and the plan, so that whatever the caller got wrong is said before anything is
written; *open* takes the lock, writes ``context.yaml`` and ``run.json`` and tells the
tracker; *work* hands tasks to the executor; *close* writes metrics, manifest and tracker
and gives the lock back, however the run ended.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from gluepy import signals
from gluepy.conf import default_context_manager, default_settings
from gluepy.conf.handlers import import_backend
from gluepy.context.current import using_context
from gluepy.context.document import Context, provenance_of, thaw
from gluepy.context.masking import masked
from gluepy.context.yaml import dump_context
from gluepy.exceptions import CommandError, ContextError, TaskError
from gluepy.exec.dags import DAG
from gluepy.exec.dags import REGISTRY as DAGS
from gluepy.executors import BaseExecutor, Outcome
from gluepy.files.storages import default_storage
from gluepy.ops import default_mlops
from gluepy.ops.base import FAILED, FINISHED, KILLED
from gluepy.runs import environment, manifest
from gluepy.runs.folder import CONTEXT, LOG, METRICS, for_retry
from gluepy.runs.interrupts import Terminated, terminable, undisturbed
from gluepy.runs.lock import RunLock
from gluepy.runs.log import RunLog, current_log
from gluepy.runs.plan import Selection, Step, build_plan
from gluepy.runs.run import Run
from gluepy.runs.worker import Report, describe, place_of, run_task

logger = logging.getLogger(__name__)


class Runner:
    """Runs one DAG once.

    Args:
        dag: The DAG class.
        retry: Run to run again in its own folder, with the context it had: an id, a folder,
            or ``latest``. A path with a slash that does not exist yet is made.
        patches: YAML files on the storage, laid over the context in this order.
        local_patches: The same from this machine, or mappings; laid over after ``patches``.
        params: Single context values: ``["a.b=3"]`` as typed, or ``{"a.b": 3}``.
        selection: Which part of the DAG to run.
        strict: Treat a patch that does not exist as an error, not as a warning.
    """

    def __init__(
        self,
        dag: type[DAG],
        *,
        retry: str | None = None,
        patches: Sequence[str] = (),
        local_patches: Sequence[str | Mapping[str, Any]] = (),
        params: Sequence[str] | Mapping[str, Any] = (),
        selection: Selection | None = None,
        strict: bool = False,
    ) -> None:
        self.dag = dag
        self.retry = retry
        self.selection = selection or Selection()
        self.overrides: dict[str, Any] = {
            "patches": list(patches),
            "local_patches": list(local_patches),
            "params": params,
            "strict": strict,
        }
        if self.selection.eval_only and not retry:
            raise CommandError(
                "--eval-only requires --retry.", hint="Name the run: --retry RUN --eval-only"
            )

    def run(self) -> Run:
        """Run the DAG and return its run.

        Raises:
            TaskError: A task raised; its error is the cause.
            RunKilledError: A signal stopped the run.
            RunLockedError: Another process works in the run folder.
            ContextError: The context cannot be made.
            UnknownLabelError: The selection names an unknown task.
        """
        steps = build_plan(self.dag, self.selection)
        context = self._make_context()
        folder = str(context.gluepy.run_folder)
        with terminable(), using_context(context), RunLock(folder), RunLog(folder):
            return self._run_locked(context, steps)

    def _make_context(self) -> Context:
        manager: Any = default_context_manager
        if self.retry is None:
            made = manager.create_context(**self.overrides)
        else:
            made = manager.load_context(f"{for_retry(self.retry)}/{CONTEXT}", **self.overrides)
        if not isinstance(made, Context):
            raise ContextError(
                f"CONTEXT_BACKEND made a {type(made).__name__}, not a Context.",
                hint="Return what DefaultContextManager returns.",
            )
        return made

    def _run_locked(self, context: Context, steps: list[Step]) -> Run:
        record = self._open(context, steps)
        run = Run(record.folder, record.data, context)
        with _closing(run, record):
            with undisturbed():
                _announce(record, context)
            signals.run_started.send_robust(run=run)
            self._work(run, record, steps)
        signals.run_finished.send_robust(run=run)
        return run

    def _open(self, context: Context, steps: list[Step]) -> manifest.Manifest:
        folder = str(context.gluepy.run_folder)
        default_storage.touch(f"{folder}/{CONTEXT}", dump_context(context))
        return manifest.new(
            run_id=str(context.gluepy.run_id),
            folder=folder,
            dag=self.dag.label,
            created_at=context.gluepy.created_at,
            steps=[_describe_step(step) for step in steps],
        )

    def _work(self, run: Run, record: manifest.Manifest, steps: list[Step]) -> None:
        """Run the steps one after another; the first that fails ends the run.

        Raises:
            TaskError: A task raised; its error is the cause.
        """
        by_name = {step.name: step for step in steps}
        with _executor() as executor:
            for step in steps:
                record.task_started(step.name)
                logger.info("---------- Started task '%s'", step.task.__name__)
                signals.task_started.send_robust(run=run, task=step.name)
                executor.submit(step.name, run_task, step.task)
                for name, outcome in executor.wait():
                    _note(run, record, by_name[name], outcome)


def _announce(record: manifest.Manifest, context: Context) -> None:
    """Write the manifest and tell the tracker: from here on the run has started."""
    record.write()
    default_mlops.create_run(
        dag=record.data["dag"],
        run_id=record.data["run_id"],
        config=masked(thaw(context), provenance_of(context).secrets),
        username=environment.username(),
    )


def _executor() -> BaseExecutor:
    backend = import_backend("EXECUTOR_BACKEND", default_settings.EXECUTOR_BACKEND)
    executor: BaseExecutor = backend()
    return executor


def _describe_step(step: Step) -> dict[str, str]:
    task = step.task
    name = f"{task.__module__}.{task.__qualname__}"
    return {"name": step.name, "label": task.label, "class": name}


def _note(run: Run, record: manifest.Manifest, step: Step, outcome: Outcome) -> None:
    """Put down how a task ended.

    Raises:
        TaskError: It raised.
    """
    if outcome.error is not None:
        raise outcome.error
    report: Report = outcome.value
    if report.error is None:
        record.task_ended(step.name, FINISHED, outcome.seconds, report.trace)
        logger.info(
            "---------- Completed task '%s' in %f seconds", step.task.__name__, outcome.seconds
        )
        signals.task_finished.send_robust(run=run, task=step.name, seconds=outcome.seconds)
        return
    error = report.error
    record.task_ended(step.name, FAILED, outcome.seconds, report.trace, describe(error))
    log = current_log()
    if log is not None:  # the terminal gets one line, the run's log the traceback
        log.write("".join(traceback.format_exception(error)))
    signals.task_failed.send_robust(run=run, task=step.name, error=error)
    raise _task_error(run, step, error) from error


def _task_error(run: Run, step: Step, error: Exception) -> TaskError:
    message = str(error).strip().splitlines()
    reason = f"{type(error).__name__}: {message[0]}" if message else type(error).__name__
    return TaskError(
        f"Task '{step.task.label}' of DAG '{run.dag}' failed at {place_of(error)}: {reason}",
        hint=f"(traceback: {run.folder}/{LOG} or --traceback; again: --retry {run.id})",
    )


@contextmanager
def _closing(run: Run, record: manifest.Manifest) -> Iterator[None]:
    """End the run in manifest, metrics and tracker, whatever happens inside."""
    status: str = FINISHED
    error: BaseException | None = None
    try:
        yield
    except (Terminated, KeyboardInterrupt) as stop:
        status, error = KILLED, stop
        raise
    except BaseException as raised:
        status, error = FAILED, raised
        raise
    finally:
        with undisturbed():
            _close(run, record, status, error)


def _close(run: Run, record: manifest.Manifest, status: str, error: BaseException | None) -> None:
    metrics = default_mlops.get_metrics()
    if metrics:
        merged = {**run.stored_metrics(), **metrics}
        text = json.dumps(merged, indent=2, ensure_ascii=False)
        default_storage.touch(f"{run.folder}/{METRICS}", text)
    record.end(status, metrics, describe(error) if error else None)
    default_mlops.set_terminated(run.id, status)
    logger.debug("Run %s ended: %s", run.id, status)
    if status == FAILED and error is not None:
        signals.run_failed.send_robust(run=run, error=error)


def run_dag(
    label: str,
    *,
    retry: str | None = None,
    patches: Sequence[str] = (),
    local_patches: Sequence[str | Mapping[str, Any]] = (),
    params: Sequence[str] | Mapping[str, Any] = (),
    task: str | None = None,
    from_task: str | None = None,
    skip_eval: bool = False,
    eval_only: bool = False,
    strict: bool = False,
) -> Run:
    """Run the DAG of a label and return its run. See :class:`Runner` for the arguments.

    Raises:
        UnknownLabelError: No DAG has the label; also what ``Runner.run`` raises.
    """
    return Runner(
        DAGS.find(label),
        retry=retry,
        patches=patches,
        local_patches=local_patches,
        params=params,
        selection=Selection(task, from_task, skip_eval, eval_only),
        strict=strict,
    ).run()
