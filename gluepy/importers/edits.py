"""Changes of a text by the positions of its syntax tree; all else stays as it is."""

from __future__ import annotations

import ast
from bisect import bisect_right
from itertools import accumulate


class Edits:
    """Changes of one Python text, made all at once.

    Args:
        text: The text.
    """

    def __init__(self, text: str) -> None:
        self.source = text.encode()
        self._lines = self.source.splitlines(keepends=True)
        self._starts = [0, *accumulate(map(len, self._lines))]
        self._edits: list[tuple[int, int, bytes]] = []

    def start(self, node: ast.AST) -> int:
        """Return where a node begins."""
        return self.at(node.lineno, node.col_offset)  # type: ignore[attr-defined]

    def end(self, node: ast.AST) -> int:
        """Return where a node ends."""
        return self.at(node.end_lineno, node.end_col_offset)  # type: ignore[attr-defined]

    def at(self, line: int, column: int) -> int:
        """Return the offset of a line, from 1, and a column in bytes."""
        return self._starts[line - 1] + column

    def end_of_line(self, node: ast.stmt) -> int:
        """Return where the last line of a statement ends."""
        number = node.end_lineno or node.lineno
        return self._starts[number - 1] + len(self._lines[number - 1].rstrip(b"\r\n"))

    def between(self, start: int, end: int) -> str:
        """Return a part of the text."""
        return self.source[start:end].decode()

    def replace(self, start: int, end: int, text: str) -> None:
        """Put ``text`` in the place of a part."""
        self._edits.append((start, end, text.encode()))

    def indent(self, node: ast.stmt) -> str:
        """Return what stands before a statement on its line if that is blank, else nothing."""
        before = self._lines[node.lineno - 1][: node.col_offset].decode()
        return before if not before.strip() else ""

    def stands_alone(self, node: ast.stmt) -> bool:
        """Tell whether nothing but blanks and a comment stands on the lines of a statement."""
        before = self._lines[node.lineno - 1][: node.col_offset]
        after = self._lines[(node.end_lineno or node.lineno) - 1][node.end_col_offset :].strip()
        return not before.strip() and (not after or after.startswith(b"#"))

    def remove_lines(self, first: int, last: int) -> None:
        """Take whole lines out."""
        self.replace(self._starts[first - 1], self._starts[last], "")

    def dedent(self, first: int, last: int, by: int, kept: set[int]) -> None:
        """Move lines to the left, but for those in ``kept`` and those that cannot be moved."""
        for number in range(first, last + 1):
            line = self._lines[number - 1]
            if number not in kept and not line[:by].strip():
                start = self._starts[number - 1]
                width = min(by, len(line) - len(line.lstrip(b" \t")))
                self.replace(start, start + width, "")

    def applied(self) -> str:
        """Return the text with all changes; one within another that replaces it is left out."""
        pieces: list[bytes] = []
        done = 0
        for start, end, text in self._kept():
            pieces += [self.source[done:start], text]
            done = end
        return b"".join([*pieces, self.source[done:]]).decode()

    def line_after(self, line: int) -> int:
        """Return which line of the changed text a line of the old one is."""
        offset = self._starts[min(line, len(self._starts)) - 1]
        moved = sum(
            text.count(b"\n") - self.source[start:end].count(b"\n")
            for start, end, text in self._kept()
            if end <= offset
        )
        return max(1, bisect_right(self._starts, offset) + moved)

    def _kept(self) -> list[tuple[int, int, bytes]]:
        kept: list[tuple[int, int, bytes]] = []
        # What is put in comes before what is replaced at the same place, and outer before inner.
        for edit in sorted(self._edits, key=lambda one: (one[0], one[1] > one[0], -one[1])):
            if not kept or edit[0] >= kept[-1][1]:
                kept.append(edit)
        return kept
