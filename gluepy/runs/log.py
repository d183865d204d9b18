"""``logs/run.log``: what a run logged and printed, without colours and secrets.

Two runs in one process have two logs: a record or a print belongs to the run of the thread
it comes from.
"""

from __future__ import annotations

import io
import logging
import re
import sys
import threading
from contextvars import ContextVar
from typing import Any, TextIO

from gluepy.conf.log import LineHandler
from gluepy.conf.secrets import mask
from gluepy.files.storages import default_storage
from gluepy.runs.folder import LOG

_ESCAPE = "\x1b"
_COLOURS = r"\x1b\[[0-9;?]*[A-Za-z]"
_current: ContextVar[RunLog | None] = ContextVar("run_log", default=None)
_open: list[RunLog] = []
_guard = threading.Lock()


class RunLog:
    """The log of one run; a context manager.

    Where the storage can append, lines are on disk as they come; elsewhere the log is
    written when the run ends.

    Args:
        folder: The run folder; an earlier log there is continued.
    """

    def __init__(self, folder: str) -> None:
        self.path = f"{folder}/{LOG}"
        self._lock = threading.Lock()

    def __enter__(self) -> RunLog:
        self._sink: Any = self._open_sink()
        self._token = _current.set(self)
        with _guard:
            _open.append(self)
            if len(_open) == 1:
                _install()
        return self

    def __exit__(self, *_: object) -> None:
        _current.reset(self._token)
        with _guard:
            _open.remove(self)
            if not _open:
                _uninstall()
        if isinstance(self._sink, io.BytesIO):
            default_storage.touch(self.path, self._sink.getvalue())
        self._sink.close()

    def _open_sink(self) -> Any:
        if getattr(default_storage, "supports_append", False):
            return default_storage.stream(self.path, "ab")
        former = default_storage.open(self.path) if default_storage.exists(self.path) else b""
        sink = io.BytesIO()
        sink.write(former if isinstance(former, bytes) else former.encode())
        return sink

    def write(self, text: str) -> None:
        """Add text as it is, colours and secrets taken out."""
        self._put(mask(re.sub(_COLOURS, "", text) if _ESCAPE in text else text))

    def write_line(self, text: str) -> None:
        """Add a line whose secrets are taken out already."""
        line = f"{text}\n"
        if _ESCAPE in line:
            self.write(line)
        else:
            self._put(line)

    def _put(self, text: str) -> None:
        with self._lock:
            self._sink.write(text.encode("utf-8", "replace"))
            self._sink.flush()


def current_log() -> RunLog | None:
    """Return the log of the run this thread works for.

    A thread that a task started itself belongs to the only run there is, if there is one.
    """
    log = _current.get()
    if log is None and len(_open) == 1:
        return _open[0]
    return log


class _Handler(LineHandler):
    """Hands each record to the log of its run."""

    def put(self, line: str) -> None:
        log = current_log()
        if log is not None:
            log.write_line(line)


class Tee:
    """Stands in for stdout or stderr, and shows the run's log what is written.

    Args:
        original: The stream that is stood in for.
    """

    def __init__(self, original: TextIO) -> None:
        self.original = original

    def write(self, text: str) -> int:
        """Write to the original stream and to the run's log."""
        count = self.original.write(text)
        log = current_log()
        if log is not None and text:
            log.write(text)
        return count

    def writelines(self, lines: Any) -> None:
        """Write each line."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.original, name)


_handler = _Handler()


def _loggers() -> list[logging.Logger]:
    """Return the loggers whose records come through nobody else: the root, and loners."""
    known = logging.Logger.manager.loggerDict.values()
    loners = [one for one in known if isinstance(one, logging.Logger) and not one.propagate]
    return [logging.getLogger(), *loners]


def _install() -> None:
    for logger in _loggers():
        logger.addHandler(_handler)
    sys.stdout = Tee(sys.stdout)
    sys.stderr = Tee(sys.stderr)


def _uninstall() -> None:
    for logger in _loggers():
        logger.removeHandler(_handler)
    if isinstance(sys.stdout, Tee):
        sys.stdout = sys.stdout.original
    if isinstance(sys.stderr, Tee):
        sys.stderr = sys.stderr.original
