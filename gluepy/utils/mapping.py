"""Deep merge of mappings, and their dotted paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from gluepy.exceptions import MergeError

_NUMBERS = (int, float)


def merge(a: Mapping[str, Any], b: Mapping[str, Any], path: str = "") -> dict[str, Any]:
    """Return ``a`` with ``b`` laid over it; neither is changed.

    Mappings are merged key by key at any depth; lists and scalars are replaced; int and
    float are compatible (bool is neither); None gives way to the other's value.

    Raises:
        MergeError: One key has values of two types; the message names the dotted path.
    """
    merged = dict(a)
    for key, new in b.items():
        at = f"{path}.{key}" if path else str(key)
        merged[key] = _merge_value(merged[key], new, at) if key in merged else new
    return merged


def _merge_value(old: Any, new: Any, at: str) -> Any:
    if new is None or old is None:
        return old if new is None else new
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return merge(old, new, at)
    if not _are_compatible(old, new):
        raise MergeError(
            f"Conflicting types '{type(old).__name__}' and '{type(new).__name__}' at '{at}'"
        )
    return new


def _are_compatible(old: Any, new: Any) -> bool:
    if type(old) is type(new):
        return True
    return type(old) in _NUMBERS and type(new) in _NUMBERS


def overlay(a: Mapping[str, Any], b: Mapping[str, Any]) -> dict[str, Any]:
    """Return ``a`` with every leaf of ``b`` in its place, whatever was there, None included."""
    laid = dict(a)
    for key, new in b.items():
        old = laid.get(key)
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            new = overlay(old, new)
        laid[key] = new
    return laid


def flatten(mapping: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield ``(dotted path, value)`` of every leaf; an empty mapping is a leaf."""
    for key, value in mapping.items():
        path = f"{prefix}.{key}" if prefix else str(key)
        if isinstance(value, Mapping) and value:
            yield from flatten(value, path)
        else:
            yield path, value
