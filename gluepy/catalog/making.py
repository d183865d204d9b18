"""From an entry and the values of its placeholders to a dataset."""

from __future__ import annotations

from typing import Any

from gluepy.catalog.base import Dataset
from gluepy.catalog.entries import Entry
from gluepy.catalog.interpolation import Values, Where, fill
from gluepy.catalog.secrecy import conceal
from gluepy.catalog.types import type_of


def make(
    entry: Entry, values: Values, run: str | None = None, element: int | None = None
) -> Dataset:
    """Return the dataset of an entry.

    Args:
        entry: What the catalog says.
        values: What its placeholders stand for.
        run: Run to read from.
        element: Which element of a mapped task it is.

    Raises:
        PlaceholderError: A placeholder has no value, or one that cannot be used.
        CatalogError: There is no such type, or a field is unknown, missing or wrong.
    """
    cls = type_of(entry)
    fields = filled(entry, cls, values)
    conceal(fields, entry.secret)
    return cls(entry.name, fields, entry.place, run, element)


def filled(entry: Entry, cls: type[Dataset], values: Values) -> dict[str, Any]:
    """Return the fields of an entry with the placeholders filled that its type fills."""
    return {
        field: value
        if field in cls.unfilled
        else fill(value, values, Where(entry.name, entry.place, field, field in cls.paths))
        for field, value in entry.fields.items()
    }
