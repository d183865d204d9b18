"""Pictures of a graph: as text, for Mermaid, for Graphviz."""

from __future__ import annotations

from collections.abc import Mapping

from gluepy.graph.graph import Graph


def ascii(graph: Graph, notes: Mapping[str, str] | None = None) -> str:
    """Return the graph as lines of text.

    Each name stands after all it depends on. Left of it run the lanes of the names above
    whose successors are still to come, as ``git log --graph`` draws them.

    Args:
        graph: What to draw.
        notes: What to write behind a name.
    """
    lanes: list[str | None] = []
    lines = []
    waiting = {name: set(graph.children(name)) for name in graph}
    for name in graph.order:
        parents = [parent for parent in lanes if parent in graph.parents(name)]
        column = _column(lanes)
        lines.append(_row(lanes, column, name, parents, (notes or {}).get(name, "")))
        for parent in graph.parents(name):
            waiting[parent].discard(name)
        lanes = [lane if lane and waiting[lane] else None for lane in lanes]
        column = _column(lanes) if column < len(lanes) and lanes[column] else column
        if waiting[name]:
            lanes += [None] * (column + 1 - len(lanes))
            lanes[column] = name
        while lanes and lanes[-1] is None:
            lanes.pop()
    return "\n".join(lines)


def _column(lanes: list[str | None]) -> int:
    return lanes.index(None) if None in lanes else len(lanes)


def _row(
    lanes: list[str | None], column: int, name: str, parents: list[str], note: str
) -> str:
    width = max(column + 1, len(lanes))
    cells = []
    for index in range(width):
        lane = lanes[index] if index < len(lanes) else None
        cells.append("o" if index == column else "|" if lane else " ")
    after = f"  <- {', '.join(str(parent) for parent in parents)}" if parents else ""
    return f"{' '.join(cells)}  {name}{f'  ({note})' if note else ''}{after}".rstrip()


def mermaid(graph: Graph, notes: Mapping[str, str] | None = None) -> str:
    """Return the graph as a Mermaid flowchart."""
    ids = {name: f"n{index}" for index, name in enumerate(graph)}
    lines = ["flowchart TD"]
    for name in graph:
        note = (notes or {}).get(name, "")
        text = f"{name}<br/>{note}" if note else name
        lines.append(f'    {ids[name]}["{text.replace(chr(34), "&quot;")}"]')
    lines += [
        f"    {ids[parent]} --> {ids[name]}" for name in graph for parent in graph.parents(name)
    ]
    return "\n".join(lines)


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
