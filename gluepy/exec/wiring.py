"""Wiring: from a list of tasks to a graph.

Edges come from names (who produces a value comes before who reads it), from
``depends_on``, and from the barrier rule: a task that declares nothing comes after all that
stands before it in the list, and before all that stands after it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from gluepy.exceptions import GraphError
from gluepy.exec.specs import TaskSpec, spec_of
from gluepy.graph import Graph
from gluepy.utils.text import did_you_mean


class Step:
    """One task at its place in a DAG.

    Attributes:
        name: Unique within the DAG: the task's label, with ``#2`` if it comes again.
        spec: What the engine knows of the task.
        is_evaluation: Whether it waits for every task that is none.
        is_start: Whether it is the START_TASK.
    """

    __slots__ = ("is_evaluation", "is_start", "name", "spec")

    def __init__(
        self, name: str, spec: TaskSpec, is_evaluation: bool = False, is_start: bool = False
    ) -> None:
        self.name = name
        self.spec = spec
        self.is_evaluation = is_evaluation
        self.is_start = is_start

    def __repr__(self) -> str:
        return f"<Step {self.name}>"


def steps_of(entries: Sequence[Any], evaluations: int = 0) -> list[Step]:
    """Return a step per entry: the first starts, the last ``evaluations`` of them evaluate.

    A task that declares what it reads or produces runs once, however often it is listed.
    """
    seen: Counter[str] = Counter()
    known: set[int] = set()
    steps = []
    for index, entry in enumerate(entries):
        spec = spec_of(entry)
        if id(entry) in known and not spec.is_barrier:
            continue
        known.add(id(entry))
        seen[spec.label] += 1
        repeated = f"#{seen[spec.label]}" if seen[spec.label] > 1 else ""
        last = index >= len(entries) - evaluations
        steps.append(Step(f"{spec.label}{repeated}", spec, last, index == 0))
    return steps


def wire(steps: Iterable[Step]) -> Graph:
    """Return the graph of the steps of a DAG.

    Raises:
        GraphError: Two tasks produce one name, or a task depends on a stranger.
        CycleError: Tasks wait for each other in a circle; the message prints it.
    """
    steps = list(steps)
    sources = _Sources(steps)
    parents: dict[str, list[str]] = {}
    barrier: list[str] = []
    passed: set[str] = set()
    work: list[str] = []
    evaluations: list[str] = []
    for step in steps:
        before = sources.of(step)
        if step.spec.is_barrier:
            before += _last([*work, *evaluations], parents) or barrier
            passed.update([*parents, step.name])
            barrier, work, evaluations = [step.name], [], []
        elif step.is_evaluation:
            before += _last(work, parents) or barrier
            evaluations.append(step.name)
        else:
            if passed.issuperset(before):  # else it comes after the barrier by way of others
                before += barrier
            work.append(step.name)
        parents[step.name] = before
    return Graph(parents)


def _last(names: list[str], parents: dict[str, list[str]]) -> list[str]:
    """Return those of the names that none of the others comes after."""
    before = {parent for name in names for parent in parents[name]}
    return [name for name in names if name not in before]


class _Sources:
    """Who produces which name, and who must have run before its readers."""

    def __init__(self, steps: list[Step]) -> None:
        self.labels: dict[str, list[str]] = {}
        self.producers: dict[str, str] = {}
        self.updaters: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        for step in steps:
            self.labels.setdefault(step.spec.label, []).append(step.name)
            read = {marker.name for marker in step.spec.reads.values()}
            for marker in step.spec.signature.outputs:
                table = self.updaters if marker.name in read else self.producers
                self._enter(table, str(marker.name), step.name)
                self.kinds[str(marker.name)] = marker.kind

    def _enter(self, table: dict[str, str], value: str, name: str) -> None:
        other = table.setdefault(value, name)
        if other != name:
            verb = "produce" if table is self.producers else "read and write"
            raise GraphError(
                f"The tasks '{other}' and '{name}' both {verb} '{value}'.",
                hint="One task produces a value; give one of them another name.",
            )

    def of(self, step: Step) -> list[str]:
        """Return the steps that must come before ``step`` by name or by ``depends_on``."""
        before = []
        for marker in step.spec.reads.values():
            value = str(marker.name)
            last = self.updaters.get(value)
            if last is None or last == step.name:
                last = self.producers.get(value)
            if last is None or last == step.name:
                continue
            if self.kinds[value] != marker.kind:
                raise GraphError(
                    f"The task '{step.name}' reads the {marker.kind} '{value}', but '{last}' "
                    f"produces it as a {self.kinds[value]}.",
                    hint="Declare it as the same on both sides.",
                )
            before.append(last)
        for label in step.spec.options.depends_on:
            if label not in self.labels:
                raise GraphError(
                    f"The task '{step.name}' depends on '{label}', which is not in the DAG.",
                    hint=did_you_mean(label, self.labels),
                )
            before += self.labels[label]
        return before
