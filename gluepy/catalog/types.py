"""From the name of a type to its class: gluepy's own, the project's, those of installed modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gluepy.catalog.base import REGISTRY, Dataset
from gluepy.conf import default_settings
from gluepy.utils.loading import import_if_present

if TYPE_CHECKING:
    from gluepy.catalog.entries import Entry

SUBMODULE = "datasets"


def type_of(entry: Entry) -> type[Dataset]:
    """Return the class of an entry's type.

    A type that is not known yet may stand in the file ``datasets.py`` of an installed module.

    Raises:
        CatalogError: There is no such type; with close names.
    """
    known = REGISTRY.get(entry.type)
    if known is not None:
        return known
    from gluepy.catalog.datasets import TYPES, find

    if entry.type not in TYPES:
        for name in default_settings.INSTALLED_MODULES:
            import_if_present(f"{name}.{SUBMODULE}")
    is_known = entry.type in TYPES or entry.type in REGISTRY
    found: type[Dataset] = find(entry.type, "" if is_known else entry.where)
    return found
