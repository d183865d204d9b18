"""Text with a line a row: values parted by commas, or by tabs."""

from __future__ import annotations

from typing import Any

from gluepy.catalog.datasets.frame import TextFrame
from gluepy.files.data import data_manager


class Csv(TextFrame):
    """A dataframe as comma-separated values."""

    type = "csv"
    form = "csv"

    def _loading(self) -> dict[str, Any]:
        """Return the options, with which Arrow takes missing text for missing, as others do."""
        if "pyarrow" not in data_manager.frame or "convert_options" in self.load_options:
            return self.load_options
        from pyarrow.csv import ConvertOptions

        missing = ConvertOptions(strings_can_be_null=True)
        return {**self.load_options, "convert_options": missing}


class Tsv(Csv):
    """A dataframe as tab-separated values."""

    type = "tsv"
    form = "tsv"
