"""Parameters of tasks: where each value comes from.

In this order: the call, values given for one task (``top={"n": 3}``, by label or dotted
path), values given for all tasks (``n=3``), the context section named after the task, the
default. What a call gives is put into the context sections before the run starts, so
``context.yaml`` holds it and a retry needs nothing else. An input may be given as well,
under its name; it is no part of the context.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gluepy.context.current import current
from gluepy.context.document import Context, lookup, thaw
from gluepy.exceptions import UnknownParameterError
from gluepy.exec.signature import REQUIRED
from gluepy.exec.specs import TaskSpec
from gluepy.signals import read
from gluepy.utils.text import close_names, did_you_mean, either


def split_inputs(
    given: Mapping[str, Any], specs: Iterable[TaskSpec]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return what a call gives in two parts: inputs of tasks, and parameters.

    Args:
        given: Name -> value.
        specs: The tasks that will run.
    """
    specs = list(specs)
    params = {name for spec in specs for name in spec.signature.params}
    inputs = {str(marker.name) for spec in specs for marker in spec.reads.values()} - params
    return (
        {name: value for name, value in given.items() if name in inputs},
        {name: value for name, value in given.items() if name not in inputs},
    )


def as_context(given: Mapping[str, Any], specs: Iterable[TaskSpec]) -> dict[str, Any]:
    """Return what a call gives as dotted context keys, ``+`` in front of those that may be new.

    Args:
        given: Names of parameters, of tasks, or of context keys.
        specs: The tasks that will run.
    """
    specs = list(specs)
    named = _by_name(specs)
    shared: dict[str, Any] = {}
    own: dict[str, Any] = {}
    rest: dict[str, Any] = {}
    for name, value in given.items():
        takers = [spec for spec in specs if name in spec.signature.params]
        spec = named.get(name)
        if spec and isinstance(value, Mapping) and not (takers and _is_value(spec, value)):
            own |= _own(spec, value)
        elif takers:
            shared |= {f"+{spec.label}.{name}": value for spec in takers}
        else:
            _refuse_typo(name, specs)
            rest[name] = value
    return {**rest, **shared, **own}


def _refuse_typo(name: str, specs: list[TaskSpec]) -> None:
    """Refuse a name that only a task can have meant, and that none of them has.

    Raises:
        UnknownParameterError: It is nearly a parameter or an input of a task, and is no key.
    """
    params = {param for spec in specs for param in (*spec.signature.params, *spec.reads)}
    dotted = {f"{spec.label}.{param}" for spec in specs for param in spec.signature.params}
    close = close_names(name, dotted if "." in name else params)
    if close and not name.startswith("+") and lookup(current(), *name.split(".")) is None:
        raise UnknownParameterError(
            f"No task has the parameter '{name}'.", hint=f"Did you mean {either(close)}?"
        )


def _by_name(specs: list[TaskSpec]) -> dict[str, TaskSpec]:
    return {spec.label: spec for spec in specs} | {spec.path: spec for spec in specs}


def _is_value(spec: TaskSpec, value: Mapping[str, Any]) -> bool:
    """Tell whether a mapping is no mapping of a task's parameters, but a value itself."""
    return not set(value) <= set(spec.signature.params)


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
    """Return flags ``a.b=3`` with those that mean parameters of tasks spelt out.

    ``n=3`` is for every task that has ``n``; ``top.n=3`` and ``pipeline.tasks.top.n=3`` are
    for one. All others are keys of the context.
    """
    specs = list(specs)
    named = _by_name(specs)
    shared: list[str] = []
    own: list[str] = []
    rest: list[str] = []
    for flag in flags:
        key, equals, value = flag.partition("=")
        task, _, name = key.strip().rpartition(".")
        takers = [spec for spec in specs if name in spec.signature.params]
        if task in named and (named[task] in takers or named[task].signature.takes_any):
            own.append(f"+{named[task].label}.{name}{equals}{value}")
        elif takers and not task:
            shared += [f"+{spec.label}.{name}{equals}{value}" for spec in takers]
        else:
            _refuse_typo(key.strip(), specs)
            rest.append(flag)
    return [*rest, *shared, *own]


def resolve(spec: TaskSpec, context: Context | None = None) -> dict[str, Any]:
    """Return the values of a task's plain parameters; what is nowhere is left out.

    Args:
        spec: The task.
        context: Where to look; the current context, if none is given.
    """
    signature = spec.signature
    if not signature.params and not signature.takes_any:
        return {}
    sections = _sections(spec, current() if context is None else context)
    values: dict[str, Any] = {}
    if signature.takes_any:
        _announce(spec.label)
        for section in reversed(sections):
            values |= {key: thaw(section[key]) for key in section if key not in signature.inputs}
    for name, default in signature.params.items():
        _announce(f"{spec.label}.{name}")
        holder = next((one for one in sections if name in one), None)
        if holder is not None:
            values[name] = thaw(holder[name])
        elif default is not REQUIRED:
            values[name] = default
    return values


def defaults(specs: Iterable[TaskSpec]) -> dict[str, Any]:
    """Return dotted context key -> what a parameter of a task is without it."""
    return {
        f"{spec.label}.{name}": default
        for spec in specs
        for name, default in spec.signature.params.items()
        if default is not REQUIRED
    }


def missing(spec: TaskSpec, context: Context) -> list[str]:
    """Return the names of the parameters that have no value."""
    found = resolve(spec, context)
    return [name for name in spec.signature.params if name not in found]


def _announce(name: str) -> None:
    """Tell that a key is read, there or not: a value it gets later changes what the task does."""
    if read.receivers:
        read.send(kind="context", name=name, size=None, digest=None)


def _sections(spec: TaskSpec, context: Context) -> list[Context]:
    """Return the context sections named after a task, by its label and by its dotted path."""
    found: dict[int, Context] = {}
    for name in (spec.label, spec.path):
        for keys in ((name,), tuple(name.split("."))):
            section = lookup(context, *keys)  # announces no read: values do, one by one
            if isinstance(section, Context):
                found[id(section)] = section
    return list(found.values())
