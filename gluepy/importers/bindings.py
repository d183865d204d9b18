"""What the names in code of statisfactory stand for: its own names, crafts, pipelines, sessions.

Names are taken as one across scopes: one that is bound to anything else as well stands for
nothing, so that code is rewritten only where its meaning is plain.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gluepy.modules.names import bound

LIBRARY = "statisfactory"
ACTIVE = ("get_session", "get_active_session")
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Names:
    """What the names in some trees stand for.

    Args:
        trees: Syntax trees that share their names: those of a module, or of a notebook.
        crafts: Module -> names of the crafts in it, of the whole project.
        module: Dotted name of the module, for relative imports.

    Attributes:
        aliases: Name -> what it is in statisfactory.
        libraries: Names of the library itself, or of a part of it.
        crafts: Names of crafts.
        sessions: Names of sessions.
        pipelines: Names of pipelines.
        bound: Every name that is bound to something.
    """

    def __init__(
        self,
        trees: Iterable[ast.Module],
        crafts: Mapping[str, set[str]] | None = None,
        module: str = "",
    ) -> None:
        trees = list(trees)
        self.aliases: dict[str, str] = {}
        self.libraries: set[str] = set()
        self.crafts: set[str] = set()
        self.sessions: set[str] = set()
        self.pipelines: set[str] = set()
        nodes: list[Any] = [node for tree in trees for node in ast.walk(tree)]
        for node in nodes:
            self._import(node, crafts or {}, module)
        self.crafts |= {node.name for node in nodes if self.is_craft_definition(node)}
        self.bound = bound(trees)
        values = _assigned(nodes)
        # A name that is bound to anything else as well is not called or added as a craft.
        self.crafts = {name for name in self.crafts if len(values.get(name, ())) < 2}
        # What is called like a session and is a parameter is taken for one that is handed on.
        taken = {name for node in nodes if isinstance(node, ast.arg) for name in [node.arg]}
        for name, all_ in values.items():
            known = [value for value in all_ if value is not None] if name in taken else all_
            if _each(known, self.is_session):
                self.sessions.add(name)
        while True:
            found = {name for name, all_ in values.items() if _each(all_, self.is_pipeline)}
            if found == self.pipelines:
                break
            self.pipelines = found

    def meaning(self, node: ast.AST | None) -> str | None:
        """Return which name of statisfactory an expression is, None if it is none."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id)
        if isinstance(node, ast.Attribute) and self._is_library(node.value):
            return node.attr
        return None

    def craft_decorator(self, node: ast.AST) -> ast.expr | None:
        """Return the decorator that makes a function a craft, None if it is no craft."""
        for decorator in node.decorator_list if isinstance(node, Function) else ():
            called = decorator.func if isinstance(decorator, ast.Call) else decorator
            if self.meaning(called) == "Craft":
                return decorator
        return None

    def is_craft_definition(self, node: ast.AST) -> bool:
        """Tell whether a node defines a craft."""
        return self.craft_decorator(node) is not None

    def is_session(self, node: ast.AST | None) -> bool:
        """Tell whether an expression is a session."""
        if isinstance(node, ast.Name):
            return node.id in self.sessions
        if not isinstance(node, ast.Call):
            return False
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr in ACTIVE:
            return self.meaning(called.value) == "Session"
        return self.meaning(called) == "Session"

    def is_craft(self, node: ast.AST) -> bool:
        """Tell whether an expression is a craft."""
        return isinstance(node, ast.Name) and node.id in self.crafts

    def is_pipeline(self, node: ast.AST | None) -> bool:
        """Tell whether an expression is a pipeline."""
        if isinstance(node, ast.Name):
            return node.id in self.pipelines
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            sides = (node.left, node.right)
            return any(self.is_pipeline(side) or self.is_craft(side) for side in sides)
        if isinstance(node, ast.Call):
            made = self.meaning(node.func) == "Pipeline"
            return made or (ast.unparse(node.func) == "sum" and any(map(self._holds, node.args)))
        return self.is_definition(node)

    def is_definition(self, node: ast.AST | None) -> bool:
        """Tell whether an expression is ``session.pipelines_definitions[…]``."""
        return isinstance(node, ast.Subscript) and self.is_part(node.value, "pipelines_definitions")

    def is_part(self, node: ast.AST, name: str) -> bool:
        """Tell whether an expression is ``session.name``."""
        is_named = isinstance(node, ast.Attribute) and node.attr == name
        return is_named and self.is_session(node.value)  # type: ignore[attr-defined]

    def _holds(self, node: ast.AST) -> bool:
        parts = node.elts if isinstance(node, ast.List | ast.Tuple) else [node]
        return any(self.is_pipeline(part) or self.is_craft(part) for part in parts)

    def _is_library(self, node: ast.AST) -> bool:
        top = node
        while isinstance(top, ast.Attribute):
            top = top.value
        return isinstance(top, ast.Name) and top.id in self.libraries

    def _import(self, node: ast.AST, crafts: Mapping[str, set[str]], module: str) -> None:
        if isinstance(node, ast.Import):
            found = (alias for alias in node.names if is_library(alias.name))
            self.libraries |= {alias.asname or LIBRARY for alias in found}
        elif isinstance(node, ast.ImportFrom):
            source = _absolute(node, module)
            for alias in node.names:
                if is_library(source):
                    self.aliases[alias.asname or alias.name] = alias.name
                elif alias.name in crafts.get(source, ()):
                    self.crafts.add(alias.asname or alias.name)


def is_library(module: str | None) -> bool:
    """Tell whether a dotted name is statisfactory, or a part of it."""
    return f"{module}.".startswith(f"{LIBRARY}.")


def _absolute(node: ast.ImportFrom, module: str) -> str:
    if not node.level:
        return node.module or ""
    package = module.split(".")[: -node.level]
    return ".".join([*package, *([node.module] if node.module else [])])


def _each(values: list[Any], test: Any) -> bool:
    return bool(values) and all(value is not None and test(value) for value in values)


def _assigned(nodes: list[ast.AST]) -> dict[str, list[ast.AST | None]]:
    """Return all that each name is bound to; None is something other than a plain value."""
    found: dict[str, list[ast.AST | None]] = {}
    for node in nodes:
        for name, value in _bindings(node):
            found.setdefault(name, []).append(value)
    return found


def _bindings(node: ast.AST) -> Iterator[tuple[str, ast.AST | None]]:
    if isinstance(node, ast.Assign):
        for target in node.targets:
            plain = isinstance(target, ast.Name)
            for name in _names(target):
                yield name, node.value if plain else None
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and isinstance(node.target, ast.Name):
        yield node.target.id, node.value
    elif isinstance(node, ast.For | ast.AsyncFor | ast.comprehension):
        yield from ((name, None) for name in _names(node.target))
    elif isinstance(node, ast.withitem) and node.optional_vars is not None:
        yield from ((name, None) for name in _names(node.optional_vars))
    elif isinstance(node, ast.arg):
        yield node.arg, None
    elif isinstance(node, Function | ast.ClassDef):
        yield node.name, None
    elif isinstance(node, ast.Import | ast.ImportFrom):
        yield from (((alias.asname or alias.name).partition(".")[0], None) for alias in node.names)


def _names(target: ast.AST) -> Iterator[str]:
    return (node.id for node in ast.walk(target) if isinstance(node, ast.Name))
