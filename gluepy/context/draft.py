"""A context in the making: documents laid over one another, each leaf with its origin."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gluepy.context.hooks import is_hook, resolve
from gluepy.exceptions import MergeError
from gluepy.utils.mapping import flatten, merge, overlay


class Draft:
    """Merged values, where they came from, and which of them a tag marks as secret.

    Args:
        values: What the draft starts with.
        origins: Dotted path of a leaf of ``values`` -> what set it.
    """

    def __init__(
        self, values: dict[str, Any] | None = None, origins: Mapping[str, str] | None = None
    ) -> None:
        self.values: dict[str, Any] = values or {}
        self.tagged: set[str] = set()
        self._origins: dict[str, str] = dict(origins or {})

    def lay(self, values: dict[str, Any], origin: str, tagged: Iterable[str] = ()) -> None:
        """Merge ``values`` over what is there.

        Raises:
            MergeError: Types conflict; names the dotted path and both origins.
        """
        try:
            self.values = merge(_give_way(self.values, values), values)
        except MergeError as error:
            raise self._explained(error, origin) from None
        self._note(values, origin, tagged)

    def put(self, values: dict[str, Any], origin: str, tagged: Iterable[str] = ()) -> None:
        """Lay ``values`` over what is there, whatever their types."""
        self.values = overlay(self.values, values)
        self._note(values, origin, tagged, is_final=True)

    def origin(self, path: str) -> str:
        """Return what set the value at ``path``, or the first value below it."""
        if path in self._origins:
            return self._origins[path]
        below = f"{path}."
        for other, origin in self._origins.items():
            if other.startswith(below):
                return origin
        # An item of a list: the list is the leaf.
        return next((self._origins[above] for above in _above(path) if above in self._origins), "")

    def origins(self) -> dict[str, str]:
        """Return the origin of every leaf, in the order of the values."""
        return {path: self._origins.get(path) or self.origin(path) for path, _ in self.leaves()}

    def leaves(self) -> list[tuple[str, Any]]:
        """Return every leaf with its dotted path."""
        return list(flatten(self.values))

    def evaluate(self, settled: str = "") -> None:
        """Replace the hooks by their results, except those in values set by ``settled``."""

        def origin(path: str) -> str:
            where = self.origin(path)
            return "" if settled and where == settled else where

        found: dict[str, str] = {}
        self.values = resolve(self.values, "", origin, found)
        for path, name in found.items():
            self._origins = {
                key: where
                for key, where in self._origins.items()
                if key != path and not key.startswith(f"{path}.")
            }
            self._origins[path] = name

    def _note(
        self, values: dict[str, Any], origin: str, tagged: Iterable[str], is_final: bool = False
    ) -> None:
        self.tagged.update(tagged)
        for path, value in flatten(values):
            if is_final or value is not None or not self.origin(path):
                for above in _above(path):
                    self._origins.pop(above, None)
                self._origins[path] = origin

    def _explained(self, error: MergeError, origin: str) -> MergeError:
        import re

        found = re.search(r" at '(.*)'$", error.message, re.DOTALL)
        path = found[1] if found else ""
        return MergeError(
            error.message, hint=f"({self.origin(path) or 'what was there'} against {origin})."
        )


def _give_way(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """Return ``old`` with None where a hook replaces a value, or a value replaces a hook."""
    changed = dict(old)
    for key, value in new.items():
        present = old.get(key)
        if value is None or present is None:
            continue
        if is_hook(value) != is_hook(present) and not _amends(present, value):
            changed[key] = None
        elif isinstance(present, dict) and isinstance(value, dict):
            changed[key] = _give_way(present, value)
    return changed


def _above(path: str) -> list[str]:
    """Return the dotted paths of the sections ``path`` lies in, innermost first."""
    parts = path.split(".")
    return [".".join(parts[:end]) for end in range(len(parts) - 1, 0, -1)]


def _amends(present: Any, value: Any) -> bool:
    """Tell whether ``value`` changes arguments of the hook ``present`` and keeps the rest."""
    return is_hook(present) and isinstance(value, dict) and list(value) == ["hook"]
