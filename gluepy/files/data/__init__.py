"""Data managers: dataframes at paths, whatever engine the settings name."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from gluepy.conf.handlers import backend
from gluepy.files.data.base import BaseDataManager

if TYPE_CHECKING:
    from gluepy.files.data.arrow import ArrowDataManager
    from gluepy.files.data.pandas import PandasDataManager
    from gluepy.files.data.polars import PolarsDataManager

__all__ = [
    "ArrowDataManager",
    "BaseDataManager",
    "PandasDataManager",
    "PolarsDataManager",
    "data_manager",
]

_MANAGERS = {
    "ArrowDataManager": "gluepy.files.data.arrow",
    "PandasDataManager": "gluepy.files.data.pandas",
    "PolarsDataManager": "gluepy.files.data.polars",
}

data_manager: BaseDataManager = backend("DATA_BACKEND")


def __getattr__(name: str) -> Any:
    if name not in _MANAGERS:
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    return getattr(import_module(_MANAGERS[name]), name)


def __dir__() -> list[str]:
    return __all__
