"""The catalog: every artifact of the project by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from gluepy.catalog import access, entries, outline, patterns
from gluepy.catalog.entries import Entry, Place
from gluepy.catalog.outline import Part
from gluepy.catalog.patterns import Pattern
from gluepy.conf import default_settings
from gluepy.exceptions import CatalogError, UnknownArtifactError
from gluepy.utils.text import did_you_mean

if TYPE_CHECKING:
    from gluepy.catalog.base import Dataset, Preview
    from gluepy.context.templates import Document

Values = Mapping[str, Any] | Callable[[str], Any]
_REMEMBERED = 1024


class Catalog:
    """The artifacts that the files of the catalog name.

    Nothing is read before it is used for the first time, and of an entry nothing but its name
    before that one is.

    Args:
        documents: What the files hold; None reads those of the setting CATALOG_PATH.
    """

    def __init__(self, documents: Iterable[Document] | None = None) -> None:
        self._documents = documents
        self._index: _Index | None = None
        self._entries: dict[str, Entry] = {}

    # --- Data ------------------------------------------------------------------------------

    def load(self, name: str, /, *, run: str | None = None, **values: Any) -> Any:
        """Return the data of an artifact.

        Args:
            name: Its name.
            run: Run to read from: an id, a folder, or ``latest``; None is the current one, and
                outside a run what lies at the root, else the newest.
            values: What its placeholders stand for.

        Raises:
            UnknownArtifactError: The catalog does not name it; with close names.
            PlaceholderError: A placeholder has no value, or one that cannot be used.
            ArtifactNotFoundError: Nothing was saved yet.
            DatasetError: The data cannot be read.
        """
        return access.load(self.dataset(name, run=run, values=values))

    def save(self, name: str, data: Any, /, **values: Any) -> None:
        """Replace the data of an artifact, as a whole or not at all.

        Args:
            name: Its name.
            data: The data.
            values: What its placeholders stand for.

        Raises:
            UnknownArtifactError: The catalog does not name it; with close names.
            PlaceholderError: A placeholder has no value, or one that cannot be used.
            DatasetError: The data cannot be written.
        """
        access.save(self.dataset(name, values=values), data)

    def exists(self, name: str, /, *, run: str | None = None, **values: Any) -> bool:
        """Tell whether there is anything to load of an artifact that the catalog names."""
        return access.exists(self.dataset(name, run=run, values=values))

    def preview(
        self, name: str, /, rows: int = 5, *, run: str | None = None, **values: Any
    ) -> Preview:
        """Return columns, number of rows and first rows, without reading everything."""
        return access.preview(self.dataset(name, run=run, values=values), rows)

    def dataset(
        self,
        name: str,
        /,
        *,
        run: str | None = None,
        element: int | None = None,
        values: Values | None = None,
        **more: Any,
    ) -> Dataset:
        """Return an artifact, ready to be loaded and saved.

        Args:
            name: Its name.
            run: Run to read from.
            element: Which element of a mapped task it is.
            values: What its placeholders stand for: a mapping, or what returns the value of a
                name and raises LookupError.
            more: Further values; they come first.
        """
        from gluepy.catalog.making import make

        return make(self.entry(name), _over(more, values), run, element)

    # --- Entries ---------------------------------------------------------------------------

    def entry(self, name: str, /) -> Entry:
        """Return what the catalog says of an artifact, its placeholders not filled.

        Raises:
            UnknownArtifactError: It says nothing; with close names.
            CatalogError: What it says makes no sense.
        """
        entry = self._entries.get(name)
        if entry is None:
            entry = self._made(name)
            if len(self._entries) >= _REMEMBERED:
                self._entries.clear()
            self._entries[name] = entry
        return entry

    def describe(self, name: str, /) -> dict[str, Any]:
        """Return what the catalog says of an artifact, as plain data with secrets masked."""
        from gluepy.catalog.secrecy import shown

        entry = self.entry(name)
        return {
            "name": entry.name,
            "type": entry.type,
            "description": entry.description,
            "tags": list(entry.tags),
            "file": entry.file,
            "line": entry.line,
            "pattern": entry.pattern or None,
            "placeholders": sorted(entry.placeholders),
            "fields": shown(entry.fields, entry.secret),
        }

    def rows(self, tag: str | None = None, type: str | None = None) -> list[dict[str, Any]]:
        """Return name, type, tags, file and description of every entry, patterns included.

        Args:
            tag: Only of those that have it.
            type: Only of those of this type.

        Raises:
            CatalogError: An entry makes no sense.
        """
        found = map(self.entry_at, sorted([*self, *self.patterns]))
        return [
            {
                "name": entry.name,
                "type": entry.type,
                "tags": list(entry.tags),
                "file": entry.file,
                "description": entry.description,
            }
            for entry in found
            if tag in (None, *entry.tags) and type in (None, entry.type)
        ]

    @property
    def patterns(self) -> list[str]:
        """The patterns among the names, sorted."""
        return sorted(pattern.text for pattern in self._indexed().patterns)

    def place(self, name: str, /) -> Place | None:
        """Return where the entry of a name or of a pattern stands, None if there is none."""
        index = self._indexed()
        found = index.names.get(name)
        if found is not None:
            return found[0]
        return next((one.place for one in index.patterns if one.text == name), None)

    def entry_at(self, name: str, /) -> Entry:
        """Return what stands under a name or a pattern itself, with nothing filled in."""
        index = self._indexed()
        for pattern in index.patterns:
            if pattern.text == name:
                return Entry(name, pattern.said, pattern.place, pattern=name)
        return self.entry(name)

    def problems(self) -> list[CatalogError]:
        """Return what keeps the files from making a catalog: names missing or given twice."""
        return self._read().problems

    def reload(self) -> None:
        """Read the files again when the catalog is used next."""
        self._index = None
        self._entries.clear()

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str):
            return False
        index = self._indexed()
        return name in index.names or any(one.match(name) for one in index.patterns)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._indexed().names))

    def __len__(self) -> int:
        return len(self._indexed().names)

    def __bool__(self) -> bool:
        return True

    def __str__(self) -> str:
        return "".join(["Catalog entries :", *(f"\n\t- {name}" for name in self)])

    def __repr__(self) -> str:
        return f"<Catalog of {len(self)} artifacts>"

    def _made(self, name: str) -> Entry:
        index = self._indexed()
        found = index.names.get(name)
        if found is not None:
            return Entry(name, _said(found[1]), found[0])
        matched = patterns.best(index.patterns, name)
        if matched is None:
            known = [*index.names, *(one.text for one in index.patterns)]
            hint = "The catalog is empty: write its entries in configs/catalog/."
            raise UnknownArtifactError(
                f"The catalog has no artifact '{name}'.",
                hint=(did_you_mean(name, known) or "See: catalog ls") if known else hint,
            )
        pattern, groups = matched
        return pattern.entry(name, groups)

    def _indexed(self) -> _Index:
        """Return the names, if they make sense."""
        index = self._read()
        if index.problems:
            raise index.problems[0]
        return index

    def _read(self) -> _Index:
        index = self._index
        if index is None:
            index = _Index()
            if self._documents is None:
                _read_files(index)
            else:
                for document in self._documents:
                    index.add(entries.places(document))
            self._index = index
        return index


class _Index:
    """Names, and where their entries stand.

    Attributes:
        names: Name -> place of the entry and what it says.
        patterns: Entries for many names.
        problems: Names that are missing, no texts, or given twice.
    """

    __slots__ = ("names", "patterns", "problems")

    def __init__(self) -> None:
        self.names: dict[str, tuple[Place, Any]] = {}
        self.patterns: list[Pattern] = []
        self.problems: list[CatalogError] = []

    def add(self, found: Iterable[tuple[str, Place, Any]]) -> None:
        """Add the entries of a file."""
        try:
            for name, place, said in found:
                self._add(name, place, said)
        except CatalogError as error:
            self.problems.append(error)

    def _add(self, name: str, place: Place, said: Any) -> None:
        if patterns.is_pattern(name):
            taken = next((one.place for one in self.patterns if one.text == name), None)
            if taken is None:
                self.patterns.append(Pattern(name, place, _said(said)))
        else:
            first = self.names.setdefault(name, (place, said))[0]
            taken = None if first is place else first
        if taken is not None:
            self.problems.append(entries.duplicate(name, taken, place))


def _read_files(index: _Index) -> None:
    from gluepy.context import templates

    for template in templates.rendered(default_settings.CATALOG_PATH, "catalog"):
        parts = outline.parts(template)
        if parts is None:
            index.add(entries.places(template.document()))
        else:
            index.add((name, Place(part, 0), part) for name, part in parts)


def _said(said: Any) -> Any:
    """Return what an entry says, read now if it was not before."""
    return said.read() if isinstance(said, Part) else said


def _over(first: Mapping[str, Any], values: Values | None) -> Values:
    if values is None:
        return first
    if not first:
        return values
    if isinstance(values, Mapping):
        return {**values, **first}
    rest = values
    return lambda name: first[name] if name in first else rest(name)
