"""Artifacts of a run: loaded and saved by the catalog if it names them.

One that it does not name is kept in the run folder by the type of its value; so is one that
the caller of the run gives, which never overwrites what the catalog knows. A mapped task
stores one element each, and they are loaded as a list.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gluepy.conf.secrets import mask
from gluepy.context.current import current
from gluepy.context.document import lookup
from gluepy.context.yaml import dump, load_value
from gluepy.exceptions import CatalogError, ContextError
from gluepy.runs import undeclared

if TYPE_CHECKING:
    from gluepy.catalog import Catalog

# Section of the context with the names of the inputs that the caller of the run gives.
GIVEN = "gluepy.given"

Values = Mapping[str, Any]


def is_declared(name: str) -> bool:
    """Tell whether the catalog, and not the caller of the run, says where an artifact lies."""
    return name in _catalog() and lookup(current(), *f"{GIVEN}.{name}".split(".")) is None


def placeholders(name: str) -> set[str]:
    """Return the names of the placeholders of an artifact."""
    catalog = _catalog()
    return set(catalog.entry(name).placeholders) if name in catalog else set()


def is_placeholder(name: str) -> bool:
    """Tell whether any artifact of the catalog has such a placeholder; reads all of it."""
    catalog = _catalog()
    with suppress(CatalogError):
        return any(name in catalog.entry(one).placeholders for one in catalog)
    return True  # nobody can tell


def save(name: str, value: Any, values: Values | None = None, element: int | None = None) -> None:
    """Store a value of the current run.

    Args:
        name: Name of the artifact.
        value: The value.
        values: What its placeholders are filled with.
        element: Which element of a mapped task it is.

    Raises:
        ArtifactError: The value cannot be pickled.
        CatalogError: The catalog's entry makes no sense, or the value does not fit it.
    """
    if is_declared(name):
        _access().save(_dataset(name, values, element), value)
    else:
        undeclared.save(name if element is None else f"{name}/{element}", value)


def load(name: str, values: Values | None = None) -> Any:
    """Return an artifact of the current run.

    Raises:
        ArtifactError: Neither the run nor the catalog has one of that name.
        FileNotFoundError: The catalog has it, but nothing was saved yet.
    """
    if is_declared(name):
        return _access().load(_dataset(name, values))
    return undeclared.load(name)


def exists(name: str, values: Values | None = None) -> bool:
    """Tell whether the current run has an artifact, or can read it from elsewhere."""
    if is_declared(name):
        exists: bool = _access().exists(_dataset(name, values))
        return exists
    return undeclared.find(name) is not None


def location(name: str, values: Values | None = None) -> str:
    """Return where an artifact of the catalog lies, for people."""
    return mask(_dataset(name, values).location())


def home(name: str, values: Values | None = None) -> str:
    """Return where an artifact of the catalog is if no run made it, and its entry, for people."""
    from gluepy.catalog import FileDataset, places

    dataset = _dataset(name, values)
    is_file = isinstance(dataset, FileDataset)
    where = places.home_of(dataset) if is_file else dataset.location()
    return f"{mask(str(where))} ({dataset.where})"


def target(name: str, values: Values | None = None) -> str | None:
    """Return the file or folder that saving an artifact replaces, None if the catalog names none.

    Raises:
        CatalogError: A placeholder has no value, or a field makes no sense.
    """
    if not is_declared(name):
        return None
    from gluepy.catalog import FileDataset

    dataset = _dataset(name, values)
    return dataset.target().name if isinstance(dataset, FileDataset) else None


def trim(name: str, count: int, values: Values | None = None) -> None:
    """Make the list that the elements of a mapped task are exactly ``count`` long."""
    if not is_declared(name):
        undeclared.trim(name, count)
        return
    from gluepy.catalog import places

    places.trim(_dataset(name, values), count)


def noted(values: Values) -> dict[str, Any]:
    """Return values of placeholders as the manifest holds them: as they are, or as YAML."""
    return {
        name: value if undeclared.is_plain(value) and not isinstance(value, dict) else _yaml(value)
        for name, value in values.items()
    }


def remembered(values: Values) -> dict[str, Any]:
    """Return values of placeholders from what the manifest holds."""
    return {
        name: load_value(value["yaml"], name)["value"] if isinstance(value, dict) else value
        for name, value in values.items()
    }


def _yaml(value: Any) -> dict[str, str]:
    try:
        return {"yaml": dump({"value": value})}
    except ContextError:
        return {"yaml": dump({"value": str(value)})}


def _dataset(name: str, values: Values | None, element: int | None = None) -> Any:
    return _catalog().dataset(name, values=values, element=element)


def _access() -> Any:
    from gluepy.catalog import access

    return access


def _catalog() -> Catalog:
    from gluepy.catalog import catalog

    return catalog
