"""The types of artifacts that come with gluepy, each imported when it is used."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gluepy.catalog.base import Dataset

_TYPES = {
    "binary": ("binary:Binary",),
    "csv": ("csv:Csv",),
    "excel": ("excel:Excel", "xlsx", "xslx"),
    "feather": ("feather:Feather", "arrow"),
    "image": ("image:Image",),
    "incremental": ("incremental:Incremental",),
    "joblib": ("pickle:Joblib",),
    "json": ("json:Json",),
    "jsonl": ("json:JsonLines",),
    "memory": ("memory:Memory",),
    "model": ("model:Model",),
    "odbc": ("odbc:Odbc",),
    "parquet": ("parquet:Parquet",),
    "partitioned": ("partitioned:Partitioned",),
    "pickle": ("pickle:Pickle",),
    "plot": ("plot:Plot",),
    "report": ("report:Report", "datapane"),
    "sql_query": ("query:Query", "query"),
    "sql_table": ("table:Table", "table"),
    "text": ("text:Text",),
    "tsv": ("csv:Tsv",),
    "yaml": ("yaml:Yaml",),
}

# Name of a type, or another name of it -> "module:Class".
TYPES: dict[str, str] = {
    name: f"{__name__}.{home}"
    for first, (home, *others) in _TYPES.items()
    for name in (first, *others)
}


def find(type_name: str, where: object = "") -> type[Dataset]:
    """Return the class of a type: one of gluepy's, or of those that are registered.

    Args:
        type_name: What the entry says.
        where: File and line of the entry.

    Raises:
        CatalogError: There is no such type; with close names.
    """
    home = TYPES.get(type_name)
    if home is not None:
        module, _, name = home.partition(":")
        found: type[Dataset] = getattr(import_module(module), name)
        return found
    from gluepy.catalog.base import REGISTRY

    known = REGISTRY.get(type_name)
    if known is None:
        raise _unknown(type_name, where)
    return known


def _unknown(type_name: str, where: object) -> Exception:
    from gluepy.catalog.base import REGISTRY
    from gluepy.exceptions import CatalogError
    from gluepy.utils.text import did_you_mean

    known = {*TYPES, *REGISTRY}
    prefix = f"{where}: there" if where else "There"
    return CatalogError(
        f"{prefix} is no type '{type_name}' of artifacts.",
        hint=did_you_mean(type_name, known) or f"Known: {', '.join(sorted(known))}.",
    )
