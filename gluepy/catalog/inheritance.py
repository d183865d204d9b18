"""Laying mappings over each other, when each value remembers where it was written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

from gluepy.context.templates import Document
from gluepy.exceptions import ConfigurationError

Keys = tuple[str, ...]


class Leaf:
    """A value that is replaced as a whole.

    Args:
        value: The value.
        document: The file it was written in.
        keys: The way to it there.
    """

    __slots__ = ("document", "keys", "value")

    def __init__(self, value: Any, document: Document, keys: Keys) -> None:
        self.value = value
        self.document = document
        self.keys = keys

    def where(self) -> str:
        """Return file and line."""
        return self.document.where(*self.keys)


class Section:
    """A mapping, whose values are laid over others one by one.

    Args:
        items: Its values.
        document: The file it was written in last.
        keys: The way to it there.
    """

    __slots__ = ("document", "items", "keys")

    def __init__(self, items: dict[str, Leaf | Section], document: Document, keys: Keys) -> None:
        self.items = items
        self.document = document
        self.keys = keys

    def where(self) -> str:
        """Return file and line."""
        return self.document.where(*self.keys)


def sectioned(values: dict[str, Any], document: Document, keys: Keys) -> Section:
    """Return a mapping of a file, with where its values stand."""
    items: dict[str, Leaf | Section] = {}
    for key, value in values.items():
        make: Any = sectioned if isinstance(value, dict) else Leaf
        items[key] = make(value, document, (*keys, key))
    return Section(items, document, keys)


def lay(below: Section, above: Section, *, deep: bool = True) -> Section:
    """Return ``below`` with ``above`` laid over it; neither is changed.

    Args:
        below: What gives way.
        above: What replaces it.
        deep: Whether mappings in both are laid over each other too.
    """
    items = dict(below.items)
    for key, new in above.items.items():
        old = items.get(key)
        if deep and isinstance(old, Section) and isinstance(new, Section):
            new = lay(old, new)
        items[key] = new
    return Section(items, above.document, above.keys)


def plain(section: Section) -> dict[str, Any]:
    """Return a copy of the values in plain dicts and lists."""
    return {
        key: plain(item) if isinstance(item, Section) else deepcopy(item.value)
        for key, item in section.items.items()
    }


def wheres(section: Section, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield the dotted key of every value, and where it was written; ``{}`` is a value."""
    for key, item in section.items.items():
        path = f"{prefix}{key}"
        if isinstance(item, Section) and item.items:
            yield from wheres(item, f"{path}.")
        else:
            yield path, item.where()


def lineage(
    name: str, parents: Callable[[str], list[str]], where: Callable[[str], str]
) -> list[str]:
    """Return all that a name inherits from, each before those that inherit it; itself last.

    Args:
        name: Name of a set.
        parents: Returns the names a set inherits from.
        where: Returns where a set says so.

    Raises:
        ConfigurationError: It inherits from itself; with the way round.
    """
    done: dict[str, None] = {}
    way: dict[str, Iterator[str]] = {name: iter(parents(name))}
    while way:
        last = next(reversed(way))
        parent = next(way[last], None)
        if parent is None:
            way.pop(last)
            done[last] = None
        elif parent in way:
            raise _cycle([*list(way)[list(way).index(parent) :], parent], where(last))
        elif parent not in done:
            way[parent] = iter(parents(parent))
    return list(done)


def _cycle(names: list[str], where: str) -> ConfigurationError:
    return ConfigurationError(
        f"{where}: the parameter set '{names[0]}' inherits from itself: {' -> '.join(names)}.",
        hint="Break the circle.",
    )
