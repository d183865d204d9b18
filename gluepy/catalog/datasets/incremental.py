"""Dataframes that grow: what is saved is added, and replaces rows of the same key."""

from __future__ import annotations

from typing import Any

from gluepy.catalog.base import FileDataset, Preview
from gluepy.catalog.datasets.engines import of_engine
from gluepy.catalog.datasets.inner import placed
from gluepy.catalog.places import Location
from gluepy.exceptions import DataError


class Incremental(FileDataset):
    """A dataframe to which each save adds rows.

    Rows of earlier saves whose key is among those of the new rows are replaced. The file is
    written anew as a whole; two processes must not save at one time.

    Fields:
        of: Type of the file, and its fields: ``{type: csv, columns: [a, b]}``.
        key: Columns that tell rows apart; without any, rows are only added.
    """

    type = "incremental"

    of: dict[str, Any] | str = "parquet"
    key: list[str] = []

    def load(self) -> Any:
        """Return all rows."""
        return self._inner(self.source()).load()

    def save(self, data: Any) -> None:
        """Add rows."""
        from gluepy.catalog.datasets.upsert import merged

        data = of_engine(data)
        if self.exists():
            data = merged(self._inner(self.source()).load(), data, self.key)
        else:
            merged(data, data, self.key)
        self._inner(self.target()).save(data)

    def preview(self, rows: int = 5) -> Preview:
        """Return columns, first rows and their number."""
        return self._inner(self.source()).preview(rows)

    def _inner(self, at: Location) -> FileDataset:
        inner = placed(self, self.of, at)
        if getattr(inner, "chunks", None):
            raise DataError(
                "Rows cannot be added to what is loaded in pieces.", hint="Remove `chunks`."
            )
        return inner
