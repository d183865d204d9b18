"""Feather: Arrow's own file format."""

from __future__ import annotations

from typing import Any

from gluepy.catalog.datasets.arrow_files import feather_rows
from gluepy.catalog.datasets.frame import Frame
from gluepy.catalog.places import Location


class Feather(Frame):
    """A dataframe as a Feather file."""

    type = ("feather", "arrow")
    form = "feather"

    def _count(self, source: Location) -> tuple[int | None, bool]:
        return feather_rows(source), False

    def _head(self, source: Location, rows: int) -> Any:
        from pyarrow import Table, ipc

        with source.reading() as file, ipc.open_file(file) as reader:
            if not reader.num_record_batches:
                return reader.read_all()
            return Table.from_batches([reader.get_batch(0).slice(0, rows)])
