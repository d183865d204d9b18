"""Checks of the registered tasks and DAGs.

exec.E001  a DAG lists something that is neither a task nor a DAG
exec.E002  a DAG makes no sense: a circle, two producers, an unknown dependency, a wrong task
exec.W001  a DAG has no tasks
exec.W002  a DAG lists one task twice
exec.W003  a label cannot be typed on the command line
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from gluepy.checks import Error, Message, Warning, register
from gluepy.exceptions import GluepyError
from gluepy.exec.dags import DAG, laid_out
from gluepy.exec.dags import REGISTRY as DAGS
from gluepy.exec.specs import TaskSpec
from gluepy.exec.tasks import REGISTRY as TASKS
from gluepy.exec.tasks import TaskType
from gluepy.utils.registry import place


@register()
def lists() -> Iterator[Message]:
    """Yield what each DAG lists that it cannot run, looking at no task more closely."""
    for label, dag in DAGS.items():
        try:
            yield from _strangers(label, dag, _listed(dag))
        except GluepyError as error:
            yield _senseless(label, dag, error)


@register(deep=True)
def graphs() -> Iterator[Message]:
    """Yield what is wrong with the tasks of each DAG and their order; a run says so of its own."""
    for label, dag in DAGS.items():
        try:
            listed = _listed(dag)
        except GluepyError:
            continue  # the check above says so
        if any(_strangers(label, dag, listed)):
            continue
        try:
            dag().graph()
        except GluepyError as error:
            yield _senseless(label, dag, error)
            continue
        yield from _repeated(label, dag, listed)
        if not listed:
            yield Warning(
                "has no tasks.", hint="List them in `tasks`.", obj=f"DAG '{label}'", id="exec.W001"
            )


def _listed(dag: type[DAG]) -> list[Any]:
    return [*laid_out(dag.tasks), *laid_out(dag.eval_tasks)]


def _strangers(label: str, dag: type[DAG], listed: list[Any]) -> Iterator[Message]:
    for entry in listed:
        if not isinstance(entry, TaskType) and not isinstance(
            getattr(entry, "spec", None), TaskSpec
        ):
            yield Error(
                f"lists {entry!r}, which is not a Task class, a function task or a DAG.",
                hint=f"See {place(dag)}.",
                obj=f"DAG '{label}'",
                id="exec.E001",
            )


def _senseless(label: str, dag: type[DAG], error: GluepyError) -> Error:
    # What is wrong with a DAG in YAML says the file by itself.
    see = "" if error.message.startswith(dag.__module__) else f"See {place(dag)}."
    return Error(
        error.message,
        hint=f"{error.hint} {see}".strip(),
        obj=f"DAG '{label}'",
        id="exec.E002",
    )


def _repeated(label: str, dag: type[DAG], listed: list[Any]) -> Iterator[Message]:
    specs = [getattr(entry, "spec", None) for entry in listed]
    names = Counter(spec.label for spec in specs if spec is not None and spec.is_barrier)
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
