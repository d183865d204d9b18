"""JSON: plain data, or the rows of a dataframe."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from gluepy.catalog.base import Preview
from gluepy.catalog.datasets.engines import is_frame, is_pandas, length_of, preview_of
from gluepy.catalog.datasets.frame import Frame, TextFrame, codec_of
from gluepy.catalog.places import Location
from gluepy.exceptions import DataError
from gluepy.files.data.formats import compressed

_PEEK = 4096
_SHOWN = 2000


class Json(Frame):
    """A document: plain data, or a dataframe as a list of objects.

    Fields:
        content: ``data`` is plain data and ``frame`` a dataframe, always. ``auto`` stores both;
            what is loaded is a dataframe if the document is a list that begins with an object.
    """

    type = "json"
    form = "json"

    content: Literal["auto", "data", "frame"] = "auto"

    def load(self) -> Any:
        """Return plain data or a dataframe."""
        source = self.source()
        if self._is_frame(source):
            return super().load()
        with source.reading() as file, compressed(file, "rb", codec_of(source)) as content:
            if not isinstance(content, str):
                return json.load(content, **self.load_options)
            with open(content, "rb") as opened:
                return json.load(opened, **self.load_options)

    def save(self, data: Any) -> None:
        """Write plain data or a dataframe."""
        if self.content == "frame" or (self.content == "auto" and is_frame(data)):
            if self.content == "auto":
                _refuse_empty(data)
            super().save(data)
            return
        if self.content == "auto":
            _refuse_objects(data)
        _check_keys(data)
        text = json.dumps(data, **{**_STRICT, **self.save_options})
        target = self.target()
        raw: Any
        with (
            target.storage.stream(target.path, "wb") as raw,
            compressed(raw, "wb", codec_of(target)) as file,
        ):
            file.write(text.encode())

    def preview(self, rows: int = 5) -> Preview:
        """Return the first rows of a dataframe, or the beginning of the document."""
        data = self.load()
        if is_frame(data):
            return preview_of(data, rows, length_of(data))
        return Preview(head=json.dumps(data, ensure_ascii=False, indent=2)[:_SHOWN])

    def _is_frame(self, source: Location) -> bool:
        if self.content != "auto":
            return self.content == "frame"
        with source.reading() as file, compressed(file, "rb", codec_of(source)) as content:
            if not isinstance(content, str):
                return _begins_with_object(content.read(_PEEK))
            with open(content, "rb") as opened:
                return _begins_with_object(opened.read(_PEEK))

    def _saving(self, data: Any) -> dict[str, Any]:
        is_records = is_pandas(data) and "orient" not in self.save_options
        return {"orient": "records", **self.save_options} if is_records else self.save_options


class JsonLines(TextFrame):
    """A dataframe with an object a line."""

    type = "jsonl"
    form = "jsonl"
    titles = 0

    def _saving(self, data: Any) -> dict[str, Any]:
        return self.save_options


def _plain(value: Any) -> Any:
    """Return the number or text that a scalar of numpy holds."""
    if type(value).__module__ == "numpy" and value.shape == ():
        return value.item()
    raise TypeError(f"Object of type {type(value).__name__} is not JSON serializable")


_STRICT = {"ensure_ascii": False, "allow_nan": False, "default": _plain}


def _begins_with_object(beginning: bytes) -> bool:
    return re.match(rb"(\xef\xbb\xbf)?\s*\[\s*\{", beginning) is not None


def _refuse_empty(frame: Any) -> None:
    if hasattr(frame, "__len__") and not length_of(frame):
        raise DataError(
            "A dataframe without rows would come back as an empty list.",
            hint="Say in its entry: content: frame.",
        )


def _refuse_objects(data: Any) -> None:
    if isinstance(data, list | tuple) and data and isinstance(data[0], Mapping):
        raise DataError(
            "A list of mappings would come back as a dataframe.",
            hint="Say in its entry: content: data, or content: frame.",
        )


def _check_keys(data: Any) -> None:
    """Refuse keys that JSON would turn into texts."""
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            for key in value:
                if not isinstance(key, str):
                    raise DataError(
                        f"The key {key!r} is no text, and JSON would make it one.",
                        hint="Make it a text, or use the type pickle.",
                    )
            waiting.extend(value.values())
        elif isinstance(value, list | tuple):
            waiting.extend(value)
