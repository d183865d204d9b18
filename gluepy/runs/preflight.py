"""Preflight: what is known to fail is said before anything runs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from gluepy.context.document import Context
from gluepy.exceptions import PlaceholderError, PlanError
from gluepy.exec.markers import Artifact, Marker
from gluepy.exec.wiring import Step
from gluepy.runs import artifacts, parameters
from gluepy.runs.plan import Plan
from gluepy.utils.text import close_names, either


def check(plan: Plan, context: Context, given: Collection[str] = ()) -> None:
    """Find what is known to fail before anything runs.

    Args:
        plan: The plan.
        context: The context of the run.
        given: Names of the inputs the caller gives.

    Raises:
        PlanError: A parameter or a placeholder of an artifact has no value, an input is
            neither produced nor there, or it is both given and produced, two artifacts
            would overwrite each other, or one would be read where nobody writes it.
        CatalogError: The definition of an artifact makes no sense.
    """
    produced: dict[str, list[str]] = {}
    for step in plan.running:
        for marker in step.spec.signature.outputs:
            produced.setdefault(str(marker.name), []).append(step.name)
    for name in given:
        for producer in produced.get(name, ()):
            _check_given(plan.steps[producer], name)
    targets: dict[str, tuple[Step, str]] = {}
    fillings: dict[str, parameters.Placeholders] = {}
    for step in plan.running:
        _check_parameters(step, context)
        values = parameters.Placeholders(step.spec, parameters.resolve(step.spec, context), context)
        _check_outputs(step, values, targets)
        fillings[step.name] = values
    for step in plan.running:
        values = fillings[step.name]
        for param, marker in step.spec.reads.items():
            has_default = param in step.spec.signature.defaults or param.startswith("*")
            if marker.name not in given and not has_default:
                _check_input(step, marker, produced, values)
    if targets:
        _check_handed_on(targets, fillings, plan)


def _check_parameters(step: Step, context: Context) -> None:
    for name in parameters.missing(step.spec, context):
        raise PlanError(
            f"The task '{step.name}' needs the parameter '{name}'.",
            hint=f"Give it with --param {step.spec.label}.{name}=VALUE, or in the context "
            f"section '{step.spec.label}'.",
        )


def _check_given(producer: Step, name: str) -> None:
    """Refuse an input that a task makes anew; one that it changes in place may be given."""
    if all(marker.name != name for marker in producer.spec.reads.values()):
        raise PlanError(
            f"'{name}' is given, but the task '{producer.name}' of this run produces it.",
            hint="Give it another name, or run only what comes after that task.",
        )


def _check_outputs(
    step: Step, values: Mapping[str, Any], targets: dict[str, tuple[Step, str]]
) -> None:
    """Find out whether the catalog's artifacts can be saved; elements have values of their own.

    Args:
        step: The task.
        values: What its placeholders are filled with.
        targets: Path -> task and artifact that are to write it; added to.
    """
    for marker in step.spec.signature.outputs:
        if not isinstance(marker, Artifact) or step.spec.spread:
            continue
        name = str(marker.name)
        with _of_task(step):
            target = artifacts.target(name, values)
        if target is not None:
            other, first = targets.setdefault(target, (step, name))
            if first != name:
                raise PlanError(
                    f"The artifacts '{first}' of the task '{other.name}' and '{name}' of "
                    f"'{step.name}' would both be written to '{target}'.",
                    hint="Give one of them another path in the catalog.",
                )


def _check_input(
    step: Step, marker: Marker, produced: Mapping[str, list[str]], values: Mapping[str, Any]
) -> None:
    name = str(marker.name)
    if any(other != step.name for other in produced.get(name, ())):
        return
    if isinstance(marker, Artifact):
        if step.spec.spread and artifacts.placeholders(name):
            return  # each element has values of its own
        with _of_task(step):
            if artifacts.exists(name, values):
                return
            _refuse_absent(step, name, values)
    close = close_names(name, produced)
    raise PlanError(
        f"The task '{step.name}' reads the {marker.kind} '{name}', which no other task of "
        "this run produces and the run folder does not hold.",
        hint=f"Did you mean {either(close)}?"
        if close
        else f"Run what produces it too: --task +{step.name}",
    )


def _check_handed_on(
    targets: Mapping[str, tuple[Step, str]],
    fillings: Mapping[str, Mapping[str, Any]],
    plan: Plan,
) -> None:
    """Refuse to read an artifact elsewhere than another task of the run writes it.

    Each task fills the placeholders with its own values, which may be others.
    """
    readers: dict[str | None, list[Step]] = {}
    for step in plan.running:
        for name in () if step.spec.spread else {one.name for one in step.spec.reads.values()}:
            readers.setdefault(name, []).append(step)
    for target, (producer, artifact) in targets.items():
        for step in readers.get(artifact, ()):
            if step is not producer:
                _check_same(step, artifact, fillings[step.name], producer, target)


def _check_same(
    step: Step, name: str, values: Mapping[str, Any], producer: Step, target: str
) -> None:
    with _of_task(step):
        own = artifacts.target(name, values)
    if own != target:
        used = ", ".join(f"'{one}'" for one in sorted(artifacts.placeholders(name)))
        raise PlanError(
            f"The task '{step.name}' would read the artifact '{name}' at '{own}', but the task "
            f"'{producer.name}' of this run writes it to '{target}'.",
            hint=f"Give both tasks the same {used}: as a value that all tasks share, say.",
        )


def _refuse_absent(step: Step, name: str, values: Mapping[str, Any]) -> None:
    """Refuse an input that the catalog names, and that is not there."""
    if artifacts.is_declared(name):
        raise PlanError(
            f"The task '{step.name}' reads the artifact '{name}', which no other task of this "
            f"run produces, and nothing is at {artifacts.home(name, values)}.",
            hint=f"Put it there, or run what produces it too: --task +{step.name}",
        )


@contextmanager
def _of_task(step: Step) -> Iterator[None]:
    """Say which task needs the artifact whose placeholder has no value."""
    try:
        yield
    except PlaceholderError as error:
        raise PlanError(f"The task '{step.name}': {error.message}", hint=error.hint) from error
