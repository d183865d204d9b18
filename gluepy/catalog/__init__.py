"""The catalog: data named once, in YAML, and loaded and saved by name.

``catalog.load(name, **values)`` and ``catalog.save(name, data, **values)`` are what projects
use; ``Dataset`` and ``FileDataset`` are what types of their own derive from.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gluepy.conf.handlers import reset_on
from gluepy.utils.functional import LazyProxy

if TYPE_CHECKING:
    from gluepy.catalog.artifacts import Catalog
    from gluepy.catalog.base import Dataset, FileDataset, Preview

__all__ = ["Catalog", "Dataset", "FileDataset", "Preview", "catalog"]

_HOMES = {
    "Catalog": "gluepy.catalog.artifacts",
    "Dataset": "gluepy.catalog.base",
    "FileDataset": "gluepy.catalog.base",
    "Preview": "gluepy.catalog.base",
}


def _make() -> Any:
    from gluepy.catalog.artifacts import Catalog

    return Catalog()


_proxy = LazyProxy(_make)
reset_on(_proxy._reset, "*")
catalog: Catalog = _proxy  # type: ignore[assignment]


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(home), name)
