"""Function tasks called by hand, in a notebook: the catalog gives inputs and takes outputs.

After :func:`enable`, calling a function task loads the artifacts it takes and was not given,
and saves those it returns, as far as the catalog names them. A task that is called by a task of
a run stays the plain function.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

from gluepy.catalog import catalog
from gluepy.exceptions import ArtifactError, TaskOutputError, UnknownParameterError
from gluepy.exec import functions
from gluepy.exec.functions import FunctionTask
from gluepy.exec.markers import Artifact, Marker
from gluepy.exec.signature import REQUIRED
from gluepy.runs import trace
from gluepy.utils.text import close_names, either, plural

# The one word that `catalog.load` keeps for itself.
_RESERVED = "run"


def enable() -> None:
    """Let calls of function tasks use the catalog, in this process."""
    functions.on_call = _call


def disable() -> None:
    """Let a function task that is called be the plain function again."""
    functions.on_call = None


def _call(task: FunctionTask, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    if trace.is_recording():  # a task of a run calls it
        return task.function(*args, **kwargs)
    try:
        given = _given(task, args, kwargs)
    except TypeError:
        return task.function(*args, **kwargs)  # whose own error names the function
    values = _values(task, given)
    loaded = _loaded(task, given, values)
    result = task.function(*args, **kwargs, **loaded)
    _save(task, result, values)
    return result


def _given(task: FunctionTask, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of a call by name, those of ``**kwargs`` among them.

    Raises:
        TypeError: The function cannot be called like this.
    """
    signature = inspect.signature(task.function)
    given = dict(signature.bind_partial(*args, **kwargs).arguments)
    for name, parameter in signature.parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            given |= given.pop(name, {})
    return given


def _values(task: FunctionTask, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what placeholders of the catalog are filled from: all but the inputs.

    Raises:
        UnknownParameterError: The call lacks a parameter.
    """
    signature = task.spec.signature
    values = {**signature.params, **given}
    for name in signature.params:
        if values[name] is REQUIRED:
            raise UnknownParameterError(
                f"The task '{task.label}' needs the parameter '{name}'.",
                hint=f"Pass it: {task.function.__name__}({name}=…)",
            )
    return {name: one for name, one in values.items() if name not in {*signature.inputs, _RESERVED}}


def _loaded(
    task: FunctionTask, given: Mapping[str, Any], values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the inputs that the call has not given, by parameter.

    Raises:
        ArtifactError: The catalog has no such artifact, or it is a volatile.
        CatalogError: The catalog cannot load it.
    """
    missing = {
        parameter: marker
        for parameter, marker in task.spec.signature.inputs.items()
        if parameter not in given and not _is_defaulted(task, parameter, marker, values)
    }
    for parameter, marker in missing.items():
        if not _is_cataloged(marker):
            raise _absent(task, parameter, marker)
    return {
        parameter: catalog.load(str(marker.name), **values) for parameter, marker in missing.items()
    }


def _is_defaulted(
    task: FunctionTask, parameter: str, marker: Marker, values: Mapping[str, Any]
) -> bool:
    """Tell whether an input has a default, and the catalog nothing better."""
    if parameter not in task.spec.signature.defaults:
        return False
    return not (_is_cataloged(marker) and catalog.exists(str(marker.name), **values))


def _is_cataloged(marker: Marker) -> bool:
    return isinstance(marker, Artifact) and str(marker.name) in catalog


def _absent(task: FunctionTask, parameter: str, marker: Marker) -> ArtifactError:
    advice = f"Pass it: {task.function.__name__}({parameter}=…)"
    if not isinstance(marker, Artifact):
        return ArtifactError(
            f"The task '{task.label}' needs the volatile '{marker.name}', "
            "which only a run hands over.",
            hint=advice,
        )
    close = close_names(str(marker.name), catalog)
    return ArtifactError(
        f"The task '{task.label}' needs the artifact '{marker.name}', "
        "which the catalog does not have.",
        hint=f"Did you mean {either(close)}? {advice}" if close else advice,
    )


def _save(task: FunctionTask, result: Any, values: Mapping[str, Any]) -> None:
    """Save the artifacts among what a task returned.

    Raises:
        TaskOutputError: It returned more or less than it declares.
        CatalogError: The catalog cannot save one.
    """
    outputs = task.spec.signature.outputs
    if not any(map(_is_cataloged, outputs)):
        return
    for marker, value in zip(outputs, _split(task, result), strict=True):
        if _is_cataloged(marker):
            catalog.save(str(marker.name), value, **values)


def _split(task: FunctionTask, result: Any) -> tuple[Any, ...]:
    outputs = task.spec.signature.outputs
    if len(outputs) == 1:
        return (result,)
    if not isinstance(result, tuple | list) or len(result) != len(outputs):
        many = isinstance(result, tuple | list)
        got = plural(len(result), "value") if many else f"one {type(result).__name__}"
        names = ", ".join(f"'{marker.name}'" for marker in outputs)
        raise TaskOutputError(
            f"The task '{task.label}' returned {got}, but declares {len(outputs)}: {names}.",
            hint="Return a tuple.",
        )
    return tuple(result)
