"""Specs: what the engine needs to know of a task, whatever form it was written in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gluepy.exec.markers import Marker
from gluepy.exec.options import Options
from gluepy.exec.signature import Signature


class TaskSpec:
    """One task, as the engine sees it.

    Attributes:
        label: Its label.
        title: Name of the class or function, for the log.
        path: ``module.name``: where it stands, and a name for its parameters.
        signature: Inputs, parameters, outputs.
        options: Retries, timeout, tags, resources, dependencies.
        call: Runs it; takes inputs and parameters by keyword.
        entry: The class or function task itself, which another process finds by its name.
        spread: For a mapped task: parameter -> list of values, or the marker that holds one.
        reads: Parameter -> what it reads, spread lists that are produced upstream included.
    """

    __slots__ = (
        *("call", "entry", "label", "options", "path"),
        *("reads", "signature", "spread", "title"),
    )

    def __init__(
        self,
        label: str,
        title: str,
        path: str,
        signature: Signature,
        options: Options,
        call: Callable[..., Any],
        entry: Any,
        spread: Mapping[str, Any] | None = None,
    ) -> None:
        self.label = label
        self.title = title
        self.path = path
        self.signature = signature
        self.options = options
        self.call = call
        self.entry = entry
        self.spread = dict(spread or {})
        upstream = {name: one for name, one in self.spread.items() if isinstance(one, Marker)}
        self.reads = {**signature.inputs, **upstream} if upstream else signature.inputs

    @property
    def is_barrier(self) -> bool:
        """Whether the task declares nothing, and so keeps its place in the list."""
        return not (self.reads or self.signature.outputs or self.options.depends_on)

    def __repr__(self) -> str:
        return f"<TaskSpec {self.label}>"


def spec_of(entry: Any) -> TaskSpec:
    """Return the spec of what stands in a DAG: a Task class, a function task, a mapped task.

    Raises:
        TypeError: It is none of them.
    """
    spec = getattr(entry, "spec", None)
    if not isinstance(spec, TaskSpec):
        raise TypeError(f"{entry!r} is not a task.")
    return spec
