"""Parameters of tasks: where each value comes from.

In this order: the call, values given for one task (``top={"n": 3}``, by label or dotted
path), values given for all tasks (``n=3``), the context section named after the task, the
default. What a call gives is put into the context sections before the run starts, so
``context.yaml`` holds it and a retry needs nothing else. An input may be given as well,
under its name; it is no part of the context.

A parameter set is laid below all that: its values for one task and for all tasks become
context keys too, with the file and line they come from.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gluepy.context.current import current
from gluepy.context.document import Context, lookup, thaw
from gluepy.context.loader import Configuration
from gluepy.exceptions import UnknownParameterError
from gluepy.exec.markers import Artifact
from gluepy.exec.signature import REQUIRED
from gluepy.exec.specs import TaskSpec
from gluepy.exec.tasks import REGISTRY
from gluepy.runs import artifacts
from gluepy.signals import read
from gluepy.utils.loading import import_if_present
from gluepy.utils.text import close_names, did_you_mean, either

# Section of the context with the values that all tasks of the run share.
SHARED = "gluepy.parameters"


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
        elif takers or fills(name, specs):
            shared |= as_shared(name, value, takers)
        else:
            _refuse_typo(name, specs)
            rest[name] = value
    return {**rest, **shared, **own}


def as_shared(name: str, value: Any, takers: Iterable[TaskSpec]) -> dict[str, Any]:
    """Return the context keys of a value that all tasks share.

    It is kept under its own name too: placeholders of artifacts may ask for it.
    """
    keys = {f"+{spec.label}.{name}": value for spec in takers}
    return {f"+{SHARED}.{name}": value, **keys}


def fills(name: str, specs: Iterable[TaskSpec]) -> bool:
    """Tell whether an artifact that one of the tasks reads or writes has such a placeholder."""
    used = {
        str(marker.name)
        for spec in specs
        for marker in (*spec.reads.values(), *spec.signature.outputs)
        if isinstance(marker, Artifact)
    }
    return any(name in artifacts.placeholders(one) for one in used)


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


def _own(
    spec: TaskSpec, values: Mapping[str, Any], origins: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Return the values of one task as context keys; an error tells their origin if it is known."""
    params = spec.signature.params
    for name in values:
        if name not in params and not spec.signature.takes_any and not fills(name, [spec]):
            origin = _origin_of(spec, str(name), origins or {})
            raise UnknownParameterError(
                f"{f'{origin}: the' if origin else 'The'} task '{spec.label}' has no parameter "
                f"'{name}'.",
                hint=did_you_mean(str(name), params),
            )
    return {f"+{spec.label}.{name}": value for name, value in values.items()}


def configuration(name: str, specs: Iterable[TaskSpec]) -> Configuration:
    """Return the parameter set of a name, as the context of a run takes it.

    Args:
        name: Its name.
        specs: The tasks that will run.

    Raises:
        ConfigurationError: There is no such set, or it names a task that does not exist.
        UnknownParameterError: A task has no such parameter.
    """
    from gluepy.catalog.parameters import parameter_sets

    specs = list(specs)
    found = parameter_sets.resolve(name)
    _import_tasks(found.values)
    tasks = {entry.spec.label: entry.spec for entry in REGISTRY.values()}
    tasks |= {spec.label: spec for spec in specs}
    shared, own = found.split(tasks, {spec.path: spec.label for spec in tasks.values()})
    values: dict[str, Any] = {"+gluepy.configuration": name}
    origins: dict[str, str] = {}
    doubts: dict[str, str] = {}
    for key, value in shared.items():
        takers = [spec for spec in specs if key in spec.signature.params]
        keys = as_shared(key, value, takers)
        if not takers:
            keys[key] = value  # of the context, if that has the key
            doubts |= _doubt(key, value, tasks)
        values |= keys
        origins |= dict.fromkeys(keys, _origin(found.origins, key))
    for label, given in own.items():
        for key, value in _own(tasks[label], given, found.origins).items():
            values[key] = value
            origins[key] = _origin_of(tasks[label], key.rpartition(".")[2], found.origins)
    return Configuration(name, values, {key: one for key, one in origins.items() if one}, doubts)


def _doubt(key: str, value: Any, tasks: Mapping[str, TaskSpec]) -> dict[str, str]:
    """Return key -> what may have been meant, if no task and no artifact takes the key."""
    params = {param for spec in tasks.values() for param in spec.signature.params}
    sections = set(tasks) if isinstance(value, Mapping) else set()
    close = [] if key in params else close_names(key, {*params, *sections})
    if not close or artifacts.is_placeholder(key):
        return {}
    return {key: f"Did you mean {either(close)}?"}


def _import_tasks(values: Mapping[str, Any]) -> None:
    """Import the modules of tasks that a parameter set names by dotted path, if they are there."""
    paths = {entry.spec.path for entry in REGISTRY.values()}
    for key, value in values.items():
        module, _, _ = key.rpartition(".")
        is_path = all(part.isidentifier() for part in key.split("."))
        if module and is_path and isinstance(value, Mapping) and key not in paths:
            import_if_present(module)


def _origin_of(spec: TaskSpec, name: str, origins: Mapping[str, str]) -> str:
    """Return where a parameter set gives the parameter of a task a value."""
    return _origin(origins, f"{spec.label}.{name}", f"{spec.path}.{name}")


def _origin(origins: Mapping[str, str], *keys: str) -> str:
    """Return where a value of a parameter set stands, or the first part of it."""
    return next(
        (
            one
            for path, one in origins.items()
            if any(f".{key}.".endswith(f".{path}.") or path.startswith(f"{key}.") for key in keys)
        ),
        "",
    )


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
        elif not task and (takers or fills(name, specs)):
            shared += [f"{key}{equals}{value}" for key in as_shared(name, None, takers)]
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


class Placeholders(Mapping[str, Any]):
    """What the placeholders of a task's artifacts are filled with.

    The task's own values, its section of the context, what all tasks share, and the context.
    Reads are announced of what is asked for, and of nothing else.

    Args:
        spec: The task.
        values: The values it is called with, inputs too, which fill nothing.
        context: Where to look; the current context, if none is given.

    Attributes:
        used: Name -> value of what was asked for.
    """

    def __init__(
        self, spec: TaskSpec, values: Mapping[str, Any], context: Context | None = None
    ) -> None:
        self.spec = spec
        self.given = values
        self.context = context
        self.used: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        for section in self._sections():
            if name in section:
                self.used[name] = thaw(section[name])
                return self.used[name]
        raise KeyError(name)

    def _sections(self) -> Iterator[Any]:
        inputs = self.spec.signature.inputs
        yield {name: value for name, value in self.given.items() if name not in inputs}
        context = current() if self.context is None else self.context
        yield from _sections(self.spec, context)
        shared = lookup(context, *SHARED.split("."))
        if shared is not None:
            yield shared
        yield context

    def __iter__(self) -> Iterator[str]:
        return iter({name: None for section in self._sections() for name in thaw(section)})

    def __len__(self) -> int:
        return sum(1 for _ in self)


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
