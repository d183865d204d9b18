"""Plots: figures of matplotlib and plotly, as pictures or pages."""

from __future__ import annotations

from typing import Any

from gluepy.catalog.base import FileDataset, Preview
from gluepy.catalog.datasets.figures import drawn, figure_of, is_plotly, is_text, of_plotly
from gluepy.catalog.datasets.stored import refused, suffix_of


class Plot(FileDataset):
    """A figure of matplotlib or plotly, or what has a ``to_html``.

    What is loaded is the file: text of ``svg``, ``html`` and ``json``, otherwise bytes.

    Fields:
        format: ``png``, ``svg``, ``pdf``, ``html`` …; by default the suffix, else ``png``.
    """

    type = "plot"

    format: str | None = None

    def load(self) -> str | bytes:
        """Return the content of the file."""
        source = self.source()
        content: str | bytes = source.open("r" if is_text(self._form(source.path)) else "rb")
        return content

    def save(self, data: Any) -> None:
        """Draw a figure."""
        target = self.target()
        target.touch(_drawn(data, self._form(target.path), self.save_options))

    def preview(self, rows: int = 5) -> Preview:
        """Return the size of the file."""
        source = self.source()
        size = source.storage.size(source.path)
        return Preview(head=f"a plot, {self._form(source.path)} of {size:,} bytes")

    def _form(self, path: str) -> str:
        return (self.format or suffix_of(path) or "png").lower()


def _drawn(data: Any, form: str, options: dict[str, Any]) -> bytes:
    if is_plotly(data):
        return of_plotly(data, form, options)
    figure = figure_of(data)
    if figure is not None:
        return drawn(figure, form, options)
    if form == "html" and hasattr(data, "to_html"):
        return str(data.to_html(**options)).encode()
    raise refused(
        data,
        "figures of matplotlib and plotly",
        "Make it one of them, or use the type report for other pages.",
    )
