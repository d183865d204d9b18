"""Python code of statisfactory, written anew where it names statisfactory and nowhere else.

Code is changed by the positions of its syntax tree, so formatting and comments stay. What has
no counterpart, or whose meaning is not plain, is left as it is and noted: it fails when it is
imported or run, and never does something else silently.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from gluepy.importers.bindings import Names
from gluepy.importers.notes import Note
from gluepy.importers.rewriting import Rewriter

# What a piece of code is: a module, a cell that becomes a part of one, any other cell.
MODULE, TAGGED, CELL = "module", "tagged", "cell"


class Converted:
    """Code after its conversion.

    Attributes:
        text: The code.
        notes: What is left to do by hand; lines are those of the text.
    """

    def __init__(self, text: str, notes: list[Note]) -> None:
        self.text = text
        self.notes = notes


class Code:
    """Code that shares its names: a module, or the cells of a notebook.

    Args:
        pieces: Kind and text of each piece, in order.
        module: Dotted name of the module that it is, or becomes.
    """

    def __init__(self, pieces: Iterable[tuple[str, str]], module: str) -> None:
        self.module = module
        self.pieces = [_Piece(kind, text) for kind, text in pieces]

    @property
    def trees(self) -> list[ast.Module]:
        """The syntax trees of the pieces that are Python."""
        return [piece.tree for piece in self.pieces if piece.tree is not None]

    def crafts(self) -> list[str]:
        """Return the names of the crafts that the module has, each as often as it has it."""
        names = Names(self.trees)
        kept = (piece.tree for piece in self.pieces if piece.kind != CELL and piece.tree)
        nodes: list[Any] = [node for tree in kept for node in ast.walk(tree)]
        return [node.name for node in nodes if names.is_craft_definition(node)]

    def convert(
        self, crafts: Mapping[str, set[str]] | None = None, twice: Iterable[str] = ()
    ) -> list[Converted]:
        """Return the pieces converted.

        Args:
            crafts: Module -> names of the crafts in it, of the whole project.
            twice: Names of crafts that stand in several modules, and need labels of their own.
        """
        names = Names(self.trees, crafts, self.module)
        labels = {name: f"{self.module}.{name}" for name in twice}
        rewriters = [
            None
            if piece.tree is None
            else Rewriter(piece.tree, piece.text, names, labels, piece.kind)
            for piece in self.pieces
        ]
        working = [rewriter for rewriter in rewriters if rewriter is not None]
        for rewriter in working:
            rewriter.rewrite()
        needs = {need for rewriter in working for need in rewriter.needs}
        _give_imports(working, needs)
        return [
            Converted(piece.text, piece.notes)
            if rewriter is None
            else Converted(rewriter.text(), rewriter.notes())
            for piece, rewriter in zip(self.pieces, rewriters, strict=True)
        ]


class _Piece:
    """A piece of code, and its tree if it is Python that names statisfactory."""

    def __init__(self, kind: str, text: str) -> None:
        self.kind = kind
        self.text = text
        self.tree: ast.Module | None = None
        self.notes: list[Note] = []
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                self.tree = ast.parse(text if kind == MODULE else _without_magics(text))
        except (SyntaxError, ValueError) as error:
            if "statisfactory" in text or "@Craft" in text:
                line = getattr(error, "lineno", None) or 1
                what = f"this is no Python: {getattr(error, 'msg', error)}"
                self.notes.append(Note(line, what, "It was copied as it is; convert it by hand."))


def _give_imports(rewriters: list[Rewriter], needs: set[str]) -> None:
    """Let the first import at the top bring all that is needed; else each import in a function."""
    every = [(rewriter, one) for rewriter in rewriters for one in rewriter.imports]
    top = [one for _, one in every if one.is_top]
    for rewriter, one in every:
        is_first = one is top[0] if top else True
        rewriter.give(one, sorted(needs) if is_first else [])


def _without_magics(text: str) -> str:
    """Return the code of a cell with its magics as comments, nothing moved."""
    lines = text.split("\n")
    if lines[0].startswith("%%"):
        lines[0] = f"#{lines[0][1:]}"
    for at, line in enumerate(lines):
        bare = line.lstrip()
        if bare.startswith(("%", "!")):
            blanks = line[: len(line) - len(bare)]
            lines[at] = f"{blanks}#{bare[1:]}" if not blanks else f"{blanks}0{' ' * len(bare[1:])}"
    return "\n".join(lines)
