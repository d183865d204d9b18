"""A picture of a graph as SVG, that stands by itself.

Each name is a box in the row below all it comes after: as many rows down as the longest way
to it has edges. An edge that skips rows keeps a place free in each, so no line runs through
a box; in each row what has its parents on the left stands on the left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from itertools import pairwise

from gluepy.graph.graph import Graph

# Pixels: of a character, a box, the room between rows and between boxes, and the edge of all.
_CHARACTER = 8
_HEIGHT = 36
_ROW = 48
_GAP = 24
_MARGIN = 12
# How wide the place is that a passing edge keeps.
_LANE = 8
_SWEEPS = 4
# With more places to keep than this, edges run straight to where they end.
_MOST_PLACES = 20_000

_STYLE = (
    ".gluepy-dag text{font:13px monospace;text-anchor:middle;"
    "dominant-baseline:central;fill:#1c2733}"
    ".gluepy-dag .note{font-size:10px;fill:#5b6b7b}"
    ".gluepy-dag rect{fill:#eef4fa;stroke:#5b7fa6}"
    ".gluepy-dag path{fill:none;stroke:#8a98a6}"
    ".gluepy-dag marker path{fill:#8a98a6;stroke:none}"
)
_ARROW = (
    '<marker id="gluepy-arrow" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="7" '
    'markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z"/></marker>'
)

# A name, or the place that the edge from a name to a name keeps in a row.
_Cell = str | tuple[str, str, int]


def svg(graph: Graph, notes: Mapping[str, str] | None = None, title: str = "") -> str:
    """Return the graph as an SVG document.

    Args:
        graph: What to draw.
        notes: What to write below a name.
        title: What the picture is called, for those who point at it or cannot see it.
    """
    layout = _Layout(graph, notes or {})
    width, height = layout.size()
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'viewBox="0 0 {width} {height}" role="img" class="gluepy-dag">',
        f"<title>{_text(title)}</title>",
        f"<style>{_STYLE}</style>",
        f"<defs>{_ARROW}</defs>",
        *(_line(parent, name, layout) for name in graph for parent in graph.parents(name)),
        *(_box(name, (notes or {}).get(name, ""), layout) for name in graph.order),
        "</svg>",
    ]
    return "\n".join(lines)


class _Layout:
    """Where everything is: the middle of each cell, by rows."""

    def __init__(self, graph: Graph, notes: Mapping[str, str]) -> None:
        self.row = _rows(graph)
        self._widths = {
            name: _CHARACTER * max(len(name), len(notes.get(name, ""))) + 2 * _MARGIN
            for name in graph
        }
        edges = [(parent, name) for name in graph.order for parent in graph.parents(name)]
        places = sum(self.row[name] - self.row[parent] - 1 for parent, name in edges)
        self._is_crowded = places > _MOST_PLACES
        self._cells: list[list[_Cell]] = [[] for _ in range(max(self.row.values(), default=-1) + 1)]
        self._above: dict[_Cell, list[_Cell]] = {}
        self._below: dict[_Cell, list[_Cell]] = {}
        self._fill(graph, edges)
        self._sort()
        self.x = self._placed()

    def width(self, cell: _Cell) -> int:
        """Return how wide a cell is."""
        return self._widths[cell] if isinstance(cell, str) else _LANE

    def size(self) -> tuple[int, int]:
        """Return width and height of the picture."""
        right = max((x + self.width(cell) // 2 for cell, x in self.x.items()), default=0)
        rows = len(self._cells)
        below = rows * _HEIGHT + max(0, rows - 1) * _ROW
        return right + _MARGIN, below + 2 * _MARGIN

    def top(self, row: int) -> int:
        """Return where a row begins."""
        return _MARGIN + row * (_HEIGHT + _ROW)

    def row_of(self, cell: _Cell) -> int:
        """Return the row a cell is in."""
        return self.row[cell] if isinstance(cell, str) else cell[2]

    def way(self, parent: str, name: str) -> list[_Cell]:
        """Return the cells an edge goes through, both ends included."""
        between = range(self.row[parent] + 1, self.row[name])
        places = () if self._is_crowded else [(parent, name, row) for row in between]
        return [parent, *places, name]

    def _fill(self, graph: Graph, edges: Sequence[tuple[str, str]]) -> None:
        """Put the cells into their rows, and note what each is joined to above and below."""
        ways = [self.way(*edge) for edge in edges]
        cells = [*graph.order, *(cell for way in ways for cell in way[1:-1])]
        for cell in cells:
            self._cells[self.row_of(cell)].append(cell)
            self._above[cell], self._below[cell] = [], []
        for way in ways:
            for upper, lower in pairwise(way):
                self._above[lower].append(upper)
                self._below[upper].append(lower)

    def _sort(self) -> None:
        """Order each row by the middle of what its cells are joined to, down and up in turn."""
        for sweep in range(_SWEEPS):
            rows = self._cells if sweep % 2 == 0 else self._cells[::-1]
            joined = self._above if sweep % 2 == 0 else self._below
            before: dict[_Cell, int] = {}
            for row in rows:
                middles = {
                    cell: _mean([before[one] for one in joined[cell] if one in before], index)
                    for index, cell in enumerate(row)
                }
                row.sort(key=middles.__getitem__)
                before = {cell: index for index, cell in enumerate(row)}

    def _placed(self) -> dict[_Cell, int]:
        """Return the middle of each cell: rows are laid out by themselves and centred."""
        lengths = [sum(self.width(cell) + _GAP for cell in row) - _GAP for row in self._cells]
        longest = max(lengths, default=0)
        placed: dict[_Cell, int] = {}
        for row, length in zip(self._cells, lengths, strict=True):
            x = _MARGIN + (longest - length) // 2
            for cell in row:
                placed[cell] = x + self.width(cell) // 2
                x += self.width(cell) + _GAP
        return placed


def _rows(graph: Graph) -> dict[str, int]:
    """Return how many edges the longest way to each name has."""
    rows: dict[str, int] = {}
    for name in graph.order:
        rows[name] = max((rows[parent] + 1 for parent in graph.parents(name)), default=0)
    return rows


def _mean(numbers: Sequence[int], otherwise: int) -> float:
    return sum(numbers) / len(numbers) if numbers else float(otherwise)


def _line(parent: str, name: str, layout: _Layout) -> str:
    """Draw an edge: a curve from row to row, straight through the rows it passes."""
    path: list[str] = []
    for upper, lower in pairwise(layout.way(parent, name)):
        start, end = layout.top(layout.row_of(upper)) + _HEIGHT, layout.top(layout.row_of(lower))
        half = (start + end) // 2
        path.append("V" if path else f"M{layout.x[upper]} ")
        path.append(f"{start}C{layout.x[upper]} {half} {layout.x[lower]} {half}")
        path.append(f" {layout.x[lower]} {end}")
    title = f"<title>{_text(parent)} → {_text(name)}</title>"
    return f'<path class="edge" d="{"".join(path)}" marker-end="url(#gluepy-arrow)">{title}</path>'


def _box(name: str, note: str, layout: _Layout) -> str:
    x, y, width = layout.x[name], layout.top(layout.row[name]), layout.width(name)
    middle = y + _HEIGHT // 2
    texts = f'<text x="{x}" y="{middle - 7 if note else middle}">{_text(name)}</text>'
    if note:
        texts += f'<text class="note" x="{x}" y="{middle + 9}">{_text(note)}</text>'
    rect = f'<rect x="{x - width // 2}" y="{y}" width="{width}" height="{_HEIGHT}" rx="5"/>'
    return f'<g class="task">{rect}{texts}</g>'


def _text(text: str) -> str:
    """Return text as XML may hold it, which has no control characters."""
    visible = "".join(one if one.isprintable() else "�" for one in text)
    return escape(visible, quote=True)
