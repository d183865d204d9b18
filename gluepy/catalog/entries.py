"""Entries: what the files of the catalog say, looked at as late as possible.

A file holds a list of entries, each with a ``name``, or a mapping from names to entries. Beside
``name``, ``type``, ``description``, ``tags`` and ``secret`` everything is a field of the type;
what stands under ``extra`` counts as if it stood beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from gluepy.catalog.interpolation import names
from gluepy.catalog.wording import artifact, sentence
from gluepy.exceptions import CatalogError, PlaceholderError

if TYPE_CHECKING:
    from gluepy.context.templates import Document

OPTIONS = ("load_options", "save_options")
_ABOUT = ("name", "type", "description", "tags", "secret", "extra")


class File(Protocol):
    """What tells the line of an entry."""

    @property
    def file(self) -> str:
        """Its path, as people know it."""

    def line_of(self, *keys: str | int) -> int:
        """Return the line where an entry begins."""


class Place:
    """File and line of an entry; the line is looked for when somebody asks.

    Args:
        document: The file.
        key: Where in it the entry stands: its index or its name.
    """

    __slots__ = ("document", "key")

    def __init__(self, document: File, key: str | int) -> None:
        self.document = document
        self.key = key

    @property
    def file(self) -> str:
        """The file, as people know it."""
        return self.document.file

    @property
    def line(self) -> int:
        """The line where the entry begins."""
        return self.document.line_of(self.key)

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}"

    def __bool__(self) -> bool:
        return True


class Entry:
    """What the catalog says of one artifact.

    Attributes:
        name: Its name.
        type: Name of its type.
        fields: The fields of the type, placeholders not filled.
        description: What it is, for people.
        tags: Words to find it by.
        secret: Names of the fields that are not shown.
        place: Where it stands.
        pattern: The pattern it was made from, empty if it has an entry of its own.
    """

    def __init__(self, name: str, value: Any, place: Place, pattern: str = "") -> None:
        self.name = name
        self.place = place
        self.pattern = pattern
        given = self._mapping(value)
        self.type = self._text(given, "type")
        if not self.type:
            raise self.error("lacks the field 'type'", "Add: type: csv, or another type.")
        self.description = self._text(given, "description")
        self.tags = self._texts(given, "tags")
        self.secret = self._texts(given, "secret")
        self.fields = self._fields(given)

    @property
    def file(self) -> str:
        """The file it stands in."""
        return self.place.file

    @property
    def line(self) -> int:
        """The line of the file where it begins."""
        return self.place.line

    @property
    def where(self) -> str:
        """File and line."""
        return str(self.place)

    @cached_property
    def placeholders(self) -> set[str]:
        """The variables that must be given to use it.

        Raises:
            PlaceholderError: A placeholder cannot be read.
        """
        found: set[str] = set()
        for field, value in self.fields.items():
            if field not in OPTIONS:
                found |= self._names(field, value)
        return found

    def _names(self, field: str, value: Any) -> set[str]:
        try:
            return names(value)
        except PlaceholderError as error:
            about = f"the field '{field}' of {artifact(self.name, self.place)}: {error.message}"
            raise PlaceholderError(sentence(about), hint=error.hint) from None

    def error(self, problem: str, hint: str = "") -> CatalogError:
        """Return an error that names the entry."""
        return CatalogError(sentence(f"{artifact(self.name, self.place)} {problem}"), hint=hint)

    def _mapping(self, value: Any) -> Mapping[str, Any]:
        if not isinstance(value, Mapping):
            raise self.error(
                f"is {value!r}, no mapping" if value is not None else "is empty",
                "Write its fields below it, such as: type: csv.",
            )
        return value

    def _text(self, given: Mapping[str, Any], field: str) -> str:
        value = given.get(field)
        if value is not None and not isinstance(value, str):
            raise self.error(f"has the {field} {value!r}", "It takes a text.")
        return (value or "").strip()

    def _texts(self, given: Mapping[str, Any], field: str) -> tuple[str, ...]:
        value = given.get(field) or ()
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list | tuple) or not all(isinstance(one, str) for one in listed):
            raise self.error(f"has {field}: {value!r}", f"Write it like {field}: [a, b].")
        return tuple(listed)

    def _fields(self, given: Mapping[str, Any]) -> dict[str, Any]:
        fields = {key: value for key, value in given.items() if key not in _ABOUT}
        extra = given.get("extra")
        if extra is None:
            return fields
        if not isinstance(extra, Mapping):
            raise self.error(f"has extra: {extra!r}", "It takes a mapping of fields.")
        for key, value in extra.items():
            if key in fields or key in _ABOUT:
                where = "is not one of the type's" if key in _ABOUT else "stands beside it, too"
                raise self.error(f"has the field '{key}' under 'extra', but it {where}")
            fields[key] = value
        return fields

    def __repr__(self) -> str:
        return f"<Entry {self.name}: {self.type}>"


def places(document: Document) -> Iterator[tuple[str, Place, Any]]:
    """Yield the name, the place and what is said of each entry of a file.

    Raises:
        CatalogError: An entry has no name.
    """
    value = document.value
    if isinstance(value, Mapping):
        for key, said in value.items():
            yield key, Place(document, key), said
        return
    for index, said in enumerate(value or ()):
        name: Any = said.get("name") if type(said) is dict else None
        place = Place(document, index)
        if type(name) is not str or not name:
            name = _named(said, place)
            _check_name(name, place)
        yield name, place, said


def _named(said: Any, place: Place) -> Any:
    if not isinstance(said, Mapping):
        raise CatalogError(
            f"{place}: the entry is {said!r}, no mapping.", hint="Write - name: … and its fields."
        )
    if "name" not in said:
        raise CatalogError(f"{place}: the entry has no name.", hint="Add: name: …")
    return said["name"]


def _check_name(name: Any, place: Place) -> None:
    if not isinstance(name, str) or not name.strip():
        raise CatalogError(
            f"{place}: the name of an artifact is {name!r}.", hint="It takes a text, in quotes."
        )


def duplicate(name: str, first: Place, second: Place) -> CatalogError:
    """Return the error about two entries of one name."""
    return CatalogError(
        f"The artifact '{name}' stands in the catalog twice: {first}, and {second}.",
        hint="Give one of them another name.",
    )
