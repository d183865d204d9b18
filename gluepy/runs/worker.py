"""Running one task: what an executor is handed.

A :class:`Call` says all there is to say of it and can be sent to another process; the
:class:`Report` says all that came of it. In between, the task's inputs are loaded, its
outputs stored, and what it reads and writes is recorded.
"""

from __future__ import annotations

import traceback
from typing import Any

from gluepy.exceptions import ArtifactError, TaskOutputError, UnknownParameterError
from gluepy.exec.markers import Artifact
from gluepy.exec.specs import TaskSpec, spec_of
from gluepy.runs import artifacts, parameters
from gluepy.runs.outputs import fingerprints
from gluepy.runs.trace import Trace, recording
from gluepy.utils.text import either, plural


class Call:
    """One task to run.

    Args:
        entry: The task.
        given: Values that are known already: volatiles, and the element of a mapped task.
        element: Which element of a mapped task this is, None for other tasks.
    """

    __slots__ = ("element", "entry", "given")

    def __init__(
        self, entry: Any, given: dict[str, Any] | None = None, element: int | None = None
    ) -> None:
        self.entry = entry
        self.given = given or {}
        self.element = element


class Report:
    """What came of one task.

    Attributes:
        volatiles: Name -> value of what it hands on in memory.
        error: What it raised, None if it did not.
        trace: What it read and wrote, as the manifest holds it.
        failure: What the manifest says of the error; told where it was raised, as its
            traceback does not travel.
    """

    __slots__ = ("error", "failure", "trace", "volatiles")

    def __init__(
        self,
        volatiles: dict[str, Any],
        error: Exception | None,
        trace: dict[str, Any],
        failure: dict[str, str] | None = None,
    ) -> None:
        self.volatiles = volatiles
        self.error = error
        self.trace = trace
        self.failure = failure or (describe(error) if error else None)

    def __reduce__(self) -> tuple[type[Report], tuple[Any, ...]]:
        from gluepy.executors.parcels import Portable

        error = Portable(self.error) if self.error else None
        return Report, (self.volatiles, error, self.trace, self.failure)


def run_task(call: Call) -> Report:
    """Run a task and report; what it raises is part of the report.

    ``sys.exit`` in a task is a failure of the task, not the end of the process.
    """
    volatiles: dict[str, Any] = {}
    failure: Exception | None = None
    used: dict[str, Any] = {}
    with recording() as trace:
        try:
            spec = spec_of(call.entry)
            values = {**parameters.resolve(spec), **call.given}
            fill = parameters.Placeholders(spec, values)
            used = fill.used
            result = spec.call(**_arguments(spec, values, fill))
            volatiles = _kept(spec, result, call, fill)
        except SystemExit as stop:
            failure = RuntimeError(f"The task called sys.exit({stop.code!r}).")
            failure.__cause__ = stop
        except Exception as error:
            failure = error
    noted = {"placeholders": artifacts.noted(used)} if used else {}
    return Report(volatiles, failure, _traced(trace) | noted)


def _traced(trace: Trace) -> dict[str, Any]:
    if not trace.reads and not trace.writes and not trace.metrics:
        return {}
    written = trace.writes.get("storage")
    return trace.to_dict() | {"outputs": fingerprints(written) if written else {}}


def _arguments(
    spec: TaskSpec, values: dict[str, Any], fill: parameters.Placeholders
) -> dict[str, Any]:
    """Return what the task is called with.

    Args:
        spec: The task.
        values: Its parameters, volatiles, and what is given.
        fill: What the placeholders of its artifacts are filled with.

    Raises:
        UnknownParameterError: A parameter has no value.
        ArtifactError: An input is not there.
    """
    for name in spec.signature.params:
        if name not in values:
            raise UnknownParameterError(
                f"The task '{spec.label}' needs the parameter '{name}'.",
                hint=f"Give it with --param {spec.label}.{name}=VALUE, or in the context.",
            )
    for name, marker in spec.signature.inputs.items():
        if name not in values and not name.startswith("*"):
            values[name] = _input(spec, name, marker, fill)
    return values


def _input(spec: TaskSpec, name: str, marker: Any, fill: parameters.Placeholders) -> Any:
    default = spec.signature.defaults
    if isinstance(marker, Artifact):
        if name in default and not artifacts.exists(str(marker.name), fill):
            return default[name]
        return artifacts.load(str(marker.name), fill)
    if name in default:
        return default[name]
    raise ArtifactError(
        f"The task '{spec.label}' needs the volatile '{marker.name}', which was not produced.",
        hint=f"Run what produces it too: --task +{spec.label}",
    )


def _kept(spec: TaskSpec, result: Any, call: Call, fill: parameters.Placeholders) -> dict[str, Any]:
    """Store the artifacts a task returned, and return its volatiles by name.

    Raises:
        TaskOutputError: It returned more or less than it declares.
    """
    volatiles = {}
    for marker, value in zip(spec.signature.outputs, _values(spec, result), strict=True):
        name = str(marker.name)
        if isinstance(marker, Artifact):
            artifacts.save(name, value, fill, _element(name, call))
        else:
            volatiles[name] = value
    return volatiles


def _element(name: str, call: Call) -> int | None:
    """Return the number of an element, unless placeholders already keep the elements apart."""
    if call.element is None or not artifacts.placeholders(name).isdisjoint(call.given):
        return None
    return call.element


def _values(spec: TaskSpec, result: Any) -> tuple[Any, ...]:
    outputs = spec.signature.outputs
    if len(outputs) == 1:
        return (result,)
    if not outputs:
        _refuse_value(spec, result)
        return ()
    names = either(str(marker.name) for marker in outputs).replace(" or ", " and ")
    if not isinstance(result, tuple | list):
        raise TaskOutputError(
            f"The task '{spec.label}' returned one {type(result).__name__}, but declares {names}.",
            hint="Return a tuple.",
        )
    if len(result) != len(outputs):
        raise TaskOutputError(
            f"The task '{spec.label}' returned {plural(len(result), 'value')}, "
            f"but declares {len(outputs)}: {names}."
        )
    return tuple(result)


def _refuse_value(spec: TaskSpec, result: Any) -> None:
    """Refuse a value nobody asked for; the ``run`` of a class may return what it likes."""
    if result is not None and not isinstance(spec.entry, type):
        raise TaskOutputError(
            f"The task '{spec.label}' returned a {type(result).__name__}, but declares no output.",
            hint='Declare it: -> Artifact("name") or -> Volatile("name").',
        )


def describe(error: BaseException) -> dict[str, str]:
    """Return type, message, place and traceback of an error, as the manifest holds it."""
    return {
        "type": type(error).__name__,
        "message": str(error),
        "place": place_of(error),
        "traceback": "".join(traceback.format_exception(error)),
    }


def place_of(error: BaseException) -> str:
    """Return ``file:line`` where an error was raised in the user's code, empty if it was not.

    That is the innermost frame outside gluepy and outside installed packages.
    """
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if not _is_foreign(frame.filename)]
    return f"{own[-1].filename}:{own[-1].lineno}" if own else ""


def _is_foreign(filename: str) -> bool:
    import os

    parts = filename.replace(os.sep, "/")
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return (
        parts.startswith((package.replace(os.sep, "/") + "/", "<frozen"))
        or "/site-packages/" in parts
        or "/lib/python" in parts
    )
