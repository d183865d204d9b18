"""Reports: pages of HTML."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from tempfile import TemporaryDirectory
from typing import Any

from gluepy.catalog.base import FileDataset, Preview
from gluepy.catalog.datasets.stored import refused

_SHOWN = 2000


class Report(FileDataset):
    """A page: text, or an object that makes one.

    Such an object has ``to_html()``, ``save(path)`` (with ``open=False`` if it knows that), or
    ``_repr_html_()``. What is loaded is the text.
    """

    type = ("report", "datapane")

    def load(self) -> str:
        """Return the page as text."""
        content: str = self.source().open("r")
        return content

    def save(self, data: Any) -> None:
        """Write a page."""
        self.target().touch(_page(data, self.save_options))

    def preview(self, rows: int = 5) -> Preview:
        """Return the beginning of the page."""
        with (source := self.source()).storage.stream(source.path) as file:
            return Preview(head=file.read(_SHOWN).decode(errors="ignore"))


def _page(data: Any, options: dict[str, Any]) -> str | bytes:
    if isinstance(data, str):
        return data
    for name, make in _MAKERS.items():
        method = None if isinstance(data, type) else getattr(data, name, None)
        if callable(method):
            page = make(method, options)
            if isinstance(page, str | bytes):
                return page
    raise refused(data, "text, or an object with to_html(), save(path) or _repr_html_()")


def _returned(method: Callable[..., Any], options: dict[str, Any]) -> Any:
    return method(**options)


def _saved(method: Callable[..., Any], options: dict[str, Any]) -> bytes:
    """Return what an object saves to a file."""
    if "open" in _parameters(method):
        options = {"open": False, **options}
    with TemporaryDirectory(prefix="gluepy-") as folder:
        path = os.path.join(folder, "report.html")
        method(path, **options)
        with open(path, "rb") as file:
            return file.read()


def _parameters(method: Callable[..., Any]) -> set[str]:
    try:
        return set(inspect.signature(method).parameters)
    except (TypeError, ValueError):
        return set()


_MAKERS: dict[str, Callable[..., Any]] = {
    "to_html": _returned,
    "save": _saved,
    "_repr_html_": _returned,
}
