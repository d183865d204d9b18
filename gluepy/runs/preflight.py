"""Preflight: what is known to fail is said before anything runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from gluepy.context.document import Context
from gluepy.exceptions import PlanError
from gluepy.exec.markers import Artifact, Marker
from gluepy.exec.wiring import Step
from gluepy.runs import parameters
from gluepy.runs.plan import Plan
from gluepy.utils.text import close_names, either


def check(
    plan: Plan, context: Context, exists: Callable[[str], bool], given: Collection[str] = ()
) -> None:
    """Find what is known to fail before anything runs.

    Args:
        plan: The plan.
        context: The context of the run.
        exists: Tells whether the run folder holds an artifact of a name.
        given: Names of the inputs the caller gives.

    Raises:
        PlanError: A parameter has no value, or an input is neither produced nor there, or
            it is both given and produced.
    """
    produced: dict[str, list[str]] = {}
    for step in plan.running:
        for marker in step.spec.signature.outputs:
            produced.setdefault(str(marker.name), []).append(step.name)
    for name in given:
        for producer in produced.get(name, ()):
            _check_given(plan.steps[producer], name)
    for step in plan.running:
        for name in parameters.missing(step.spec, context):
            raise PlanError(
                f"The task '{step.name}' needs the parameter '{name}'.",
                hint=f"Give it with --param {step.spec.label}.{name}=VALUE, or in the context "
                f"section '{step.spec.label}'.",
            )
        for param, marker in step.spec.reads.items():
            has_default = param in step.spec.signature.defaults or param.startswith("*")
            if marker.name not in given and not has_default:
                _check_input(step, marker, produced, exists)


def _check_given(producer: Step, name: str) -> None:
    """Refuse an input that a task makes anew; one that it changes in place may be given."""
    if all(marker.name != name for marker in producer.spec.reads.values()):
        raise PlanError(
            f"'{name}' is given, but the task '{producer.name}' of this run produces it.",
            hint="Give it another name, or run only what comes after that task.",
        )


def _check_input(
    step: Step, marker: Marker, produced: Mapping[str, list[str]], exists: Callable[[str], bool]
) -> None:
    name = str(marker.name)
    is_produced = any(other != step.name for other in produced.get(name, ()))
    if is_produced or (isinstance(marker, Artifact) and exists(name)):
        return
    close = close_names(name, produced)
    raise PlanError(
        f"The task '{step.name}' reads the {marker.kind} '{name}', which no other task of "
        "this run produces and the run folder does not hold.",
        hint=f"Did you mean {either(close)}?"
        if close
        else f"Run what produces it too: --task +{step.name}",
    )
