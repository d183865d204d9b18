"""Imports of statisfactory, and those that take their place."""

from __future__ import annotations

import ast
from collections.abc import Callable

MARKERS = ("Artifact", "Volatile")
# Name in gluepy -> the module it is imported from; empty is the package itself.
HOMES = {
    "gluepy": "",
    "catalog": "gluepy.catalog",
    "parameter_sets": "gluepy.catalog.parameters",
    "variables": "gluepy.context.variables",
    "DAG": "gluepy.exec",
    "DAG_REGISTRY": "gluepy.exec",
    "Artifact": "gluepy.exec",
    "Volatile": "gluepy.exec",
    "task": "gluepy.exec",
}
Place = ast.Import | ast.ImportFrom


class Import:
    """An import of statisfactory.

    Args:
        node: The statement.
        kept: Other modules that it imports.
        strange: Names that have no counterpart, and stay.
        markers: Artifact and Volatile, as they are imported.
        is_top: Whether it stands at the top of a module.
    """

    def __init__(
        self,
        node: Place,
        kept: list[ast.alias],
        strange: list[ast.alias],
        markers: list[ast.alias],
        is_top: bool,
    ) -> None:
        self.is_top = is_top
        self.node = node
        self._kept = kept
        self._strange = strange
        self._markers = markers

    def lines(self, needs: list[str], local: Callable[[str], str]) -> list[str]:
        """Return the imports that stand in its place.

        Args:
            needs: Names of gluepy that are needed.
            local: Returns what one is to be called.
        """
        lines = [f"import {', '.join(map(_written, self._kept))}"] if self._kept else []
        if self._strange and isinstance(self.node, ast.ImportFrom):
            names = ", ".join(map(_written, self._strange))
            lines.append(f"from {self.node.module} import {names}")
        return lines + self._lines(needs, local)

    def _lines(self, needs: list[str], local: Callable[[str], str]) -> list[str]:
        aliases = {a.name: a.asname for a in self._markers if a.asname and a.asname != a.name}
        modules: dict[str, list[str]] = {}
        for need in needs:
            name = aliases.get(need) or local(need)
            modules.setdefault(HOMES[need], []).append(
                need if name == need else f"{need} as {name}"
            )
        lines = ["import gluepy"] if "" in modules else []
        return lines + [
            f"from {module} import {', '.join(sorted(names, key=_order))}"
            for module, names in sorted(modules.items())
            if module
        ]


def _order(name: str) -> tuple[int, str]:
    """Sort names as import sorters do: constants, classes, all else."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


def _written(alias: ast.alias) -> str:
    return f"{alias.name} as {alias.asname}" if alias.asname else alias.name
