"""Workbooks of Excel."""

from __future__ import annotations

from typing import Any

from gluepy.catalog.datasets.engines import of_engine, of_pandas, without_row_numbers
from gluepy.catalog.datasets.frame import Frame, at
from gluepy.catalog.places import Location
from gluepy.files.data import BaseDataManager, data_manager


class Excel(Frame):
    """A dataframe in a workbook.

    Where the project's engine knows no workbooks, pandas reads and writes them.
    """

    type = ("excel", "xlsx", "xslx")
    form = "excel"

    def save(self, data: Any) -> None:
        """Write a workbook."""
        target = self.target()
        frame = data if _engine_can() else of_pandas(data)
        options = {**self._form(target), **without_row_numbers(frame, self.save_options)}
        _manager().write(target.path, frame, **at(target), **options)

    def _read(self, source: Location, **more: Any) -> Any:
        frame = _manager().read(source.path, **at(source), **self._how(source), **more)
        return frame if _engine_can() else of_engine(frame)

    def _head(self, source: Location, rows: int) -> Any:
        return self._read(source, nrows=rows)

    def _count(self, source: Location) -> tuple[int | None, bool]:
        """Return what the workbook says of its sheet."""
        from openpyxl import load_workbook

        if "header" in self.load_options or not source.path.endswith("x"):
            return None, False
        with source.reading() as file:
            book = load_workbook(file, read_only=True)
            try:
                return max((_sheet(book, self.load_options).max_row or 0) - 1, 0), True
            finally:
                book.close()


def _sheet(book: Any, options: dict[str, Any]) -> Any:
    chosen = options.get("sheet_name", 0)
    return book[chosen] if isinstance(chosen, str) else book.worksheets[chosen or 0]


def _engine_can() -> bool:
    """Tell whether the data manager has workbooks; one that lists no formats may."""
    return not data_manager.formats or "excel" in data_manager.formats


def _manager() -> BaseDataManager:
    if _engine_can():
        return data_manager
    from gluepy.files.data.pandas import PandasDataManager

    return PandasDataManager()
