"""Values of a run that come from its caller: elements of mapped tasks, inputs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gluepy.exceptions import PlanError
from gluepy.exec.markers import Artifact, Marker
from gluepy.exec.specs import TaskSpec
from gluepy.exec.wiring import Step
from gluepy.runs import artifacts, undeclared


def spread(step: Step, volatiles: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the values of each element of a mapped task.

    Args:
        step: The mapped task.
        volatiles: What was produced in memory so far.

    Raises:
        PlanError: It is mapped over something that is no list, or over lists of different
            lengths.
    """
    lists = {name: _values(step, name, one, volatiles) for name, one in step.spec.spread.items()}
    lengths = {name: len(values) for name, values in lists.items()}
    if len(set(lengths.values())) > 1:
        raise PlanError(
            f"The task '{step.name}' is mapped over lists of different lengths: "
            f"{', '.join(f'{name} {length}' for name, length in lengths.items())}."
        )
    return [dict(zip(lists, values, strict=True)) for values in zip(*lists.values(), strict=True)]


def _values(step: Step, name: str, source: Any, volatiles: Mapping[str, Any]) -> list[Any]:
    if not isinstance(source, Marker):
        return list(source)
    value = str(source.name)
    found = artifacts.load(value) if isinstance(source, Artifact) else volatiles[value]
    if isinstance(found, str | bytes | Mapping) or not isinstance(found, Iterable):
        raise PlanError(
            f"The task '{step.name}' is mapped over {name}, but the {source.kind} '{value}' "
            f"is no list: it is a {type(found).__name__}."
        )
    return list(found)


def digest(values: Mapping[str, Any]) -> str:
    """Return what tells the values of one element from others, empty if nothing does."""
    import json
    import pickle
    from hashlib import sha256

    try:
        content = (
            json.dumps(values).encode()
            if undeclared.is_plain(dict(values))
            else pickle.dumps(dict(values), protocol=5)
        )
    except Exception:
        return ""
    return sha256(content).hexdigest()[:16]


def parent_of(name: str) -> str | None:
    """Return the mapped task an element belongs to, None if the name is of a whole task."""
    parent, bracket, _ = name.rpartition("[")
    return parent if bracket and name.endswith("]") else None


def hand_over(given: Mapping[str, Any], specs: Iterable[TaskSpec]) -> dict[str, Any]:
    """Store the artifacts among the inputs that a caller gives, and return the volatiles.

    Args:
        given: Name -> value.
        specs: The tasks that will run.
    """
    read = [marker for spec in specs for marker in spec.reads.values()] if given else []
    stored = {str(marker.name) for marker in read if isinstance(marker, Artifact)}
    for name in stored & set(given):
        undeclared.save(name, given[name])
    return {name: value for name, value in given.items() if name not in stored}
