"""The life of a run, from a label to a folder with a finished manifest.

A run goes through five steps: the *context* is made, then, under the lock of the run folder,
the *plan*, so that whatever the caller got wrong is said before anything runs; *open* writes
``context.yaml`` and ``run.json`` and tells the tracker; *work* dispatches the plan to the
executor; *close* writes metrics, manifest and tracker, however the run ended.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from gluepy import signals
from gluepy.conf import default_context_manager
from gluepy.context.current import using_context
from gluepy.context.document import Context, provenance_of, thaw
from gluepy.context.masking import masked
from gluepy.context.yaml import dump_context
from gluepy.exceptions import CommandError, ContextError, TaskError
from gluepy.exec.dags import DAG
from gluepy.exec.dags import REGISTRY as DAGS
from gluepy.files.storages import default_storage
from gluepy.ops import default_mlops
from gluepy.ops.base import FAILED, FINISHED, KILLED
from gluepy.runs import artifacts, environment, manifest, parameters
from gluepy.runs.dispatch import Dispatch, known_policy
from gluepy.runs.elements import hand_over
from gluepy.runs.engine import ExecutorChoice
from gluepy.runs.folder import CONTEXT, LOG, METRICS, find, for_retry
from gluepy.runs.interrupts import Terminated, terminable, undisturbed
from gluepy.runs.lock import RunLock
from gluepy.runs.log import RunLog
from gluepy.runs.observer import RunObserver, described
from gluepy.runs.plan import Plan, Selection, build, readers_of, specs_of
from gluepy.runs.preflight import check
from gluepy.runs.progress import Progress
from gluepy.runs.run import Run
from gluepy.runs.worker import describe, place_of
from gluepy.utils.text import plural
from gluepy.utils.timezone import parse

logger = logging.getLogger(__name__)


class Runner:
    """Runs one DAG once.

    Args:
        dag: The DAG, or its class.
        retry: Run to run again in its own folder, with the context it had: an id, a folder,
            or ``latest``. A path with a slash that does not exist yet is made.
        resume: Run to continue in its folder: what finished and is intact is not run again.
        patches: YAML files on the storage, laid over the context in this order.
        local_patches: The same from this machine, or mappings; laid over after ``patches``.
        configuration: Name of a parameter set, laid over the project's files and under
            ``patches``.
        params: Single values: ``["a.b=3"]`` as typed, or a mapping of names of context keys,
            tasks and parameters; see :mod:`gluepy.runs.parameters`.
        selection: Which part of the DAG to run.
        executor: Where to run tasks: a name of gluepy's executors, or a dotted path.
        workers: How many tasks run at once.
        on_failure: ``stop`` or ``continue``; by default what the DAG says.
        show_progress: Show progress on stderr, if that is a terminal.
        strict: Treat a patch that does not exist as an error, not as a warning.
    """

    def __init__(
        self,
        dag: DAG | type[DAG],
        *,
        retry: str | None = None,
        resume: str | None = None,
        patches: Sequence[str] = (),
        local_patches: Sequence[str | Mapping[str, Any]] = (),
        configuration: str | None = None,
        params: Sequence[str] | Mapping[str, Any] = (),
        selection: Selection | None = None,
        executor: str | None = None,
        workers: int | None = None,
        on_failure: str | None = None,
        show_progress: bool = False,
        strict: bool = False,
    ) -> None:
        self.dag = dag() if isinstance(dag, type) else dag
        self.again = retry or resume
        self.is_resumed = resume is not None
        self.selection = selection or Selection()
        self.executor = ExecutorChoice(executor or self.dag.executor, workers)
        self.on_failure = known_policy(on_failure or self.dag.on_failure)
        self.configuration = configuration
        self.params = params
        self.given: dict[str, Any] = {}
        self.show_progress = show_progress
        self.overrides: dict[str, Any] = {
            "patches": list(patches),
            "local_patches": list(local_patches),
            "strict": strict,
        }
        if retry and resume:
            raise CommandError(
                "--retry and --resume exclude each other.",
                hint="--retry runs all again, --resume what is left.",
            )
        if self.selection.eval_only and not self.again:
            raise CommandError(
                "--eval-only requires --retry.", hint="Name the run: --retry RUN --eval-only"
            )

    def run(self) -> Run:
        """Run the DAG and return its run.

        Raises:
            TaskError: A task raised; its error is the cause.
            PlanError: A parameter or an input is missing; nothing has run.
            GraphError: The DAG makes no sense.
            RunKilledError: A signal stopped the run.
            RunLockedError: Another process works in the run folder.
            ContextError: The context cannot be made.
            UnknownLabelError: The selection names an unknown task.
        """
        folder, context = self._make_context()
        with terminable(), using_context(context):
            # Nobody else knows a new run yet; planned first, it leaves no folder if that fails.
            plan = None if self.again else self._make_plan(context, None)
            with RunLock(folder):
                if plan is None:
                    plan = self._make_plan(context, self._former(folder))
                with Progress(len(plan.running), self.show_progress) as progress, RunLog(folder):
                    return self._run_locked(context, plan, progress)

    def plan(self) -> Plan:
        """Return what ``run`` would do, doing nothing.

        Raises:
            PlanError: It is known to fail; also what else ``run`` raises.
        """
        folder, context = self._make_context()
        with using_context(context):
            return self._make_plan(context, self._former(folder))

    def _former(self, folder: str) -> dict[str, Any] | None:
        """Return the manifest of the run to continue; None if all of the DAG runs."""
        found = manifest.read(folder) if self.again else None
        if self.is_resumed or found is None:
            return found
        if found["dag"] != self.dag.label:
            logger.warning(
                "The run '%s' was one of the DAG '%s'; from now on it is one of '%s'.",
                found["run_id"],
                found["dag"],
                self.dag.label,
            )
        return None

    def _make_context(self) -> tuple[str, Context]:
        manager: Any = default_context_manager
        overrides = {**self.overrides, "params": self._context_params()}
        if self.configuration:
            specs = specs_of(self.dag, self.selection)
            overrides["configuration"] = parameters.configuration(self.configuration, specs)
        if self.again is None:
            made = manager.create_context(**overrides)
        else:
            locate = find if self.is_resumed else for_retry
            made = manager.load_context(f"{locate(self.again)}/{CONTEXT}", **overrides)
        if not isinstance(made, Context):
            raise ContextError(
                f"CONTEXT_BACKEND made a {type(made).__name__}, not a Context.",
                hint="Return what DefaultContextManager returns.",
            )
        return str(made.gluepy.run_folder), made

    def _context_params(self) -> Any:
        if not self.params:
            return ()
        specs = specs_of(self.dag, self.selection)
        if isinstance(self.params, Mapping):
            self.given, values = parameters.split_inputs(self.params, specs)
            given = {f"+{artifacts.GIVEN}.{name}": True for name in self.given}
            return {**parameters.as_context(values, specs), **given}
        return parameters.known_flags(self.params, specs)

    def _make_plan(self, context: Context, former: dict[str, Any] | None) -> Plan:
        if former is None:
            plan = build(self.dag, self.selection)
        else:
            plan = self._plan_again(context, former)
        check(plan, context, self.given)
        return plan

    def _plan_again(self, context: Context, former: dict[str, Any]) -> Plan:
        from gluepy.runs import resume

        resume.refuse_other(former, self.dag.label)
        changed = resume.changed(
            former,
            resume.context_of(former),
            _shown(context),
            parameters.defaults(specs_of(self.dag, self.selection)),
        )
        changed |= resume.lost(self.dag.steps(), context)
        changed |= readers_of(self.dag, self.given)
        return build(self.dag, self.selection, resume.Former(former), changed)

    def _run_locked(self, context: Context, plan: Plan, progress: Progress) -> Run:
        record = self._open(context, plan)
        run = Run(record.folder, record.data, context)
        with _closing(run, record):
            with undisturbed():
                _announce(record, context)
            signals.run_started.send_robust(run=run)
            observer = RunObserver(run, record, progress)
            self._work(run, observer, plan)
        signals.run_finished.send_robust(run=run)
        return run

    def _open(self, context: Context, plan: Plan) -> manifest.Manifest:
        folder = str(context.gluepy.run_folder)
        record = manifest.new(
            run_id=str(context.gluepy.run_id),
            folder=folder,
            dag=self.dag.label,
            created_at=context.gluepy.created_at,
            steps=[
                {**described(step), "after": list(plan.graph.parents(step.name))}
                for step in plan.running
            ],
            executor=self.executor.name,
            elements=plan.elements,
        )
        if self.is_resumed:
            # What runs again is known before the context that is why: a kill in between
            # leaves tasks that run, not tasks that are taken for done.
            record.write()
        default_storage.touch(f"{folder}/{CONTEXT}", dump_context(context))
        return record

    def _work(self, run: Run, observer: RunObserver, plan: Plan) -> None:
        """Run the plan.

        Raises:
            TaskError: A task raised; its error is the cause.
        """
        with self.executor.open(run.context) as executor:
            handed = hand_over(self.given, [step.spec for step in plan.running])
            dispatch = Dispatch(plan, executor, observer, self.on_failure, handed)
            dispatch.run()
        run.volatiles = dispatch.volatiles
        if dispatch.failures:
            name, error = dispatch.failures[0]
            place = place_of(error) or observer.record.place_of(name)
            raise _task_error(run, name, error, place, len(dispatch.failures)) from error


def _shown(context: Context) -> dict[str, Any]:
    """Return the context as its file shows it."""
    shown: dict[str, Any] = masked(thaw(context), provenance_of(context).secrets)
    return shown


def _announce(record: manifest.Manifest, context: Context) -> None:
    """Write the manifest and tell the tracker: from here on the run has started."""
    record.write()
    default_mlops.create_run(
        dag=record.data["dag"],
        run_id=record.data["run_id"],
        config=_shown(context),
        username=environment.username(),
    )
    # What finished in an earlier attempt is not run again, and it may have been killed
    # before its metrics were written.
    for key, value, ended_at in record.kept_metrics():
        default_mlops.log_metric(key, value, parse(ended_at))


def _task_error(run: Run, name: str, error: BaseException, place: str, failures: int) -> TaskError:
    message = str(error).strip().splitlines()
    reason = f"{type(error).__name__}: {message[0]}" if message else type(error).__name__
    more = f" and {plural(failures - 1, 'more task')}" if failures > 1 else ""
    return TaskError(
        f"Task '{name}' of DAG '{run.dag}'{more} failed{f' at {place}' if place else ''}: {reason}",
        hint=f"(traceback: {run.location}/{LOG} or --traceback; again: --resume {run.id})",
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


def run_dag(label: str, **options: Any) -> Run:
    """Run the DAG of a label and return its run.

    Args:
        label: Label of the DAG.
        options: Those of :class:`Runner`, and those of
            :class:`gluepy.runs.plan.Selection` by their own names.

    Raises:
        UnknownLabelError: No DAG has the label; also what ``Runner.run`` raises.
    """
    return _runner(label, **options).run()


def plan_dag(label: str, **options: Any) -> Plan:
    """Return what :func:`run_dag` would do with the same arguments, doing nothing."""
    return _runner(label, **options).plan()


def _runner(
    label: str,
    *,
    task: str | Sequence[str] | None = None,
    from_task: str | None = None,
    to_task: str | None = None,
    tags: Sequence[str] = (),
    skip_eval: bool = False,
    eval_only: bool = False,
    **options: Any,
) -> Runner:
    selection = Selection(task, from_task, to_task, tags, skip_eval, eval_only)
    return Runner(DAGS.find(label), selection=selection, **options)
