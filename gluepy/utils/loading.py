"""Import things by dotted path."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType
from typing import Any

from gluepy.utils.functional import LazyProxy, SingletonMixin
from gluepy.utils.text import did_you_mean

__all__ = ["LazyProxy", "SingletonMixin", "import_if_present", "import_string"]


def import_string(dotted_path: str) -> Any:
    """Return what ``package.module.name`` names.

    Raises:
        ImportError: The path has no dot, its module does not exist, or the module has no
            such name; the message gives close names. An error inside an existing module is
            raised as it is.
    """
    module_path, _, name = dotted_path.rpartition(".")
    if not module_path:
        raise ImportError(f"'{dotted_path}' is not a dotted path like 'package.module.Name'.")
    # Not sys.modules: while another thread imports it, the module is there without its names.
    module = import_module(module_path)
    try:
        return getattr(module, name)
    except AttributeError:
        names = [other for other in dir(module) if not other.startswith("_")]
        raise ImportError(
            f"The module '{module_path}' has no '{name}'. {did_you_mean(name, names)}".strip()
        ) from None


def import_if_present(dotted_path: str) -> ModuleType | None:
    """Import a module, or return None if there is no such module.

    Absent and broken are told apart by what could not be found: only when it is the very
    module asked for, or a package it would lie in, is it absent. An import that fails inside
    the module is its author's, and comes out whole.
    """
    try:
        return import_module(dotted_path)
    except ModuleNotFoundError as error:
        if f"{dotted_path}.".startswith(f"{error.name}."):
            return None
        raise
