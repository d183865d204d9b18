"""Text with a line a row: values parted by commas, or by tabs."""

from __future__ import annotations

from gluepy.catalog.datasets.frame import TextFrame


class Csv(TextFrame):
    """A dataframe as comma-separated values."""

    type = "csv"
    form = "csv"


class Tsv(TextFrame):
    """A dataframe as tab-separated values."""

    type = "tsv"
    form = "tsv"
