"""Dataframes at paths, by the project's data manager."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from typing import Any, ClassVar

from gluepy.catalog.base import FileDataset, Preview
from gluepy.catalog.datasets.engines import first_of, length_of, preview_of, without_row_numbers
from gluepy.catalog.places import Location
from gluepy.catalog.wording import artifact
from gluepy.exceptions import CatalogError, UnsupportedFormatError
from gluepy.files.data import data_manager
from gluepy.files.data.formats import CODECS, FORMATS, format_of
from gluepy.files.storages import default_storage

# A file that is smaller is read as a whole to show its beginning.
SMALL = 1024 * 1024


class Frame(FileDataset, register=False):
    """A dataframe in a file whose format the type names, whatever the suffix of the path.

    Attributes:
        form: Name of the format, as data managers know it.
        fixed: What readers and writers are told by fields, which options therefore must not name.

    Fields:
        columns: The columns to load, in that order.
        chunks: Load an iterator over dataframes of that many rows, which holds one at a time.
    """

    form: ClassVar[str] = ""
    fixed: ClassVar[tuple[str, ...]] = ("columns", "storage", "form", "root", "size", "path", "df")

    columns: list[str] | None = None
    chunks: int | None = None

    def __init__(self, name: str, fields: Mapping[str, Any], *args: Any, **kwargs: Any) -> None:
        super().__init__(name, fields, *args, **kwargs)
        for field in ("load_options", "save_options"):
            for option in set(self.fixed).intersection(getattr(self, field)):
                raise CatalogError(
                    f"'{option}' is no option of a reader or writer, in `{field}` of "
                    f"{artifact(name, self.where)}.",
                    hint=f"Write it as a field of the entry: {option}: …",
                )
        if self.chunks is not None and self.chunks < 1:
            raise CatalogError(
                f"The field 'chunks' of {artifact(name, self.where)} is {self.chunks}.",
                hint="It is the number of rows of each dataframe.",
            )

    def load(self) -> Any:
        """Return the dataframe, or with ``chunks`` an iterator over its pieces."""
        source = self.source()
        return self._batches(source, self.chunks) if self.chunks else self._read(source)

    def save(self, data: Any) -> None:
        """Write a dataframe."""
        target = self.target()
        options = {**self._form(target), **self._saving(data)}
        data_manager.write(target.path, data, **at(target), **options)

    def preview(self, rows: int = 5) -> Preview:
        """Return the columns, the first rows and their number, without reading everything."""
        source = self.source()
        if source.storage.isfile(source.path) and source.storage.size(source.path) <= SMALL:
            frame = self._read(source)
            return preview_of(frame, rows, length_of(frame))
        count, is_estimated = self._count(source)
        return preview_of(self._head(source, rows), rows, count, is_estimated)

    # --- What types fill in ----------------------------------------------------------------

    def _saving(self, data: Any) -> dict[str, Any]:
        """Return the options of the writer."""
        return self.save_options

    def _count(self, source: Location) -> tuple[int | None, bool]:
        """Return the number of rows, and whether it is about right only."""
        return None, False

    def _head(self, source: Location, rows: int) -> Any:
        """Return the beginning."""
        return next(islice(self._batches(source, max(rows, 1)), 1), None)

    # --- By the data manager ---------------------------------------------------------------

    def _read(self, source: Location, **more: Any) -> Any:
        return data_manager.read(source.path, **at(source), **self._how(source), **more)

    def _batches(self, source: Location, size: int) -> Any:
        return data_manager.read_batches(source.path, size=size, **at(source), **self._how(source))

    def _how(self, source: Location) -> dict[str, Any]:
        """Return what the reader is told; no more than is needed, as managers may be simple."""
        columns = {} if self.columns is None else {"columns": self.columns}
        return {**columns, **self._form(source), **self._loading()}

    def _loading(self) -> dict[str, Any]:
        """Return the options of the reader."""
        return self.load_options

    def _form(self, location: Location) -> dict[str, str]:
        """Return how to name the format, if the suffix does not."""
        try:
            named = format_of(location.path, tuple(FORMATS), "").name
        except UnsupportedFormatError:
            named = ""
        return {} if named == self.form else {"form": self.form}


class TextFrame(Frame, register=False):
    """A dataframe in a file of lines.

    Attributes:
        titles: How many lines are no rows.
    """

    titles: ClassVar[int] = 1

    def _saving(self, data: Any) -> dict[str, Any]:
        return without_row_numbers(first_of(data)[0], self.save_options)

    def _count(self, source: Location) -> tuple[int | None, bool]:
        from gluepy.catalog.datasets.lines import estimate

        return max(estimate(source, codec_of(source)) - self.titles, 0), True


def codec_of(location: Location) -> str | None:
    """Return the compression that a suffix names."""
    return CODECS.get(location.path[location.path.rfind(".") :].lower())


def at(location: Location) -> dict[str, Any]:
    """Return how a data manager finds a location whose path it is given."""
    is_default = location.storage is default_storage
    return {"root": True} if is_default else {"root": True, "storage": location.storage}
