"""Parquet: a file, or a folder of files parted by the values of columns."""

from __future__ import annotations

from typing import Any

from gluepy.catalog.datasets.arrow_files import parquet_rows
from gluepy.catalog.datasets.frame import Frame
from gluepy.catalog.places import Location


class Parquet(Frame):
    """A dataframe as Parquet.

    Fields:
        partition_by: Columns whose values become folders; the path is then a folder.
    """

    type = "parquet"
    form = "parquet"
    fixed = (*Frame.fixed, "partition_by")

    partition_by: list[str] | str | None = None

    def _saving(self, data: Any) -> dict[str, Any]:
        if self.partition_by is None:
            return self.save_options
        return {"partition_by": self.partition_by, **self.save_options}

    def _count(self, source: Location) -> tuple[int | None, bool]:
        return parquet_rows(source), False
