"""Questions about names, asked of syntax trees: what code binds, what it uses, what it imports."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterable, Iterator

BUILTINS = frozenset(dir(builtins))
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
Import = ast.Import | ast.ImportFrom
FUTURE = "__future__"
STAR = "*"


def used(trees: Iterable[ast.AST]) -> set[str]:
    """Return the names that code reads, those in quoted annotations too."""
    found: set[str] = set()
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Store):
                found.add(node.id)
            for annotation in _annotations(node):
                found |= _quoted(annotation)
    return found


def _annotations(node: ast.AST) -> Iterator[ast.AST]:
    for field in ("annotation", "returns"):
        value = getattr(node, field, None)
        if isinstance(value, ast.AST):
            yield value


def _quoted(annotation: ast.AST) -> set[str]:
    """Return the names in the texts of an annotation, such as ``"pd.DataFrame | None"``."""
    found: set[str] = set()
    for node in ast.walk(annotation):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            try:
                found |= used([ast.parse(node.value, mode="eval")])
            except (SyntaxError, ValueError):
                continue
    return found


def bound(trees: Iterable[ast.AST]) -> set[str]:
    """Return the names that code binds, in whatever scope."""
    return {name for tree in trees for node in ast.walk(tree) for name in _binds(node)}


def bound_at_top(tree: ast.Module) -> set[str]:
    """Return the names that code binds outside functions and classes."""
    found: set[str] = set()
    waiting: list[ast.AST] = list(tree.body)
    while waiting:
        node = waiting.pop()
        found.update(_binds(node))
        if not isinstance(node, (*Definition.__args__, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))
    return found


def _binds(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif isinstance(node, Definition):
        yield node.name
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest
    elif isinstance(node, Import):
        yield from map(bound_by, node.names)


def bound_by(alias: ast.alias) -> str:
    """Return the name an import binds: ``import a.b`` binds ``a``."""
    return alias.asname or alias.name.partition(".")[0]


def is_future(node: ast.AST) -> bool:
    """Tell whether a statement is a ``from __future__ import``."""
    return isinstance(node, ast.ImportFrom) and node.module == FUTURE


def imports(tree: ast.Module) -> list[ast.stmt]:
    """Return the top statements of code that only import.

    Those are imports, and ``try`` and ``if TYPE_CHECKING`` with imports and plain values alone.
    """
    return [node for node in tree.body if _only_imports(node) and not is_future(node)]


def _only_imports(node: ast.stmt) -> bool:
    if isinstance(node, Import):
        return True
    if isinstance(node, ast.Try):
        handled = [part for handler in node.handlers for part in handler.body]
        return _are_imports([*node.body, *handled, *node.orelse, *node.finalbody])
    if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
        return _are_imports([*node.body, *node.orelse])
    return False


def _are_imports(body: list[ast.stmt]) -> bool:
    plain = (ast.Pass, ast.Import, ast.ImportFrom)
    return any(isinstance(node, Import) for node in body) and all(
        isinstance(node, plain) or (isinstance(node, ast.Assign) and _is_plain(node.value))
        for node in body
    )


def _is_plain(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant | ast.Name)


def needed(candidates: list[ast.stmt], wanted: set[str]) -> list[ast.stmt]:
    """Return those imports that bind wanted names, each cut down to these names.

    What the kept ``try`` and ``if`` statements use is wanted as well. Star imports are left out.
    """
    wanted = set(wanted)
    while True:
        kept = [part for part in (_cut(node, wanted) for node in candidates) if part is not None]
        more = used(kept) - wanted
        if not more:
            return kept
        wanted |= more


def _cut(node: ast.stmt, wanted: set[str]) -> ast.stmt | None:
    if not isinstance(node, Import):
        return node if bound([node]) & wanted else None
    names = [alias for alias in node.names if bound_by(alias) in wanted]
    if not names:
        return None
    if isinstance(node, ast.Import):
        return ast.Import(names)
    return ast.ImportFrom(node.module, names, node.level)


def star_imports(candidates: Iterable[ast.stmt]) -> list[ast.stmt]:
    """Return the imports of which only running them tells what they bind."""
    return [
        node
        for node in candidates
        if isinstance(node, ast.ImportFrom) and node.names[0].name == STAR
    ]
