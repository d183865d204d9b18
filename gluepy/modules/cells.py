"""One notebook: reading it, and writing its tagged cells as the source of a module."""

from __future__ import annotations

import ast
import json
import re
import warnings
from typing import Any

from gluepy.exceptions import NotebookError
from gluepy.modules import names
from gluepy.utils.text import either

TAGS = frozenset({"task", "craft", "export"})
# What `%load_ext gluepy` puts into a notebook: name -> module. A compiled module imports it.
GIVEN = {
    "catalog": "gluepy.catalog",
    "data_manager": "gluepy.files.data",
    "default_context": "gluepy.conf",
    "default_settings": "gluepy.conf",
    "default_storage": "gluepy.files.storages",
    "run_dag": "gluepy.runs",
    "runs": "gluepy.runs",
}
FORMAT = 4
# Cell magics whose cell is Python all the same.
PYTHON_MAGICS = ("%%capture", "%%prun", "%%time", "%%timeit")
_MAGIC = re.compile(r"\s*([%!?]|[^=]*=\s*[%!]|[\w.*]+\?{1,2}\s*$)")
_FUTURE_HINT = "Write the imports from __future__ at the top of a cell."


class Cell:
    """One cell of a notebook.

    Attributes:
        number: Its place in the notebook, from 1.
        is_code: Whether it holds code.
        is_kept: Whether it bears one of the tags, in any case.
        source: What is written in it.
    """

    __slots__ = ("is_code", "is_kept", "number", "source")

    def __init__(self, number: int, data: dict[str, Any]) -> None:
        source = data.get("source", "")
        text = "".join(source) if isinstance(source, list) else str(source)
        tags = (data.get("metadata") or {}).get("tags") or []
        self.number = number
        self.is_code = data.get("cell_type") == "code"
        self.is_kept = any(str(tag).strip().lower() in TAGS for tag in tags)
        self.source = text.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


class Notebook:
    """A notebook and what its tagged cells become.

    Args:
        file: The file.
        shown: Its path as people know it, for errors.

    Raises:
        NotebookError: The file is no notebook, or one of another version or language.
    """

    def __init__(self, file: str, shown: str) -> None:
        self.shown = shown
        data = self._read(file)
        self.cells = [Cell(number, cell) for number, cell in enumerate(data["cells"], start=1)]
        self.kept = [cell for cell in self.cells if cell.is_kept and cell.source.strip()]
        language = ((data.get("metadata") or {}).get("language_info") or {}).get("name", "python")
        if self.kept and "python" not in str(language).lower():
            raise self._error(f"has tagged cells, but is written in {language}, not in Python.")

    def _read(self, file: str) -> dict[str, Any]:
        try:
            with open(file, encoding="utf-8-sig") as stream:
                data = json.load(stream)
        except ValueError as error:
            place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
            hint = "Save it again in Jupyter, or remove it."
            raise self._error(f"is no notebook: it is not JSON{place}.", hint) from error
        if not isinstance(data, dict) or not isinstance(data.get("nbformat"), int):
            raise self._error("is no notebook: it is JSON without 'nbformat'.")
        if data["nbformat"] != FORMAT:
            hint = "Open and save it in a current Jupyter." if data["nbformat"] < FORMAT else ""
            raise self._error(f"has the format {data['nbformat']}; gluepy reads {FORMAT}.", hint)
        cells = data.get("cells")
        if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
            raise self._error("is no notebook: it has no list of 'cells'.")
        return data

    def _error(self, what: str, hint: str = "") -> NotebookError:
        return NotebookError(f"'{self.shown}' {what}", hint=hint)

    def source(self) -> str:
        """Return the source of the module: the imports it needs, then the kept cells in order.

        Raises:
            NotebookError: A kept cell is no Python, or uses what only another cell defines.
        """
        kept = {cell.number: self._parsed(cell) for cell in self.kept if cell.is_code}
        rest = {c.number: _leniently(c.source) for c in self.cells if c.is_code and not c.is_kept}
        futures = _futures([*kept.values(), *rest.values()])
        imported = self._imported(kept, rest)
        texts = ["\n".join(ast.unparse(node) for node in part) for part in (futures, imported)]
        top = "\n\n".join(text for text in texts if text)
        cells = [_text(cell, kept.get(cell.number)) for cell in self.kept]
        source = "\n\n\n".join(part for part in (top, *cells) if part) + "\n"
        try:
            source.encode()
        except UnicodeEncodeError as error:
            raise self._error("has a character that no file can hold.") from error
        return source

    def _parsed(self, cell: Cell) -> ast.Module:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                tree = ast.parse(cell.source)
                compile(cell.source, self.shown, "exec", dont_inherit=True)
        except SyntaxError as error:
            raise self._syntax_error(cell, error) from error
        except ValueError as error:
            raise self._error(f"cannot be compiled: cell {cell.number}: {error}.") from error
        return tree

    def _syntax_error(self, cell: Cell, error: SyntaxError) -> NotebookError:
        number = error.lineno or 1
        line = _line(cell.source, number)
        where = f"{self.shown}, cell {cell.number}, line {number}"
        if _MAGIC.match(line):
            return NotebookError(
                f"{where}: '{line.strip()}' works in notebooks only, not in a module.",
                hint="Move it to a cell without the tag.",
            )
        hint = _FUTURE_HINT if names.FUTURE in str(error.msg) else ""
        return NotebookError(f"{where}: {error.msg}: '{line.strip()}'.", hint=hint)

    def _imported(self, kept: dict[int, ast.Module], rest: dict[int, ast.Module]) -> list[ast.stmt]:
        """Return the imports of other cells that the kept ones need, and those of GIVEN names."""
        candidates = [node for tree in rest.values() for node in names.imports(tree)]
        missing = _missing(kept)
        found = names.needed(candidates, missing)
        missing |= names.used(found)
        missing -= names.bound(kept.values()) | names.bound(found) | names.BUILTINS
        given = sorted(missing & GIVEN.keys() - names.bound(rest.values()))
        missing -= set(given)
        self._refuse_untagged(missing, kept, rest)
        stars = names.star_imports(candidates) if missing else []
        more = [ast.ImportFrom(GIVEN[name], [ast.alias(name)], 0) for name in given]
        return [*stars, *found, *more]

    def _refuse_untagged(
        self, missing: set[str], kept: dict[int, ast.Module], rest: dict[int, ast.Module]
    ) -> None:
        """Refuse names that the module would lack, as they are defined in a cell without tag."""
        for number, tree in rest.items():
            lacking = sorted(missing & names.bound_at_top(tree))
            if lacking:
                user = next(n for n, one in kept.items() if names.used([one]) & set(lacking))
                raise NotebookError(
                    f"{self.shown}, cell {user} needs {either(lacking)}, which cell {number} "
                    "defines, and that has no tag.",
                    hint=f"Tag cell {number} too, or define it in a cell that is tagged.",
                )


