"""What a function's signature says of a task: inputs, parameters, outputs."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any, get_args, get_origin

from gluepy.exceptions import TaskDefinitionError
from gluepy.exec.markers import Artifact, Marker, Volatile

REQUIRED: Any = inspect.Parameter.empty


class Signature:
    """Inputs, parameters and outputs of a task.

    Attributes:
        inputs: Parameter -> the artifact or volatile it takes.
        params: Plain parameter -> its default, REQUIRED if it has none.
        defaults: Input parameter -> its default, if it has one.
        outputs: What is returned, in order.
        takes_any: Whether the function takes ``**kwargs``.
    """

    __slots__ = ("defaults", "inputs", "outputs", "params", "takes_any")

    def __init__(
        self,
        inputs: dict[str, Marker],
        params: dict[str, Any],
        outputs: tuple[Marker, ...],
        defaults: dict[str, Any] | None = None,
        takes_any: bool = False,
    ) -> None:
        self.inputs = inputs
        self.params = params
        self.outputs = outputs
        self.defaults = defaults or {}
        self.takes_any = takes_any

    @property
    def is_declared(self) -> bool:
        """Whether anything is read or produced by name."""
        return bool(self.inputs or self.outputs)


def read(function: Callable[..., Any], *, skip_first: bool = False) -> Signature:
    """Return what a function declares.

    Args:
        function: The function; its annotations may be postponed, and may use names that are
            imported only for type checkers.
        skip_first: The first parameter is ``self``.

    Raises:
        TaskDefinitionError: A parameter has no name to be passed by, or an output no name of
            its own; with file and line.
    """
    parameters = list(inspect.signature(function).parameters.values())[int(skip_first) :]
    annotations = _annotations(function)
    inputs: dict[str, Marker] = {}
    params: dict[str, Any] = {}
    defaults: dict[str, Any] = {}
    takes_any = False
    for parameter in parameters:
        name = parameter.name
        if parameter.kind is parameter.VAR_KEYWORD:
            takes_any = True
            continue
        if parameter.kind is parameter.VAR_POSITIONAL and skip_first:
            continue  # a `run(self, *args, **kwargs)` of gluepy 1.6 is called with nothing
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY):
            star = "*" if parameter.kind is parameter.VAR_POSITIONAL else ""
            raise _wrong(function, f"its parameter '{star}{name}' cannot be passed by name")
        marker = _marker(annotations.get(name))
        if marker is None:
            params[name] = parameter.default
            continue
        inputs[name] = marker.named(name)
        if parameter.default is not REQUIRED:
            defaults[name] = parameter.default
    outputs = _outputs(function, annotations.get("return"))
    return Signature(inputs, params, outputs, defaults, takes_any)


def _marker(annotation: Any) -> Marker | None:
    """Return the marker an annotation is or carries."""
    if get_origin(annotation) is Annotated:
        found = [_marker(extra) for extra in get_args(annotation)[1:]]
        return next((marker for marker in found if marker is not None), None)
    if isinstance(annotation, Marker):
        return annotation
    if isinstance(annotation, type) and issubclass(annotation, Marker):
        return annotation()
    return None


def _outputs(function: Callable[..., Any], annotation: Any) -> tuple[Marker, ...]:
    markers = tuple(_flat(annotation))
    for marker in markers:
        if not marker.name:
            kind = type(marker).__name__
            raise _wrong(function, f'its output needs a name: -> {kind}("name")')
    names = [marker.name for marker in markers]
    for name in names:
        if names.count(name) > 1:
            raise _wrong(function, f"it returns '{name}' twice")
    return markers


def _flat(annotation: Any) -> list[Marker]:
    """Return the markers of a return annotation, lists and tuples in it laid out."""
    if isinstance(annotation, list | tuple):
        return [marker for part in annotation for marker in _flat(part)]
    marker = _marker(annotation)
    if marker is not None:
        return [marker]
    if get_origin(annotation) in (tuple, list):
        return [marker for part in get_args(annotation) for marker in _flat(part)]
    return []


def _wrong(function: Callable[..., Any], what: str) -> TaskDefinitionError:
    code = inspect.unwrap(function).__code__
    return TaskDefinitionError(
        f"The task '{function.__qualname__}' ({code.co_filename}:{code.co_firstlineno}) "
        f"cannot be used: {what}."
    )


class _Absent:
    """Stands in for a name that exists only for type checkers, or inside a function."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _MARKERS.get(name, self)

    def __getitem__(self, key: Any) -> _Absent:
        return self

    def __or__(self, other: Any) -> _Absent:
        return self

    __ror__ = __or__

    def __call__(self, *_: Any, **__: Any) -> _Absent:
        """Do nothing: ``Annotated`` takes only what can be called."""
        return self


# What these names mean where they were imported out of our sight.
_MARKERS = {"Artifact": Artifact, "Volatile": Volatile}


class _Names(dict[str, Any]):
    """The names an annotation may use; an unknown one is absent, not an error."""

    def __missing__(self, name: str) -> Any:
        import builtins

        return getattr(builtins, name, None) or _MARKERS.get(name) or _Absent()


def _annotations(function: Callable[..., Any]) -> Mapping[str, Any]:
    """Return the annotations of a function, postponed ones evaluated."""
    raw = inspect.get_annotations(inspect.unwrap(function))
    if not any(isinstance(annotation, str) for annotation in raw.values()):
        return raw
    inner = inspect.unwrap(function)
    closure = inspect.getclosurevars(inner).nonlocals
    names = _Names({**inner.__globals__, **_surroundings(inner), **closure})
    return {name: _evaluated(annotation, names, function) for name, annotation in raw.items()}


def _surroundings(function: Any) -> Mapping[str, Any]:
    """Return the local names of the function that is just defining this one, if one is."""
    frame = sys._getframe(1) if "<locals>" in function.__qualname__ else None
    while frame is not None and function.__code__ not in frame.f_code.co_consts:
        frame = frame.f_back
    return frame.f_locals if frame is not None else {}


def _evaluated(annotation: Any, names: _Names, function: Callable[..., Any]) -> Any:
    if not isinstance(annotation, str):
        return annotation
    try:
        # As globals too: that is where a comprehension in an annotation looks.
        return eval(annotation, names, names)
    except TaskDefinitionError as error:
        raise _wrong(function, error.message.rstrip(".")) from error
    except Exception as error:
        raise _wrong(function, f"its annotation '{annotation}' is no Python: {error}") from error
