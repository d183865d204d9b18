"""Importing what INSTALLED_MODULES names.

A module is a package, or a single Python file. For a package the submodules ``tasks``,
``dags``, ``commands``, ``checks`` and ``signals`` are imported if they are there; importing
them is what registers classes and connects receivers. An entry that is absent is the
settings' fault and named with close names; one that is there but cannot be imported is its
author's, and its error comes out whole.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gluepy.exceptions import ModuleLoadError
from gluepy.utils.loading import import_if_present
from gluepy.utils.text import close_names, either

SUBMODULES = ("tasks", "dags", "commands", "checks", "signals")


class Modules:
    """The installed modules of this process, in the order of INSTALLED_MODULES."""

    def __init__(self) -> None:
        self._loaded: list[str] = []

    def populate(self, names: Iterable[str]) -> None:
        """Import every module in ``names`` that is not loaded yet.

        Raises:
            ModuleLoadError: A name is no text, stands there twice, or names nothing.
        """
        if isinstance(names, str):
            raise ModuleLoadError(
                f"INSTALLED_MODULES is the text '{names}', not a list of module names.",
                hint=f'Write INSTALLED_MODULES = ["{names}"].',
            )
        seen: set[str] = set()
        for name in names:
            self._refuse(name, seen)
            seen.add(name)
            if name not in self._loaded:
                self._load(name)
                self._loaded.append(name)

    def _refuse(self, name: object, seen: set[str]) -> None:
        if not isinstance(name, str) or not name:
            raise ModuleLoadError(
                f"INSTALLED_MODULES has the entry {name!r}, which is not a module name."
            )
        if name in seen:
            raise ModuleLoadError(
                f"INSTALLED_MODULES has '{name}' twice.", hint="Remove one of them."
            )

    def _load(self, name: str) -> None:
        module = import_if_present(name)
        if module is None:
            raise _absent(name)
        if hasattr(module, "__path__"):
            for submodule in SUBMODULES:
                import_if_present(f"{name}.{submodule}")

    def __iter__(self) -> Iterator[str]:
        return iter(self._loaded)

    def __contains__(self, name: object) -> bool:
        return name in self._loaded

    def __len__(self) -> int:
        return len(self._loaded)


def _absent(name: str) -> ModuleLoadError:
    close = close_names(name, _importable_beside(name))
    return ModuleLoadError(
        f"INSTALLED_MODULES names '{name}', but there is no such module.",
        hint=f"Did you mean {either(close)}?"
        if close
        else f"Make it with: python manage.py startmodule {name}",
    )


def _importable_beside(name: str) -> list[str]:
    """Return names of modules that could have been meant by ``name``."""
    import pkgutil

    package, _, _ = name.rpartition(".")
    parent = import_if_present(package) if package else None
    path = getattr(parent, "__path__", None) if package else None
    prefix = f"{package}." if package else ""
    if package and path is None:
        return []
    return [prefix + module.name for module in pkgutil.iter_modules(path)]


modules = Modules()
