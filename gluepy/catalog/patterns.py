"""Patterns: one entry for many artifacts, ``{layer}_{name}``.

What a name has in place of ``{layer}`` fills ``{layer}`` in the fields of the entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from gluepy.catalog.entries import Entry, Place
from gluepy.exceptions import CatalogError

_GROUP = re.compile(r"\{([^\W\d]\w*)\}")
# A part of a name fills paths, so it is none of '.', '..', and holds no slash.
_PART = r"(?!\.{1,2}(?:[/\s]|$))[^\s/\\!{}\0]+?"


class Pattern:
    """An entry whose name holds groups in braces.

    Args:
        text: The name.
        place: Where the entry stands.
        said: What it says.
    """

    def __init__(self, text: str, place: Place, said: Any) -> None:
        self.text = text
        self.place = place
        self.said = said
        literals = _GROUP.split(text)[::2]
        self.weight = sum(map(len, literals))
        self._matcher = _matcher(text)

    def match(self, name: str) -> dict[str, str] | None:
        """Return what a name has in the groups, None if it is of another form."""
        found = self._matcher.fullmatch(name)
        return found.groupdict() if found else None

    def entry(self, name: str, groups: Mapping[str, str]) -> Entry:
        """Return the entry of an artifact."""
        return Entry(name, _filled(self.said, groups), self.place, pattern=self.text)


def is_pattern(name: str) -> bool:
    """Tell a pattern from a name."""
    return "{" in name and _GROUP.search(name) is not None


def best(patterns: Iterable[Pattern], name: str) -> tuple[Pattern, dict[str, str]] | None:
    """Return the pattern with the most literal characters that a name matches, and its parts.

    Raises:
        CatalogError: Two match equally well.
    """
    found = [(one, groups) for one in patterns if (groups := one.match(name)) is not None]
    found.sort(key=lambda pair: pair[0].weight, reverse=True)
    if len(found) > 1 and found[0][0].weight == found[1][0].weight:
        first, second = found[0][0], found[1][0]
        raise CatalogError(
            f"The artifact '{name}' matches two patterns: '{first.text}' ({first.place}) "
            f"and '{second.text}' ({second.place}).",
            hint="Make one of them longer, or give the artifact an entry of its own.",
        )
    return found[0] if found else None


def _matcher(text: str) -> re.Pattern[str]:
    pieces = _GROUP.split(text)
    pattern, seen = re.escape(pieces[0]), set()
    for name, literal in zip(pieces[1::2], pieces[2::2], strict=True):
        pattern += f"(?P={name})" if name in seen else f"(?P<{name}>{_PART})"
        pattern += re.escape(literal)
        seen.add(name)
    return re.compile(pattern)


def _filled(value: Any, groups: Mapping[str, str]) -> Any:
    """Return nested data with the groups filled in; placeholders ``!{…}`` stay."""
    if isinstance(value, str):
        return _fill(value, groups) if "{" in value else value
    if isinstance(value, Mapping):
        return {key: _filled(item, groups) for key, item in value.items()}
    return [_filled(item, groups) for item in value] if isinstance(value, list) else value


def _fill(text: str, groups: Mapping[str, str]) -> str:
    def part(found: re.Match[str]) -> str:
        return groups.get(found[1], found[0])

    return re.sub(rf"(?<!!){_GROUP.pattern}", part, text)
