"""Datasets: how the data of one kind of artifact are loaded and saved.

A type of its own is a subclass; naming it registers it::

    class Shapes(FileDataset):
        type = "shapes"
        layer: int = 0

        def load(self) -> Any:
            with self.source().reading() as file:
                return read_shapes(file, layer=self.layer)

        def save(self, data: Any) -> None:
            with self.target().writing() as file:
                write_shapes(file, data)

Annotated attributes are the fields an entry of the catalog may have; their values are checked
against the annotation, and one without a default must be given. ``gluepy.test.contracts`` has
the tests that a type must pass.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import copy
from typing import Any, ClassVar, Self

from gluepy.catalog import places
from gluepy.catalog.fields import validated
from gluepy.catalog.places import Location
from gluepy.utils.registry import Registry
from gluepy.utils.text import table

REGISTRY: Registry[type[Dataset]] = Registry("dataset type")


class Preview:
    """What ``catalog preview`` shows of an artifact.

    Attributes:
        columns: Column -> type, as the engine names it; empty if there are none.
        rows: Number of rows, None if it cannot be told without reading everything.
        head: The first rows or lines, as texts by column, or one text.
        is_estimated: Whether ``rows`` is only about right.
    """

    def __init__(
        self,
        columns: Mapping[str, str] | None = None,
        rows: int | None = None,
        head: list[dict[str, Any]] | str = "",
        is_estimated: bool = False,
    ) -> None:
        self.columns = dict(columns or {})
        self.rows = rows
        self.head = head
        self.is_estimated = is_estimated

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain data, for ``--json``."""
        return dict(vars(self))

    def __str__(self) -> str:
        head = self.head
        if not isinstance(head, str):
            head = table([list(row.values()) for row in head], list(head[0])) if head else ""
        columns = table(list(self.columns.items()), ("column", "type")) if self.columns else ""
        about = "about " if self.is_estimated else ""
        count = "" if self.rows is None else f"{about}{self.rows:,} rows"
        return "\n\n".join(part.rstrip("\n") for part in (columns, head, count) if part)

    __repr__ = __str__  # what a notebook shows


class Dataset:
    """One artifact, ready to be loaded and saved.

    Args:
        name: Its name in the catalog.
        fields: What its entry says, placeholders filled.
        where: File and line of the entry, for errors; a text, or what ``str()`` makes one.
        run: Run to read from: an id, a folder, ``latest``; None is the current one.
        element: Which element of a mapped task this is.

    Attributes:
        type: Name, or names, of the type in the catalog.
        unfilled: Fields whose ``!{…}`` stay as they are; those of all others are filled.
        paths: Fields that are paths, which the values of placeholders must not lead out of.
        supports_elements: Whether a mapped task may write its elements here.

    Raises:
        CatalogError: A field is missing, unknown, or has a value of another type.
    """

    type: ClassVar[str | tuple[str, ...]] = ""
    supports_elements: ClassVar[bool] = False
    unfilled: ClassVar[tuple[str, ...]] = ("load_options", "save_options")
    paths: ClassVar[tuple[str, ...]] = ()

    load_options: dict[str, Any] = {}
    save_options: dict[str, Any] = {}

    def __init_subclass__(cls, register: bool = True, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        own = cls.__dict__.get("type", ())
        for name in (own,) if isinstance(own, str) else own:
            if register and name:
                REGISTRY.register(name, cls)

    def __init__(
        self,
        name: str,
        fields: Mapping[str, Any],
        where: object = "",
        run: str | None = None,
        element: int | None = None,
    ) -> None:
        self.name = name
        self.where = where
        self.run = run
        self.element = element
        for field, value in validated(type(self), name, fields, where).items():
            setattr(self, field, value)

    def load(self) -> Any:
        """Return the data.

        Raises:
            FileNotFoundError: Nothing was saved yet.
            DatasetError: The data cannot be read.
        """
        raise NotImplementedError

    def save(self, data: Any) -> None:
        """Replace what is there by ``data``, as a whole or not at all.

        Raises:
            DatasetError: The data cannot be written.
        """
        raise NotImplementedError

    def exists(self) -> bool:
        """Tell whether there is anything to load."""
        raise NotImplementedError

    def remove(self) -> None:
        """Remove what was saved, if anything was."""

    def preview(self, rows: int = 5) -> Preview:
        """Return what can be shown without reading everything."""
        return Preview(head=repr(self.load())[:2000])

    def location(self) -> str:
        """Return where the data lie, for people; secrets are masked by who shows it."""
        return ""

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"


class FileDataset(Dataset):
    """An artifact that lies at a path of a storage: a file, or a folder.

    Fields of every such artifact:
        path: Relative path or URL.
        root: Whether a relative path starts at the root of the storage, not at the run folder.
        storage: Alias of a storage in STORAGES.
        versioned: Whether each run's data are kept.
    """

    supports_elements = True
    paths = ("path",)

    path: str
    root: bool = False
    storage: str | None = None
    versioned: bool = False

    _target: Location | None = None

    def source(self) -> Location:
        """Return where the data are read from.

        Raises:
            FileNotFoundError: Nothing is there.
        """
        return places.source_of(self)

    def target(self) -> Location:
        """Return where the data are written to; of one dataset it is always the same place."""
        if self._target is None:
            self._target = places.target_of(self)
        return self._target

    def of_element(self, number: int) -> Self:
        """Return the dataset of one element that a mapped task writes, or wrote, here."""
        one = copy(self)
        one.element = number
        one._target = None
        return one

    def exists(self) -> bool:
        """Tell whether there is anything to load."""
        return places.find(self) is not None

    def remove(self) -> None:
        """Remove what was saved, if anything was."""
        found = places.find(self)
        if found is not None:
            found.storage.rm(found.path, recursive=True)

    def location(self) -> str:
        """Return where the data lie, or will."""
        return str(places.find(self) or self.target())

    def elements(self) -> Iterator[int]:
        """Yield the numbers of the elements that a mapped task left here, in order."""
        return places.elements_of(self)
