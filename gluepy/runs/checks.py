"""Checks of what DAGs, tasks and catalog say of each other.

runs.E001  two tasks of a DAG write artifacts that lie at one place
runs.E002  a DAG names an executor that does not exist
runs.W001  tasks of different DAGs write artifacts that lie at one place outside the run folder
runs.W002  an artifact has a placeholder that nothing of its task or the context fills
runs.W003  a task names an artifact that is nearly one of the catalog
runs.I001  an artifact of the catalog is not used by any task
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any, NamedTuple

from gluepy.catalog.checks import is_there
from gluepy.checks import Error, Info, Message, Warning, register
from gluepy.exceptions import GluepyError
from gluepy.exec.dags import REGISTRY, evaluations_of, laid_out
from gluepy.exec.markers import Artifact
from gluepy.exec.specs import TaskSpec
from gluepy.runs.engine import ExecutorChoice

# How alike a name must be to one of the catalog to be a typo of it.
_ALIKE = 0.8


class Use(NamedTuple):
    """A task of a DAG reads or writes an artifact."""

    dag: str
    task: TaskSpec
    artifact: str
    writes: bool


@register(deep=True)
def artifacts() -> Iterator[Message]:
    """Yield what is wrong between tasks and catalog."""
    if not is_there():
        return
    from gluepy.catalog import catalog

    try:
        len(catalog)
    except GluepyError:
        return  # the checks of the catalog say so
    uses = list(_uses())
    yield from _two_writers(catalog, uses)
    yield from _unfilled(catalog, uses)
    yield from _misspelt(catalog, uses)
    yield from _unused(catalog, uses)


@register(deep=True)
def executors() -> Iterator[Message]:
    """Yield the DAGs whose executor is not there; a DAG that is run says so too."""
    for label, dag in REGISTRY.items():
        try:
            ExecutorChoice(dag.executor, None)
        except GluepyError as error:
            message, hint = error.message, error.hint
            yield Error(message, hint=hint, obj=f"DAG '{label}'", id="runs.E002")


def _uses() -> Iterator[Use]:
    for label, dag in REGISTRY.items():
        try:
            entries = [*laid_out(dag.tasks), *evaluations_of(dag)]
        except GluepyError:
            continue  # exec.E002 says so
        for entry in entries:
            spec = getattr(entry, "spec", None)
            if isinstance(spec, TaskSpec):
                yield from _of_task(label, spec)


def _of_task(label: str, spec: TaskSpec) -> Iterator[Use]:
    for markers, writes in ((spec.reads.values(), False), (spec.signature.outputs, True)):
        for marker in markers:
            if isinstance(marker, Artifact):
                yield Use(label, spec, str(marker.name), writes)


# --- Two writers ---------------------------------------------------------------------------


def _two_writers(catalog: Any, uses: Iterable[Use]) -> Iterator[Message]:
    by_place: dict[tuple[Any, ...], list[Use]] = {}
    for use in uses:
        place = _place(catalog, use.artifact) if use.writes else None
        if place is not None:
            by_place.setdefault(place, []).append(use)
    for place, writers in by_place.items():
        yield from _conflicts(place, writers)


def _place(catalog: Any, name: str) -> tuple[Any, ...] | None:
    """Return storage, path and whether it is outside the run folder; None if it has no path."""
    entry = _entry(catalog, name)
    path = entry.fields.get("path") if entry else None
    if not isinstance(path, str) or entry.fields.get("versioned"):
        return None
    is_outside = bool(entry.fields.get("root")) or "://" in path or path.startswith("/")
    return entry.fields.get("storage"), path, is_outside


def _conflicts(place: tuple[Any, ...], writers: list[Use]) -> Iterator[Message]:
    _, path, is_outside = place
    told: set[frozenset[str]] = set()
    for index, first in enumerate(writers):
        for second in writers[:index]:
            pair = frozenset((first.task.path, second.task.path))
            if len(pair) == 1 or pair in told:
                continue
            if first.dag == second.dag and first.artifact != second.artifact:
                told.add(pair)
                yield Error(
                    f"the tasks '{second.task.label}' and '{first.task.label}' write '"
                    f"{second.artifact}' and '{first.artifact}', which both lie at '{path}'.",
                    hint="Give one of them another path.",
                    obj=f"DAG '{first.dag}'",
                    id="runs.E001",
                )
            elif first.dag != second.dag and is_outside and "!{" not in path:
                told.add(pair)
                yield Warning(
                    f"The task '{second.task.label}' of the DAG '{second.dag}' and "
                    f"'{first.task.label}' of '{first.dag}' both write '{path}'.",
                    hint="Give them paths of their own, or say versioned: true.",
                    id="runs.W001",
                )


# --- Placeholders --------------------------------------------------------------------------


def _unfilled(catalog: Any, uses: Iterable[Use]) -> Iterator[Message]:
    shared: set[str] | None = None
    told: set[tuple[str, str]] = set()
    for use in uses:
        entry = _entry(catalog, use.artifact)
        wanted = _placeholders(entry) - set(use.task.signature.params) if entry else set()
        if not wanted or use.task.signature.takes_any:
            continue
        shared = _shared() if shared is None else shared
        for name in sorted(wanted - shared):
            if (use.task.path, name) not in told:
                told.add((use.task.path, name))
                yield Warning(
                    f"The artifact '{entry.name}' ({entry.where}) needs '{name}', and neither the "
                    f"task '{use.task.label}' nor the context nor a parameter set has it.",
                    hint=f"Give the task a parameter '{name}', or the context a key.",
                    id="runs.W002",
                )


def _placeholders(entry: Any) -> set[str]:
    try:
        return set(entry.placeholders)
    except GluepyError:
        return set()


def _shared() -> set[str]:
    """Return the names that the context and the parameter sets give to all tasks."""
    from gluepy.catalog.parameters import parameter_sets
    from gluepy.conf import default_context_manager

    found: set[str] = set()
    with suppress(GluepyError):  # context.E001 says so
        context: Any = default_context_manager.create_context()
        found.update(context)
    with suppress(GluepyError):
        for name in parameter_sets.names():
            found |= set(parameter_sets.resolve(name).values)
    return found


# --- Names ---------------------------------------------------------------------------------


def _misspelt(catalog: Any, uses: Iterable[Use]) -> Iterator[Message]:
    from difflib import get_close_matches

    uses = [use for use in uses if use.artifact not in catalog]
    read = {use.artifact for use in uses if not use.writes}
    written = {use.artifact for use in uses if use.writes}
    told: set[str] = set()
    for use in uses:
        if use.artifact in told or use.artifact in read & written:
            continue
        told.add(use.artifact)
        close = get_close_matches(use.artifact, list(catalog), n=1, cutoff=_ALIKE)
        if close:
            yield Warning(
                f"The task '{use.task.label}' {'writes' if use.writes else 'reads'} the artifact "
                f"'{use.artifact}', which the catalog does not name.",
                hint=f"Did you mean '{close[0]}' ({catalog.entry(close[0]).where})?",
                id="runs.W003",
            )


def _unused(catalog: Any, uses: Iterable[Use]) -> Iterator[Message]:
    used = {use.artifact for use in uses}
    if not used:
        return  # tasks that declare nothing may use any
    for name in catalog:
        if name not in used:
            yield Info(
                f"The artifact '{name}' ({catalog.place(name)}) is not read or written by "
                "any task by name.",
                id="runs.I001",
            )


def _entry(catalog: Any, name: str) -> Any:
    try:
        return catalog.entry(name) if name in catalog else None
    except GluepyError:
        return None  # catalog.E004 says so
