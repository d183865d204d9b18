"""Pictures of a graph: as text, for Mermaid, for Graphviz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gluepy.graph.graph import Graph


def ascii(graph: Graph, notes: Mapping[str, str] | None = None) -> str:
    """Return the graph as lines of text, much as ``git log --graph`` draws one.

    Each name has a line with an ``o``, below all it comes after. A lane runs down from it
    until the last name that comes after it; ``+`` is where a lane meets the line's name, by
    the dashes beside it, and a ``|`` among dashes is a lane that only passes::

        o    raw
        +-o  clean
        o |  features
        o-+  train

    Args:
        graph: What to draw.
        notes: What to write behind a name.
    """
    rows = _rows(graph)
    width = max((len(cells) for cells, _ in rows), default=0)
    lines = []
    for cells, name in rows:
        note = (notes or {}).get(name, "")
        text = f"{cells.ljust(width)}  {name}{f'  ({note})' if note else ''}"
        lines.append(text.rstrip() if name else "")
    return "\n".join(lines)


def _rows(graph: Graph) -> list[tuple[str, str]]:
    """Return the cells left of each name; a row without a name parts what is unconnected."""
    lanes = _Lanes()
    left = {name: len(graph.children(name)) for name in graph}
    rows: list[tuple[str, str]] = []
    for name in graph.order:
        parents = graph.parents(name)
        for parent in parents:
            left[parent] -= 1
        if rows and lanes.is_empty:
            rows.append(("", ""))
            lanes = _Lanes()
        rows.append((lanes.row(name, parents, left), name))
    return rows


class _Lanes:
    """The columns of a drawing, and the name whose lane runs down each."""

    def __init__(self) -> None:
        self._names: list[str | None] = []
        # Columns something stands in just above: a name there would seem connected to it.
        self._above: set[int] = set()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is to be continued."""
        return all(lane is None for lane in self._names)

    def row(self, name: str, parents: Sequence[str], left: Mapping[str, int]) -> str:
        """Draw a name, and let the lanes end that have no one left to meet."""
        joined = [index for index, lane in enumerate(self._names) if lane in parents]
        ending = [index for index in joined if not left[str(self._names[index])]]
        column = ending[0] if ending else self._free()
        self._names += [None] * (column + 1 - len(self._names))
        self._names[column] = name
        cells = self._cells(column, [index for index in joined if index != column])
        self._above = {index for index, lane in enumerate(self._names) if lane is not None}
        for index in ending:
            if index != column:
                self._names[index] = None
        if not left[name]:
            self._names[column] = None
        return cells

    def _free(self) -> int:
        for index, lane in enumerate(self._names):
            if lane is None and index not in self._above:
                return index
        return len(self._names)

    def _cells(self, column: int, joined: list[int]) -> str:
        first, last = min([column, *joined]), max([column, *joined])
        cells = []
        for index, lane in enumerate(self._names):
            inside = first <= index < last
            empty = "-" if first < index < last else " "
            if index == column:
                cell = "o"
            elif index in joined:
                cell = "+"
            else:
                cell = empty if lane is None else "|"
            cells.append(cell + ("-" if inside else " "))
        return "".join(cells).rstrip()


def mermaid(graph: Graph, notes: Mapping[str, str] | None = None) -> str:
    """Return the graph as a Mermaid flowchart."""
    ids = {name: f"n{index}" for index, name in enumerate(graph)}
    lines = ["flowchart TD"]
    for name in graph:
        note = (notes or {}).get(name, "")
        text = f"{_escaped(name)}<br/>{_escaped(note)}" if note else _escaped(name)
        lines.append(f'    {ids[name]}["{text}"]')
    lines += [
        f"    {ids[parent]} --> {ids[name]}" for name in graph for parent in graph.parents(name)
    ]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    from html import escape

    # Mermaid reads "#35;" as a character by its number.
    return escape(text.replace("#", "#35;"), quote=True)


def dot(graph: Graph, notes: Mapping[str, str] | None = None) -> str:
    """Return the graph in Graphviz' language."""
    lines = ["digraph {", "    node [shape=box];"]
    for name in graph:
        note = (notes or {}).get(name, "")
        label = f"{_quoted(name)[1:-1]}\\n{_quoted(note)[1:-1]}" if note else _quoted(name)[1:-1]
        lines.append(f'    {_quoted(name)} [label="{label}"];')
    lines += [
        f"    {_quoted(parent)} -> {_quoted(name)};"
        for name in graph
        for parent in graph.parents(name)
    ]
    return "\n".join([*lines, "}"])


def to_dict(graph: Graph, notes: Mapping[str, str] | None = None) -> dict[str, object]:
    """Return the graph as plain data, for JSON."""
    return {
        "nodes": [{"name": name, "note": (notes or {}).get(name, "")} for name in graph.order],
        "edges": [
            {"from": parent, "to": name} for name in graph.order for parent in graph.parents(name)
        ],
    }


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
