"""Figures of matplotlib, plotly and others as files, equal figures as equal bytes."""

from __future__ import annotations

import base64
import html
import io
import sys
from importlib.util import find_spec
from typing import Any

from gluepy.exceptions import MissingDependencyError

_TIMELESS: dict[str, dict[str, None]] = {
    "svg": {"Date": None},
    "pdf": {"CreationDate": None},
    "ps": {"CreationDate": None},
    "eps": {"CreationDate": None},
}
_TEXTS = ("svg", "html", "json")
_MEDIA = {"svg": "image/svg+xml", "jpg": "image/jpeg", "jpeg": "image/jpeg"}


def is_text(form: str) -> bool:
    """Tell whether files of a format are text."""
    return form in _TEXTS


def figure_of(data: Any) -> Any:
    """Return the matplotlib figure of a figure, of axes or of what has one; None if none."""
    if hasattr(data, "savefig"):
        return data
    inner = getattr(data, "figure", None) or getattr(data, "fig", None)
    return inner if hasattr(inner, "savefig") else None


def drawn(figure: Any, form: str, options: dict[str, Any]) -> bytes:
    """Return a matplotlib figure as a file of a format; as HTML it is a page with the picture."""
    if form == "html":
        return _page(drawn(figure, "png", options), "png")
    from matplotlib import rc_context

    buffer = io.BytesIO()
    options = {"metadata": _TIMELESS.get(form), **options}
    with rc_context({"svg.hashsalt": "gluepy"}):
        figure.savefig(buffer, format=form, **options)
    return buffer.getvalue()


def is_plotly(data: Any) -> bool:
    """Tell whether something is a figure of plotly, importing nothing."""
    return "plotly" in sys.modules and hasattr(data, "to_plotly_json")


def of_plotly(figure: Any, form: str, options: dict[str, Any]) -> bytes:
    """Return a plotly figure as a file of a format.

    Raises:
        MissingDependencyError: kaleido draws pictures for plotly, and is not installed.
    """
    if form == "html":
        # Without a name plotly makes up another one each time.
        return str(figure.to_html(**{"div_id": "plot", **options})).encode()
    if form == "json":
        return str(figure.to_json(**options)).encode()
    if find_spec("kaleido") is None:
        raise MissingDependencyError("kaleido", "plotly", "A picture of a plotly figure")
    return bytes(figure.to_image(format=form, **options))


def _page(picture: bytes, form: str) -> bytes:
    kind = html.escape(_MEDIA.get(form, f"image/{form}"))
    data = base64.b64encode(picture).decode()
    return f'<!DOCTYPE html>\n<img src="data:{kind};base64,{data}">\n'.encode()
