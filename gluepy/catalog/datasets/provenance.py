"""Which libraries an object is made of, and their versions."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Mapping
from functools import cache
from typing import Any


def python_version() -> str:
    """Return ``3.11.9``."""
    return ".".join(map(str, sys.version_info[:3]))


def versions_in(data: Any) -> dict[str, str]:
    """Return the versions of the libraries whose classes and functions an object refers to."""
    finder = _Finder()
    finder.dump(data)
    found = {name: version_of(name) for name in sorted(finder.packages)}
    return {name: version for name, version in found.items() if version}


def version_of(package: str) -> str | None:
    """Return the version of an installed package by the name it is imported by."""
    from importlib import metadata

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        pass
    names = _distributions().get(package)
    return metadata.version(names[0]) if names else None


@cache
def _distributions() -> Mapping[str, list[str]]:
    from importlib import metadata

    return metadata.packages_distributions()


class _Nowhere:
    def write(self, data: Any) -> int:
        return len(data)


class _Finder(pickle.Pickler):
    """Pickles to nowhere, and notes what it comes by."""

    def __init__(self) -> None:
        super().__init__(_Nowhere(), protocol=5, buffer_callback=lambda _: None)
        self.packages: set[str] = set()

    def reducer_override(self, obj: Any) -> Any:
        """Note where a class or function, or the class of an object, is from."""
        for one in (obj, type(obj)):
            module = getattr(one, "__module__", None)
            package = str(module or "").partition(".")[0]
            if package and package not in sys.stdlib_module_names:
                self.packages.add(package)
        return NotImplemented
