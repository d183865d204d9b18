"""Checks of the catalog.

catalog.E001  a file of the catalog cannot be read
catalog.E002  an entry has no name, or one that another has
catalog.E003  an entry has a type that nobody defines, or whose package is missing
catalog.E004  an entry has fields that its type does not have, lacks some, or has wrong values
catalog.E005  an entry lies on a storage, at a URL or in a database that nobody defines
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from gluepy.checks import Error, Message, register
from gluepy.conf import default_settings
from gluepy.conf.secrets import mask
from gluepy.exceptions import GluepyError, TemplateError


@register()
def readable() -> Iterator[Message]:
    """Yield what keeps the files from making a catalog; nothing is read without them."""
    if not is_there():
        return
    from gluepy.catalog import catalog

    try:
        for problem in catalog.problems():
            yield _error(problem, "catalog.E002")
    except TemplateError as error:
        yield _error(error, "catalog.E001")


def is_there() -> bool:
    """Tell whether the project may have a catalog, importing and reading nothing."""
    if default_settings.CATALOG_PATH is not None:
        return True
    folder = os.path.join(default_settings.BASE_DIR, default_settings.CONFIG_PATH, "catalog")
    return os.path.isdir(folder)


@register(deep=True)
def sound() -> Iterator[Message]:
    """Yield what is wrong with each entry; its type is imported for that."""
    if not is_there():
        return
    from gluepy.catalog import catalog

    try:
        names = [] if catalog.problems() else [*catalog, *catalog.patterns]
    except TemplateError:
        return  # catalog.E001 says so
    for name in names:
        yield from _of_entry(name)


def _of_entry(name: str) -> Iterator[Message]:
    from gluepy.catalog import catalog
    from gluepy.catalog.fields import problems
    from gluepy.catalog.types import type_of
    from gluepy.utils.text import did_you_mean

    try:
        entry = catalog.entry_at(name)
        _ = entry.placeholders
    except GluepyError as error:
        yield _error(error, "catalog.E004")
        return
    try:
        cls = type_of(entry)
    except (GluepyError, ImportError) as error:
        yield _error(error, "catalog.E003")
        return
    for problem in problems(cls, name, entry.fields, entry.place, _is_open):
        yield _error(problem, "catalog.E004")
    for field in entry.secret:
        if field.partition(".")[0] not in entry.fields:
            hint = did_you_mean(field, entry.fields)
            yield _error(entry.error(f"has no '{field}' to keep secret", hint), "catalog.E004")
    yield from _place(name, entry.where, entry.fields)


def _place(name: str, where: str, fields: Mapping[str, Any]) -> Iterator[Message]:
    """Yield what is wrong with where an entry lies, as far as that is known by now."""
    from gluepy.catalog.urls import check_scheme, is_url
    from gluepy.files.storages import storages
    from gluepy.utils.text import did_you_mean

    said = {key: value for key, value in fields.items() if isinstance(value, str)}
    given = {key: value for key, value in said.items() if not _is_open(value)}
    about = f"The artifact '{name}' ({where})"
    alias = given.get("storage", "")
    if alias and not is_url(alias) and alias not in storages:
        problem = f"{about} lies on the storage '{alias}', which STORAGES lacks."
        yield Error(problem, hint=did_you_mean(alias, list(storages)), id="catalog.E005")
    alias = "" if "protocole" in fields else given.get("database", "")
    known = default_settings.DATABASES
    if alias and "://" not in alias and alias not in known:
        problem = f"{about} is in the database '{mask(alias)}', which DATABASES lacks."
        yield Error(problem, hint=did_you_mean(alias, known), id="catalog.E005")
    try:
        check_scheme(said.get("path", ""))
    except GluepyError as error:
        yield Error(f"{about}: {error.message}", hint=error.hint, id="catalog.E005")


def _is_open(value: object) -> bool:
    """Tell whether a value has placeholders, or parts of a pattern, and so is not known yet."""
    if isinstance(value, str):
        return "{" in value
    if isinstance(value, dict):
        return any(map(_is_open, value.values()))
    return isinstance(value, list) and any(map(_is_open, value))


def _error(error: Exception, number: str) -> Error:
    if isinstance(error, GluepyError):
        return Error(error.message, hint=error.hint, id=number)
    return Error(str(error), id=number)
