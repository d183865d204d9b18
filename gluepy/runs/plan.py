"""The plan of a run: which tasks run, in which order, before anything does."""

from __future__ import annotations

from collections import Counter

from gluepy.exceptions import CommandError, UnknownLabelError
from gluepy.exec.dags import DAG
from gluepy.exec.tasks import REGISTRY, Task
from gluepy.utils.text import did_you_mean


class Step:
    """One task of a plan.

    Attributes:
        name: Unique within the plan: the task's label, with ``#2`` if it comes again.
        task: The class.
    """

    __slots__ = ("name", "task")

    def __init__(self, name: str, task: type[Task]) -> None:
        self.name = name
        self.task = task

    def __repr__(self) -> str:
        return f"<Step {self.name}>"


class Selection:
    """Which part of a DAG to run.

    Args:
        task: Label of the only task to run.
        from_task: Label of the first task to run.
        skip_eval: Leave the evaluation tasks out.
        eval_only: Run only the evaluation tasks.

    Raises:
        CommandError: Two of them exclude each other.
    """

    def __init__(
        self,
        task: str | None = None,
        from_task: str | None = None,
        skip_eval: bool = False,
        eval_only: bool = False,
    ) -> None:
        if task and from_task:
            raise CommandError(
                "Only one of --from-task or --task can be set.",
                hint="--task runs one task alone, --from-task starts there.",
            )
        if skip_eval and eval_only:
            raise CommandError(
                "--skip-eval and --eval-only are mutually exclusive.", hint="Drop one of them."
            )
        self.task = task
        self.from_task = from_task
        self.skip_eval = skip_eval
        self.eval_only = eval_only


def build_plan(dag: type[DAG], selection: Selection) -> list[Step]:
    """Return the steps of a run, in order.

    Raises:
        UnknownLabelError: The selection names a task that does not exist, or one to start
            from that the DAG does not have.
    """
    if selection.task:
        return [Step(selection.task, REGISTRY.find(selection.task))]
    tasks = dag().inject_tasks(skip_eval=selection.skip_eval, eval_only=selection.eval_only)
    if selection.from_task:
        tasks = tasks[_position(dag, tasks, selection.from_task) :]
    seen: Counter[str] = Counter()
    steps = []
    for task in tasks:
        seen[task.label] += 1
        repeated = f"#{seen[task.label]}" if seen[task.label] > 1 else ""
        steps.append(Step(f"{task.label}{repeated}", task))
    return steps


def _position(dag: type[DAG], tasks: list[type[Task]], label: str) -> int:
    labels = [task.label for task in tasks]
    if label not in labels:
        raise UnknownLabelError(
            f"Task '{label}' not found in DAG '{dag.label}' list of tasks.",
            hint=did_you_mean(label, labels),
        )
    return labels.index(label)
