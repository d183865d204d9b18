"""What a worker process prints, sent to whoever runs the call that prints it."""

from __future__ import annotations

import codecs
import io
import sys
from typing import Any, TextIO

from gluepy.executors.channel import send


class _Tap(io.RawIOBase):
    """Sends what is written as ``("stream", name, text)``; outside of a call, lets it through."""

    def __init__(self, name: str, through: TextIO | None) -> None:
        self._stream = name
        self._through = through
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        text = self._decode(bytes(data))
        if text and not send(("stream", self._stream, text)) and self._through is not None:
            self._through.write(text)
            self._through.flush()
        return len(data)

    def fileno(self) -> int:
        # A child of the worker that is handed this stream writes where the worker was to.
        if self._through is None:
            raise io.UnsupportedOperation("fileno")
        return self._through.fileno()


def tap() -> None:
    """Send what this process prints, line by line."""
    if getattr(getattr(sys.stdout, "buffer", None), "raw", None).__class__ is _Tap:
        return
    sys.stdout = _tapped("stdout", sys.__stdout__)
    sys.stderr = _tapped("stderr", sys.__stderr__)


def _tapped(name: str, through: TextIO | None) -> TextIO:
    raw = io.BufferedWriter(_Tap(name, through))
    return io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", line_buffering=True)


def flush() -> None:
    """Send what has no line end yet."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (AttributeError, OSError, ValueError):
            # A call has put something else in its place, or closed it.
            continue
