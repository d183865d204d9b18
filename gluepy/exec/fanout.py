"""Fan-out: one task, once per element of a list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gluepy.exceptions import TaskDefinitionError
from gluepy.exec.composition import Composable
from gluepy.exec.markers import Marker
from gluepy.exec.specs import TaskSpec
from gluepy.utils.text import did_you_mean


class MappedTask(Composable):
    """A task that runs another once per element, and gathers what it returns in lists.

    Each element is retried, resumed and shown on its own, as ``label[0]``, ``label[1]``, …
    Each output's list is in the order of the elements.

    Args:
        task: The spec of the task to run.
        spread: Parameter -> a list known now, or a marker of a list that another task
            produces. Several parameters are spread together, so their lists are equally long.

    Raises:
        TaskDefinitionError: The task has no such parameter, or a value is no list.
    """

    def __init__(self, task: TaskSpec, spread: Mapping[str, Any]) -> None:
        known = {**task.signature.inputs, **task.signature.params}
        if not spread:
            raise TaskDefinitionError(f"'{task.label}' is mapped over nothing.")
        for name, values in spread.items():
            if name not in known and not task.signature.takes_any:
                raise TaskDefinitionError(
                    f"The task '{task.label}' has no parameter '{name}' to map over.",
                    hint=did_you_mean(name, known),
                )
            if isinstance(values, str | bytes) or not isinstance(values, Iterable | Marker):
                raise TaskDefinitionError(
                    f"'{task.label}' is mapped over {name}={values!r}, which is no list."
                )
        signature = task.signature
        inputs = {name: one for name, one in signature.inputs.items() if name not in spread}
        params = {name: one for name, one in signature.params.items() if name not in spread}
        self.label = task.label
        self.spec = TaskSpec(
            task.label,
            task.title,
            task.path,
            type(signature)(
                inputs, params, signature.outputs, signature.defaults, signature.takes_any
            ),
            task.options,
            task.call,
            task.entry,
            {name: _listed(values) for name, values in spread.items()},
        )

    def __repr__(self) -> str:
        return f"<MappedTask {self.label} over {', '.join(self.spec.spread)}>"


def _listed(values: Any) -> Any:
    return values if isinstance(values, Marker) else list(values)
