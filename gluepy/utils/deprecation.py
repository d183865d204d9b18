"""Renamed dotted paths: what projects written for gluepy 1.6 name keeps working.

Two things need the table: dotted paths in settings (``current_path``), and imports of
modules that moved (a finder that is asked last, so a real module always wins). Both warn
with a class named by the version that will remove the old name. Finder and loader have no
base class, as importing ``importlib.abc`` alone takes a tenth of a cold start.
"""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any, cast


class RemovedInGluepy3Warning(DeprecationWarning):
    """Something still works in gluepy 2 and will be gone in gluepy 3."""


RENAMED_MODULES = {
    "gluepy.conf.context": "gluepy.context.manager",
    "gluepy.ops.backend": "gluepy.ops.logging",
    "gluepy.utils.dict": "gluepy.utils.mapping",
}


def current_path(dotted_path: str) -> str:
    """Return today's name of a dotted path; an old one warns."""
    module, dot, name = dotted_path.rpartition(".")
    if module not in RENAMED_MODULES:
        return dotted_path
    new = f"{RENAMED_MODULES[module]}{dot}{name}"
    _warn(dotted_path, new)
    return new


def _warn(old: str, new: str) -> None:
    warnings.warn(f"'{old}' is now '{new}'.", RemovedInGluepy3Warning, stacklevel=3)


class _RenamedModule:
    """Loader that answers the import of an old name with the module of the new one."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        _warn(spec.name, RENAMED_MODULES[spec.name])
        module = import_module(RENAMED_MODULES[spec.name])
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own spec back; it was executed under its own name."""
        module.__spec__ = self._spec


class _RenamedFinder:
    """Finder of the modules in RENAMED_MODULES."""

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if name not in RENAMED_MODULES:
            return None
        return ModuleSpec(name, cast("Any", _RenamedModule()))


def install() -> None:
    """Let renamed modules be imported by their old names; calling it twice is once."""
    if not any(isinstance(finder, _RenamedFinder) for finder in sys.meta_path):
        sys.meta_path.append(cast("Any", _RenamedFinder()))
