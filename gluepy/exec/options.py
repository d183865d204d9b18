"""How a task is to be run: retries, timeout, resources, tags."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gluepy.exceptions import TaskDefinitionError
from gluepy.utils.text import did_you_mean

# Seconds: a number, or {"first": 1, "factor": 2, "most": 60, "jitter": 0.1}.
Delay = float | Mapping[str, float]

RESOURCES = ("cpu", "memory", "gpu")
DELAYS = ("first", "factor", "most", "jitter")
NAMES = ("retries", "retry_delay", "timeout", "cache", "tags", "resources", "depends_on")


class Options:
    """What may be said of a task besides what it does.

    Args:
        retries: How often a failed task is tried again.
        retry_delay: Seconds between two tries: a number, or a mapping ``first``, ``factor``,
            ``most``, ``jitter`` for delays that grow, with a random share of up to
            ``jitter`` added so that tasks do not retry in step.
        timeout: Seconds after which a try has failed. Processes and Dask end it; a thread
            cannot be ended, so there the try fails and its thread runs on to its end.
        cache: Whether the result may be reused.
        tags: Names to select tasks by.
        resources: What it needs: ``cpu`` (cores), ``memory`` (bytes), ``gpu`` (devices).
        depends_on: Labels of tasks, or tasks, that must have run before.

    Raises:
        TaskDefinitionError: A value makes no sense.
    """

    __slots__ = (
        "cache",
        "depends_on",
        "resources",
        "retries",
        "retry_delay",
        "tags",
        "timeout",
    )

    def __init__(
        self,
        retries: int = 0,
        retry_delay: Delay = 0.0,
        timeout: float | None = None,
        cache: bool = False,
        tags: Iterable[str] = (),
        resources: Mapping[str, float] | None = None,
        depends_on: Iterable[Any] = (),
    ) -> None:
        if not _is_count(retries):
            raise TaskDefinitionError(f"retries={retries!r}: it takes a number, 0 or more.")
        if timeout is not None and not (_is_number(timeout) and timeout > 0):
            raise TaskDefinitionError(f"timeout={timeout!r}: it takes seconds, more than 0.")
        if isinstance(tags, str):
            raise TaskDefinitionError(f"tags='{tags}': it takes a list.", hint=f'["{tags}"]')
        _check_delay(retry_delay)
        _check_names("resources", resources or {}, RESOURCES)
        self.retries = retries
        self.retry_delay = retry_delay
        self.timeout = timeout
        self.cache = cache
        self.tags = tuple(tags)
        self.resources = dict(resources or {})
        self.depends_on = tuple(map(_label, _listed(depends_on)))

    def delay(self, attempt: int) -> float:
        """Return the seconds to wait after a failed try.

        Args:
            attempt: Which try failed, 1 for the first.
        """
        if not isinstance(self.retry_delay, Mapping):
            return float(self.retry_delay)
        from random import random

        first = self.retry_delay.get("first", 1.0)
        grown = first * self.retry_delay.get("factor", 2.0) ** (attempt - 1)
        capped = min(grown, self.retry_delay.get("most", 60.0))
        return capped * (1.0 + random() * self.retry_delay.get("jitter", 0.0))


def _check_delay(delay: Any) -> None:
    if isinstance(delay, Mapping):
        _check_names("retry_delay", delay, DELAYS)
    values = delay.values() if isinstance(delay, Mapping) else [delay]
    if not all(_is_number(value) and value >= 0 for value in values):
        raise TaskDefinitionError(
            f"retry_delay={delay!r}: it takes seconds, 0 or more.",
            hint='Or {"first": 1, "factor": 2, "most": 60, "jitter": 0.1}.',
        )


def _check_names(option: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    for name in given:
        if name not in known:
            raise TaskDefinitionError(
                f"{option} has '{name}'.", hint=did_you_mean(str(name), known)
            )


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and value >= 0


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _listed(depends_on: Any) -> Iterable[Any]:
    """Return what ``depends_on`` lists; a single label or task stands for a list of it."""
    single = isinstance(depends_on, str) or hasattr(depends_on, "label")
    return [depends_on] if single else depends_on


def _label(task: Any) -> str:
    label = task if isinstance(task, str) else getattr(task, "label", None)
    if not isinstance(label, str):
        raise TaskDefinitionError(f"depends_on has {task!r}, which is neither a task nor a label.")
    return label