def _missing(kept: dict[int, ast.Module]) -> set[str]:
    """Return the names a cell uses that neither it nor a cell before it imports."""
    missing: set[str] = set()
    imported: set[str] = set()
    for tree in kept.values():
        own = [node for node in tree.body if isinstance(node, names.Import)]
        imported |= names.bound(own)
        missing |= names.used([tree]) - imported
    return missing


def _leniently(source: str) -> ast.Module:
    """Return the syntax tree of a cell, magics left out; empty if the rest is no Python."""
    if source.startswith("%%") and not source.startswith(PYTHON_MAGICS):
        return ast.Module([], [])
    lines = source.split("\n")
    while True:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                return ast.parse("\n".join(lines))
        except SyntaxError as error:
            number = (error.lineno or 1) - 1
            if number >= len(lines) or not _MAGIC.match(lines[number]):
                return ast.Module([], [])
            indent = len(lines[number]) - len(lines[number].lstrip())
            lines[number] = f"{lines[number][:indent]}pass"
        except ValueError:
            return ast.Module([], [])


def _futures(trees: list[ast.Module]) -> list[ast.stmt]:
    found = {
        alias.name: None
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and names.is_future(node)
        for alias in node.names
    }
    return [ast.ImportFrom(names.FUTURE, [ast.alias(name) for name in found], 0)] if found else []


def _text(cell: Cell, tree: ast.Module | None) -> str:
    """Return what a cell becomes: its code without future imports, or its text as comments."""
    lines = cell.source.split("\n")
    if tree is None:
        return "\n".join(f"# {line}".rstrip() for line in lines)
    for node in reversed(tree.body):
        if names.is_future(node):
            last = lines[(node.end_lineno or 1) - 1].encode()
            rest = last[node.end_col_offset :].decode().lstrip("; ")
            lines[node.lineno - 1 : node.end_lineno] = [rest] if rest else []
    return "\n".join(lines).strip("\n")


def _line(source: str, number: int) -> str:
    lines = source.split("\n")
    return lines[number - 1] if number <= len(lines) else ""
