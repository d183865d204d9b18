"""Selections: which part of a graph somebody means.

``name`` is the name alone, ``+name`` with all that comes before it, ``name+`` with all that
comes after it, ``+name+`` both.
"""

from __future__ import annotations

from collections.abc import Iterable

from gluepy.exceptions import GraphError
from gluepy.graph.graph import Graph
from gluepy.utils.text import did_you_mean


def select(
    graph: Graph,
    only: Iterable[str] = (),
    start: str | None = None,
    end: str | None = None,
) -> set[str]:
    """Return the selected names.

    Args:
        graph: What to select from.
        only: Names with or without ``+``; what any of them means is selected. Without any,
            everything is.
        start: Leave out what does not come after this name, or is it.
        end: Leave out what does not come before this name, or is it.

    Raises:
        GraphError: A name is not in the graph; with close names.
    """
    wanted = list(only)
    chosen = set(graph) if not wanted else set[str]()
    for expression in wanted:
        chosen |= _meant(graph, expression)
    if start is not None:
        chosen &= {_known(graph, start)} | graph.descendants(start)
    if end is not None:
        chosen &= {_known(graph, end)} | graph.ancestors(end)
    return chosen


def _meant(graph: Graph, expression: str) -> set[str]:
    name = _known(graph, expression.removeprefix("+").removesuffix("+"))
    chosen = {name}
    if expression.startswith("+"):
        chosen |= graph.ancestors(name)
    if expression.endswith("+"):
        chosen |= graph.descendants(name)
    return chosen


def _known(graph: Graph, name: str) -> str:
    if name not in graph:
        raise GraphError(f"There is no task '{name}' here.", hint=did_you_mean(name, graph))
    return name
