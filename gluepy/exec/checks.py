"""Checks of the registered tasks and DAGs.

exec.E001  a DAG lists something that is not a Task class
exec.W001  a DAG has no tasks
exec.W002  a DAG lists one task twice
exec.W003  a label cannot be typed on the command line
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from gluepy.checks import Error, Message, Warning, register
from gluepy.exec.dags import DAG
from gluepy.exec.dags import REGISTRY as DAGS
from gluepy.exec.tasks import REGISTRY as TASKS
from gluepy.exec.tasks import Task
from gluepy.utils.registry import place


@register()
def dags() -> Iterator[Message]:
    """Yield what is wrong with each DAG's list of tasks."""
    for label, dag in DAGS.items():
        listed = [*dag.tasks, *dag.eval_tasks]
        yield from _strangers(label, dag, listed)
        yield from _repeated(label, dag, listed)
        if not listed:
            yield Warning(
                "has no tasks.", hint="List them in `tasks`.", obj=f"DAG '{label}'", id="exec.W001"
            )


def _strangers(label: str, dag: type[DAG], listed: list[Any]) -> Iterator[Message]:
    for entry in listed:
        if not (isinstance(entry, type) and issubclass(entry, Task)):
            yield Error(
                f"lists {entry!r}, which is not a Task class.",
                hint=f"See {place(dag)}.",
                obj=f"DAG '{label}'",
                id="exec.E001",
            )


def _repeated(label: str, dag: type[DAG], listed: list[Any]) -> Iterator[Message]:
    names = Counter(getattr(entry, "label", None) for entry in listed)
    for name in [name for name, count in names.items() if name and count > 1]:
        yield Warning(
            f"lists the task '{name}' more than once, so it runs more than once.",
            hint=f"See {place(dag)}.",
            obj=f"DAG '{label}'",
            id="exec.W002",
        )


@register()
def labels() -> Iterator[Message]:
    """Yield a warning for each label with a space or slash, or a dash in front."""
    for registry in (TASKS, DAGS):
        for label, cls in registry.items():
            if label.startswith("-") or any(c.isspace() or c in "/\\" for c in label):
                yield Warning(
                    f"has the label '{label}'.",
                    hint="A label has no spaces and slashes, and no dash in front.",
                    obj=place(cls),
                    id="exec.W003",
                )
