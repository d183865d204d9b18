"""The framework's own source files, parsed once for the tests of their shape."""

from __future__ import annotations

import ast
import functools
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "gluepy"


@dataclass(frozen=True)
class Source:
    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        return self.path.relative_to(ROOT).as_posix()

    @property
    def lines(self) -> int:
        return len(self.text.splitlines())

    @property
    def is_contract(self) -> bool:
        """Whether this is a contract: tests that are shipped, for the backends of users."""
        return self.name.startswith("gluepy/test/contracts/")


@dataclass(frozen=True)
class Definition:
    source: Source
    name: str
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef

    @property
    def place(self) -> str:
        return f"{self.source.name}:{self.node.lineno} {self.name}"

    @property
    def lines(self) -> int:
        """Lines of the definition without its docstring and decorators."""
        end = self.node.end_lineno or self.node.lineno
        return end - self.node.lineno + 1 - _docstring_lines(self.node)

    @property
    def is_function(self) -> bool:
        return not isinstance(self.node, ast.ClassDef)

    @property
    def is_public(self) -> bool:
        parts = self.name.split(".")
        is_test = self.source.is_contract and parts[-1].startswith("test_")
        return not is_test and not any(part.startswith("_") for part in parts)


def _docstring_lines(node: ast.AST) -> int:
    first = node.body[0]
    if not (isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)):
        return 0
    return (first.end_lineno or first.lineno) - first.lineno + 1


@functools.cache
def sources() -> tuple[Source, ...]:
    texts = ((path, path.read_text()) for path in sorted(PACKAGE.rglob("*.py")))
    return tuple(Source(path, text, ast.parse(text)) for path, text in texts)


@functools.cache
def definitions() -> tuple[Definition, ...]:
    """Every class, function and method; functions inside functions count as their outer one."""
    return tuple(found for source in sources() for found in _walk(source, source.tree, prefix=""))


def _walk(source: Source, parent: ast.AST, prefix: str) -> list[Definition]:
    found: list[Definition] = []
    for node in ast.iter_child_nodes(parent):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.append(Definition(source, prefix + node.name, node))
        if isinstance(node, ast.ClassDef):
            found += _walk(source, node, f"{prefix}{node.name}.")
        elif isinstance(node, ast.If | ast.Try):
            found += _walk(source, node, prefix)
    return found


def functions() -> list[Definition]:
    return [found for found in definitions() if found.is_function]
