"""Which values of a parameter set all tasks share, and which are one task's."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from gluepy.conf.secrets import mask_value
from gluepy.exceptions import ConfigurationError
from gluepy.utils.text import close_names, either

# Says which set a key stands in, and where.
Namer = Callable[[str], str]


def split(
    values: Mapping[str, Any],
    labels: Iterable[str],
    paths: Mapping[str, str],
    of: Namer = lambda key: "The parameter set",
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    """Return the values that all tasks share, and those of single tasks by label.

    Those of one task stand as a mapping under its label, its dotted path, or the end of that
    path. A dotted key with a mapping must be a task's.

    Args:
        values: The values of a set.
        labels: Labels of the tasks there are.
        paths: Dotted path -> label of the tasks there are.
        of: Names the set that a key stands in, for messages.

    Raises:
        ConfigurationError: A dotted key is no task's, or several tasks', or its value is none.
    """
    known = set(labels)
    shared: dict[str, Any] = {}
    own: dict[str, dict[str, Any]] = {}
    for key, value in values.items():
        label = _owner(key, value, known, paths, of)
        if label is None:
            shared[key] = value
        elif isinstance(value, Mapping | None):
            own[label] = {**own.get(label, {}), **(value or {})}
        else:
            raise ConfigurationError(
                f"{of(key)} gives the task '{label}' the value {mask_value(value)!r}.",
                hint=f"Write its parameters as a mapping below '{key}:'.",
            )
    return shared, own


def _owner(
    key: str, value: Any, labels: set[str], paths: Mapping[str, str], of: Namer
) -> str | None:
    """Return the label of the task whose values stand under a key, None if they are shared."""
    is_mapping = isinstance(value, Mapping)
    if "." not in key:
        return key if is_mapping and key in labels else None
    if key in labels:
        return key
    found = {paths[key]} if key in paths else _ending(key, paths)
    if len(found) > 1:
        raise ConfigurationError(
            f"{of(key)} has values for '{key}', which may be {either(sorted(found))}.",
            hint="Write the whole dotted path.",
        )
    if not found and is_mapping:
        raise _of_nobody(key, labels, paths, of)
    return next(iter(found), None)


def _ending(key: str, paths: Mapping[str, str]) -> set[str]:
    return {label for path, label in paths.items() if path.endswith(f".{key}")}


def _of_nobody(
    key: str, labels: set[str], paths: Mapping[str, str], of: Namer
) -> ConfigurationError:
    last = key.rpartition(".")[2]
    close = close_names(key, paths) or close_names(last, labels)
    hint = f"Did you mean {either(close)}?" if close else "Is its module in INSTALLED_MODULES?"
    return ConfigurationError(
        f"{of(key)} has values for '{key}', but there is no such task.", hint=hint
    )
