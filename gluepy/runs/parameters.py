"""Parameters of tasks: where each value comes from.

In this order: the call, values given for one task (``top={"n": 3}``, by label or dotted
path), values given for all tasks (``n=3``), the context section named after the task, the
default. What a call gives is put into the context sections before the run starts, so
``context.yaml`` holds it and a retry needs nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gluepy.conf import default_context
from gluepy.exceptions import UnknownParameterError
from gluepy.exec.signature import REQUIRED
from gluepy.exec.specs import TaskSpec
from gluepy.utils.text import did_you_mean

MISSING: Any = object()


def as_context(given: Mapping[str, Any], specs: Iterable[TaskSpec]) -> dict[str, Any]:
    """Return what a call gives as dotted context keys, ``+`` in front of those that may be new.

    Args:
        given: Names of parameters, of tasks, or of context keys.
        specs: The tasks that will run.
    """
    specs = list(specs)
    named = {spec.label: spec for spec in specs} | {spec.path: spec for spec in specs}
    shared: dict[str, Any] = {}
    own: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in given.items():
        takers = [spec for spec in specs if name in spec.signature.params]
        if takers:
            shared |= {f"+{spec.label}.{name}": value for spec in takers}
        elif name in named and isinstance(value, Mapping):
            own |= _own(named[name], value)
        else:
            rest[name] = value
    return {**rest, **shared, **own}


def _own(spec: TaskSpec, values: Mapping[str, Any]) -> dict[str, Any]:
    params = spec.signature.params
    for name in values:
        if name not in params and not spec.signature.takes_any:
            raise UnknownParameterError(
                f"The task '{spec.label}' has no parameter '{name}'.",
                hint=did_you_mean(str(name), params),
            )
    return {f"+{spec.label}.{name}": value for name, value in values.items()}


def known_flags(flags: Iterable[str], specs: Iterable[TaskSpec]) -> list[str]:
    """Return ``a.b=3`` flags, those that name a task's parameter marked as allowed to be new."""
    known = {f"{spec.label}.{name}" for spec in specs for name in spec.signature.params}
    return [f"+{flag}" if flag.partition("=")[0].strip() in known else flag for flag in flags]


def resolve(spec: TaskSpec, context: Any = default_context) -> dict[str, Any]:
    """Return the values of a task's plain parameters; what is nowhere is left out."""
    values = {}
    section = _section(spec, context)
    for name, default in spec.signature.params.items():
        if section is not None and name in section:
            values[name] = section[name]
        elif default is not REQUIRED:
            values[name] = default
    return values


def missing(spec: TaskSpec, context: Any) -> list[str]:
    """Return the names of the parameters that have no value."""
    found = resolve(spec, context)
    return [name for name in spec.signature.params if name not in found]


def _section(spec: TaskSpec, context: Any) -> Any:
    for name in (spec.label, spec.path):
        if name in context:
            section = context[name]
            return section if isinstance(section, Mapping) or _is_section(section) else None
    return None


def _is_section(value: Any) -> bool:
    from gluepy.context.document import Context

    return isinstance(value, Context)
