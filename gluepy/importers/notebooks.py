"""Notebooks of statisfactory: the code of their cells converted, all else as it was."""

from __future__ import annotations

import json
from typing import Any

from gluepy.importers.notes import Note
from gluepy.importers.sources import CELL, TAGGED, Code
from gluepy.modules.cells import TAGS

_INDENT = 1  # as Jupyter writes notebooks


class Notebook:
    """A notebook.

    Args:
        text: What its file holds.
        module: Dotted name of the module that it becomes.

    Attributes:
        code: The code of its cells.
        notes: What is wrong with it.
    """

    def __init__(self, text: str, module: str) -> None:
        self.text = text
        self.notes: list[Note] = []
        self._data: Any = None
        self._cells: list[tuple[int, dict[str, Any]]] = []
        try:
            self._data = json.loads(text)
            cells = enumerate(self._data["cells"], start=1)
            self._cells = [(at, cell) for at, cell in cells if cell.get("cell_type") == "code"]
        except (ValueError, LookupError, TypeError, AttributeError):
            self.notes.append(Note(0, "this is no notebook", "It was copied as it is."))
        pieces = [(TAGGED if _is_kept(cell) else CELL, _source(cell)) for _, cell in self._cells]
        self.code = Code(pieces, module)

    def convert(self, crafts: dict[str, set[str]], twice: set[str]) -> tuple[str, list[Note]]:
        """Return the notebook with its code converted, and what is left to do by hand."""
        notes = list(self.notes)
        is_changed = False
        for (number, cell), done in zip(self._cells, self.code.convert(crafts, twice), strict=True):
            notes += [
                Note(0, f"cell {number}, line {note.line}: {note.what}", note.hint)
                for note in done.notes
            ]
            if done.text != _source(cell):
                is_changed = True
                is_list = isinstance(cell.get("source"), list)
                cell["source"] = done.text.splitlines(keepends=True) if is_list else done.text
        if not is_changed:
            return self.text, notes
        return f"{json.dumps(self._data, indent=_INDENT, ensure_ascii=False)}\n", notes


def _is_kept(cell: dict[str, Any]) -> bool:
    tags = (cell.get("metadata") or {}).get("tags") or []
    return any(str(tag).strip().lower() in TAGS for tag in tags)


def _source(cell: dict[str, Any]) -> str:
    source = cell.get("source", "")
    return "".join(source) if isinstance(source, list) else str(source)
