"""Fields: what an entry says, checked against the annotations of its type.

A value is taken as it is if it fits, or turned into what is asked for if nothing is lost by
it: ``"3"`` and ``3.0`` are an int, ``"yes"`` is a bool, ``3`` is a float; a number is no text.
An annotation may also be a dataclass or a model of pydantic, made from a mapping.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, get_origin, get_type_hints

from gluepy.catalog.values import Mismatch, converted
from gluepy.catalog.wording import artifact, sentence
from gluepy.conf.secrets import mask_named
from gluepy.exceptions import CatalogError
from gluepy.utils.text import did_you_mean

# What every entry may have beside the fields of its type, and what datasets are told.
RESERVED = frozenset(
    ("name", "type", "description", "tags", "secret", "extra", "where", "run", "element")
)
_SHOWN = 80


class Field:
    """A field of a type.

    Attributes:
        name: Its name.
        hint: Its annotation.
        default: What it is if the entry says nothing.
        is_required: Whether the entry must say it.
    """

    __slots__ = ("default", "hint", "is_required", "name")

    def __init__(self, name: str, hint: Any, owner: type) -> None:
        self.name = name
        self.hint = hint
        self.is_required = not hasattr(owner, name)
        self.default = getattr(owner, name, None)


def fields_of(cls: type) -> dict[str, Field]:
    """Return the fields of a type, own and inherited, by name.

    Raises:
        CatalogError: An annotation cannot be resolved, or takes a name that is in use.
    """
    known: dict[str, Field] | None = cls.__dict__.get("_fields")
    if known is None:
        known = {
            name: Field(name, hint, cls)
            for name, hint in _hints(cls).items()
            if get_origin(hint) is not ClassVar and hint is not ClassVar and name[:1] != "_"
        }
        for name in RESERVED.intersection(known):
            raise CatalogError(
                f"The dataset type {cls.__qualname__} has a field '{name}', a name in use.",
                hint="Give the field another name.",
            )
        cls._fields = known  # type: ignore[attr-defined]
    return known


def _hints(cls: type) -> dict[str, Any]:
    try:
        return get_type_hints(cls)
    except (NameError, TypeError, SyntaxError) as error:
        raise CatalogError(
            f"The annotations of the dataset type {cls.__qualname__} cannot be read: {error}.",
            hint="Import what they name at the top of its module, not under TYPE_CHECKING.",
        ) from error


def validated(cls: type, name: str, given: Mapping[str, Any], where: object = "") -> dict[str, Any]:
    """Return all fields of a type with what an entry gives, or their defaults.

    Args:
        cls: The type.
        name: Name of the artifact.
        given: What the entry says.
        where: File and line of the entry.

    Raises:
        CatalogError: A field is missing or unknown, or its value is of another type.
    """
    for error in problems(cls, name, given, where):
        raise error
    return {
        field.name: converted(given[field.name], field.hint)
        if field.name in given
        else copied(field.default)
        for field in fields_of(cls).values()
    }


def problems(
    cls: type, name: str, given: Mapping[str, Any], where: object = "", unknown: Any = None
) -> Iterator[CatalogError]:
    """Yield everything that is wrong with what an entry gives.

    Args:
        cls: The type.
        name: Name of the artifact.
        given: What the entry says.
        where: File and line of the entry.
        unknown: Tells of a value that it is not known yet, so that its type is not looked at.
    """
    fields = fields_of(cls)
    for key in given:
        if key not in fields:
            about = artifact(name, where)
            hint = did_you_mean(str(key), fields) or f"It has: {', '.join(sorted(fields))}."
            yield CatalogError(sentence(f"{about} has an unknown field '{key}'"), hint=hint)
    for field in fields.values():
        if field.name not in given:
            if field.is_required:
                message = f"{artifact(name, where)} lacks the field '{field.name}'"
                yield CatalogError(sentence(message), hint=f"Add: {field.name}: …")
        elif unknown is None or not unknown(given[field.name]):
            yield from _mismatch(name, where, field, given[field.name])


def _mismatch(name: str, where: object, field: Field, value: Any) -> Iterator[CatalogError]:
    try:
        converted(value, field.hint)
    except Mismatch as error:
        shown = repr(mask_named(field.name, error.value))
        shown = shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"
        message = f"the field '{field.name}{error.at}' of {artifact(name, where)} is {shown}"
        yield CatalogError(sentence(message), hint=f"It takes {error.wanted}.{error.hint}")


def copied(value: Any) -> Any:
    """Return a copy of plain data, so that a default is never shared."""
    if type(value) is list:
        return [copied(item) for item in value]
    if type(value) is dict:
        return {key: copied(item) for key, item in value.items()}
    return set(value) if type(value) is set else value
