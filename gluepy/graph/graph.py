"""An immutable graph of names, in which every question has one answer, run after run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from heapq import heapify, heappop, heappush

from gluepy.exceptions import CycleError, GraphError
from gluepy.utils.text import did_you_mean, plural


class Graph:
    """Names, and for each the names it comes after.

    Args:
        parents: Name -> what must come before it. The order of the names decides wherever
            the edges leave a choice.

    Raises:
        GraphError: A name comes after one that is not in the graph.
        CycleError: A name comes, by whatever way, after itself; the message prints the way.
    """

    __slots__ = ("_children", "_order", "_parents")

    def __init__(self, parents: Mapping[str, Iterable[str]]) -> None:
        self._parents = {name: tuple(dict.fromkeys(before)) for name, before in parents.items()}
        self._children = _children_of(self._parents)
        self._order = _sorted(self._parents, self._children)

    def parents(self, name: str) -> tuple[str, ...]:
        """Return what comes directly before a name."""
        return self._parents[name]

    def children(self, name: str) -> tuple[str, ...]:
        """Return what comes directly after a name."""
        return self._children[name]

    @property
    def order(self) -> tuple[str, ...]:
        """Every name after all it depends on, otherwise as they were given."""
        return self._order

    def ancestors(self, *names: str) -> set[str]:
        """Return all that comes before any of ``names``, they themselves left out."""
        return _reached(names, self._parents) - set(names)

    def descendants(self, *names: str) -> set[str]:
        """Return all that comes after any of ``names``, they themselves left out."""
        return _reached(names, self._children) - set(names)

    def only(self, names: Iterable[str]) -> Graph:
        """Return the graph of some of the names; ways through the others stay as edges."""
        kept = set(names)
        if kept.issuperset(self._parents):
            return self
        before: dict[str, dict[str, None]] = {}
        for name in self._order:
            found: dict[str, None] = {}
            for parent in self._parents[name]:
                found.update({parent: None} if parent in kept else before[parent])
            before[name] = found
        return Graph({name: before[name] for name in self._parents if name in kept})

    def __iter__(self) -> Iterator[str]:
        return iter(self._parents)

    def __len__(self) -> int:
        return len(self._parents)

    def __contains__(self, name: object) -> bool:
        return name in self._parents

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Graph) and self._parents == other._parents

    __hash__ = object.__hash__

    def __repr__(self) -> str:
        edges = sum(map(len, self._parents.values()))
        return f"<Graph of {plural(len(self), 'name')} and {plural(edges, 'edge')}>"


def _children_of(parents: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    children: dict[str, list[str]] = {name: [] for name in parents}
    for name, before in parents.items():
        for parent in before:
            if parent not in children:
                raise GraphError(
                    f"'{name}' comes after '{parent}', which is not there.",
                    hint=did_you_mean(parent, parents),
                )
            children[parent].append(name)
    return {name: tuple(after) for name, after in children.items()}


def _sorted(
    parents: Mapping[str, tuple[str, ...]], children: Mapping[str, tuple[str, ...]]
) -> tuple[str, ...]:
    """Sort topologically (Kahn's algorithm), the smallest given position first."""
    names = list(parents)
    position = {name: index for index, name in enumerate(names)}
    missing = {name: len(before) for name, before in parents.items()}
    ready = [position[name] for name, count in missing.items() if not count]
    heapify(ready)
    order = []
    while ready:
        name = names[heappop(ready)]
        order.append(name)
        for child in children[name]:
            missing[child] -= 1
            if not missing[child]:
                heappush(ready, position[child])
    if len(order) < len(names):
        cycle = _cycle([name for name in names if missing[name]], parents)
        raise CycleError(cycle)
    return tuple(order)


def _cycle(suspects: list[str], parents: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return one cycle among names that could not be sorted, each before the next."""
    left = set(suspects)
    way: dict[str, None] = {}
    name = suspects[0]
    while name not in way:
        way[name] = None
        name = next(parent for parent in parents[name] if parent in left)
    names = list(way)
    cycle = names[names.index(name) :][::-1]
    start = min(range(len(cycle)), key=lambda index: suspects.index(cycle[index]))
    return [*cycle[start:], *cycle[:start]]


def _reached(names: Iterable[str], edges: Mapping[str, tuple[str, ...]]) -> set[str]:
    seen: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(edges[name])
    return seen
