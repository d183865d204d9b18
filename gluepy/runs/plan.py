"""The plan of a run: what will run, what is reused or skipped, and why, before anything does."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from gluepy.exceptions import CommandError, UnknownLabelError
from gluepy.exec.dags import DAG
from gluepy.exec.markers import Volatile
from gluepy.exec.specs import TaskSpec, spec_of
from gluepy.exec.tasks import REGISTRY
from gluepy.exec.wiring import Step, wire
from gluepy.graph import Graph
from gluepy.graph.selection import select
from gluepy.runs.elements import parent_of
from gluepy.utils.text import did_you_mean

if TYPE_CHECKING:
    from gluepy.runs.resume import Former

RUN = "run"
REUSE = "reuse"
SKIP = "skip"


class Selection:
    """Which part of a DAG to run.

    Args:
        tasks: Labels of the only tasks to run; ``+label`` with all before it, ``label+``
            with all after it.
        from_task: Label of the first task to run: it and all that come after it.
        to_task: Label of the last task to run: it and all that come before it.
        tags: Run only tasks with one of these tags.
        skip_eval: Leave the evaluation tasks out.
        eval_only: Run only the evaluation tasks.

    Raises:
        CommandError: Two of them exclude each other.
    """

    def __init__(
        self,
        tasks: str | Sequence[str] | None = None,
        from_task: str | None = None,
        to_task: str | None = None,
        tags: Sequence[str] = (),
        skip_eval: bool = False,
        eval_only: bool = False,
    ) -> None:
        self.tasks = [tasks] if isinstance(tasks, str) else list(tasks or ())
        if self.tasks and from_task:
            raise CommandError(
                "Only one of --from-task or --task can be set.",
                hint="--task runs one task alone, --from-task starts there.",
            )
        if skip_eval and eval_only:
            raise CommandError(
                "--skip-eval and --eval-only are mutually exclusive.", hint="Drop one of them."
            )
        self.from_task = from_task
        self.to_task = to_task
        self.tags = tuple(tags)
        self.skip_eval = skip_eval
        self.eval_only = eval_only

    @property
    def is_partial(self) -> bool:
        """Whether tasks of the DAG are left out by name or tag."""
        return bool(self.tasks or self.from_task or self.to_task or self.tags)


class Decision:
    """What happens to one step, and why.

    Attributes:
        action: ``run``, ``reuse`` or ``skip``.
        reason: Why, for people.
    """

    __slots__ = ("action", "reason")

    def __init__(self, action: str, reason: str = "") -> None:
        self.action = action
        self.reason = reason


class Plan:
    """The steps of a run in order, and what happens to each.

    Attributes:
        steps: Name -> step, in an order in which they could run one after another.
        graph: What comes after what, among the steps that run.
        decisions: Name -> decision.
        elements: Elements of mapped tasks that need not run again -> digest of their values.
    """

    def __init__(
        self,
        steps: dict[str, Step],
        graph: Graph,
        decisions: dict[str, Decision],
        elements: dict[str, str] | None = None,
    ) -> None:
        self.decisions = decisions
        self.elements = elements or {}
        self.steps = {name: steps[name] for name in graph.order}
        self.graph = graph.only(
            [name for name, decision in decisions.items() if decision.action == RUN]
        )

    @property
    def running(self) -> list[Step]:
        """The steps that run."""
        return [self.steps[name] for name in self.graph.order]

    def rows(self) -> list[dict[str, str]]:
        """Return the plan as plain data: task, action and reason of each step."""
        return [
            {"task": name, "action": one.action, "reason": one.reason}
            for name, one in ((name, self.decisions[name]) for name in self.steps)
        ]


def build(
    dag: DAG,
    selection: Selection,
    former: Former | None = None,
    changed: Mapping[str, str] | None = None,
) -> Plan:
    """Return the plan of a run.

    Args:
        dag: The DAG.
        selection: Which part of it to run.
        former: For a run that is resumed: what the earlier attempt left.
        changed: For a run that is resumed: name -> why a finished step runs again after all.

    Raises:
        UnknownLabelError: The selection names a task that does not exist.
        GraphError: The DAG makes no sense.
        CycleError: Its tasks wait for each other in a circle.
    """
    alone = _alone(dag, selection)
    listed = [alone] if alone else dag.steps(selection.skip_eval, selection.eval_only)
    graph = wire(listed) if not alone else Graph({alone.name: ()})
    steps = {step.name: step for step in listed}
    chosen = set(steps) if alone else _chosen(dag, selection, steps, graph)
    decisions = {
        name: Decision(RUN) if name in chosen else Decision(SKIP, "not selected")
        for name in graph.order
    }
    if former is None:
        return Plan(steps, graph, decisions)
    renewed = _reuse(decisions, steps, graph, former, changed or {})
    kept = {name: mark for name, mark in former.elements.items() if parent_of(name) not in renewed}
    return Plan(steps, graph, decisions, kept)


def specs_of(dag: DAG, selection: Selection) -> list[TaskSpec]:
    """Return the tasks that parameters may be meant for: all of the DAG, or the only one."""
    alone = _alone(dag, selection)
    return [step.spec for step in ([alone] if alone else dag.steps())]


def readers_of(dag: DAG, given: Collection[str]) -> dict[str, str]:
    """Return name -> reason of the steps that read inputs which a caller gives anew."""
    return {
        step.name: f"'{marker.name}' is given anew"
        for step in (dag.steps() if given else ())
        for marker in step.spec.reads.values()
        if marker.name in given
    }


def _alone(dag: DAG, selection: Selection) -> Step | None:
    """Return the step of a task that is asked for by name and is not in the DAG."""
    if len(selection.tasks) != 1 or selection.tasks[0].strip("+") != selection.tasks[0]:
        return None
    label = selection.tasks[0]
    names = {step.name for step in dag.steps(selection.skip_eval, selection.eval_only)}
    if label in names:
        return None
    return Step(label, spec_of(REGISTRY.find(label)))


def _chosen(dag: DAG, selection: Selection, steps: dict[str, Step], graph: Graph) -> set[str]:
    asked = [*selection.tasks, selection.from_task, selection.to_task]
    for name in filter(None, asked):
        plain = name.removeprefix("+").removesuffix("+")
        if plain not in graph:
            raise UnknownLabelError(
                f"Task '{plain}' not found in DAG '{dag.label}' list of tasks.",
                hint=did_you_mean(plain, graph),
            )
    chosen = select(graph, selection.tasks, selection.from_task, selection.to_task)
    if selection.tags:
        tagged = {
            name
            for name, step in steps.items()
            if set(step.spec.options.tags) & set(selection.tags)
        }
        _check_tags(selection.tags, steps)
        chosen &= tagged
    return chosen


def _check_tags(tags: Iterable[str], steps: dict[str, Step]) -> None:
    known = {tag for step in steps.values() for tag in step.spec.options.tags}
    for tag in tags:
        if tag not in known:
            raise UnknownLabelError(
                f"No task of the DAG has the tag '{tag}'.", hint=did_you_mean(tag, known)
            )


def _reuse(
    decisions: dict[str, Decision],
    steps: dict[str, Step],
    graph: Graph,
    former: Former,
    changed: Mapping[str, str],
) -> dict[str, str]:
    """Mark what is finished as reused, but for what must run again after all.

    Returns:
        Name -> reason of what runs again because what it takes is another now.
    """
    renewed = {name: why for name, why in changed.items() if name in decisions}
    for name in graph.order:
        parent = next((one for one in graph.parents(name) if one in renewed), None)
        if parent is not None and name not in renewed and not steps[parent].is_start:
            renewed[name] = f"'{parent}' runs again"
    for name, decision in decisions.items():
        if decision.action != RUN:
            continue
        if name in renewed:
            decision.reason = renewed[name]
        elif name in former.finished:
            decisions[name] = Decision(REUSE, former.finished[name])
        else:
            decision.reason = former.broken.get(name, "it has not finished")
    _redo(decisions, former)
    _recompute(decisions, steps)
    return renewed


def _redo(decisions: dict[str, Decision], former: Former) -> None:
    """Run what is reused again where a task that changed its outputs in place runs again."""
    waiting = [name for name, decision in decisions.items() if decision.action == RUN]
    while waiting:
        name = waiting.pop()
        for earlier in sorted(former.undone.get(name, ())):
            if earlier in decisions and decisions[earlier].action == REUSE:
                why = f"'{name}' changed its outputs, and runs again"
                decisions[earlier] = Decision(RUN, why)
                waiting.append(earlier)


def _recompute(decisions: dict[str, Decision], steps: dict[str, Step]) -> None:
    """Run what is reused again where a volatile of it is needed, as nobody stored that."""
    producers = {
        str(marker.name): name
        for name, step in steps.items()
        for marker in step.spec.signature.outputs
        if isinstance(marker, Volatile)
    }
    waiting = [name for name, decision in decisions.items() if decision.action == RUN]
    while waiting:
        name = waiting.pop()
        for marker in steps[name].spec.reads.values():
            producer = producers.get(str(marker.name))
            if producer and decisions[producer].action == REUSE:
                why = f"its volatile '{marker.name}' is needed by '{name}'"
                decisions[producer] = Decision(RUN, why)
                waiting.append(producer)
