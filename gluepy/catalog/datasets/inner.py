"""Artifacts inside of others: files of a folder, or the file an artifact is kept in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gluepy.catalog.base import FileDataset
from gluepy.catalog.places import Location
from gluepy.catalog.wording import artifact, sentence
from gluepy.exceptions import CatalogError


def type_of_inner(outer: FileDataset, of: Mapping[str, Any] | str) -> type[FileDataset]:
    """Return the class of the type that ``of`` names.

    Raises:
        CatalogError: It names none, or one whose artifacts do not lie in files.
    """
    from gluepy.catalog.datasets import find

    name = of if isinstance(of, str) else of.get("type")
    if not name:
        raise _wrong(outer, "has no type in `of`", "Write it like `of: {type: csv}`.")
    cls = find(str(name), outer.where)
    if not issubclass(cls, FileDataset):
        raise _wrong(
            outer, f"is made of '{name}', which does not lie in files", "Use one that does."
        )
    return cls


def placed(outer: FileDataset, of: Mapping[str, Any] | str, at: Location) -> FileDataset:
    """Return an artifact of the type that ``of`` names, at a place that is given.

    Raises:
        CatalogError: There is no such type, or a field of it is wrong.
    """
    cls = type_of_inner(outer, of)
    fields = {} if isinstance(of, str) else {k: v for k, v in of.items() if k != "type"}
    for field in ("path", "storage", "root", "versioned"):
        if field in fields:
            raise _wrong(
                outer, f"says '{field}' in `of`", f"Write `{field}` beside `of`, not inside."
            )
    inner = cls(outer.name, {**fields, "path": at.path}, outer.where)
    # Where it lies is settled, and not looked for again.
    vars(inner).update(
        source=lambda: _existing(at), target=lambda: at, exists=at.exists, location=lambda: str(at)
    )
    return inner


def _existing(at: Location) -> Location:
    at.storage.isfile(at.path)  # raises FileNotFoundError, with close names
    return at


def _wrong(outer: FileDataset, what: str, hint: str) -> CatalogError:
    return CatalogError(sentence(f"{artifact(outer.name, outer.where)} {what}"), hint=hint)
