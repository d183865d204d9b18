"""Logging of a project: the LOGGING setting, or plain lines on stderr."""

from __future__ import annotations

import logging
from collections.abc import Iterable

from gluepy.conf.secrets import mask
from gluepy.conf.settings import default_settings
from gluepy.exceptions import SettingsError

FORMAT = "{levelname} {asctime} {module} - {message}"
_TEXT = "_gluepy_text"


class MaskingFormatter(logging.Formatter):
    """Has a record formatted, then masks the secrets in the text.

    Args:
        formatter: Formats the record; without one, it is done as gluepy does it.
    """

    def __init__(self, formatter: logging.Formatter | None = None) -> None:
        super().__init__(FORMAT, style="{")
        self._formatter = formatter
        self._second = (-1, "")

    def format(self, record: logging.LogRecord) -> str:
        """Return the masked text of a record, traceback included."""
        if self._formatter is not None:
            return mask(self._formatter.format(record))
        # The terminal and the log of a run show the same text: it is made once.
        text: str | None = record.__dict__.get(_TEXT)
        if text is None:
            text = record.__dict__[_TEXT] = mask(self._line(record))
        return text

    def _line(self, record: logging.LogRecord) -> str:
        """Return a record in FORMAT; written out, as most records are one line."""
        if record.exc_info or record.exc_text or record.stack_info:
            return super().format(record)
        time = self.formatTime(record)
        return f"{record.levelname} {time} {record.module} - {record.getMessage()}"

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """Return when a record was made; what all records of one second share is made once."""
        if datefmt is not None:
            return super().formatTime(record, datefmt)
        second, text = self._second
        if second != int(record.created):
            text = super().formatTime(record).rpartition(",")[0]
            self._second = int(record.created), text
        return f"{text},{int(record.msecs):03}"


class _StderrHandler(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes to whatever ``sys.stderr`` is at the time, as tests and notebooks swap it.

    A run stands in for ``sys.stderr`` to copy prints into its log; log records reach that log
    by a handler of their own, so they go to the stream behind.
    """

    def emit(self, record: logging.LogRecord) -> None:
        import sys

        self.stream = getattr(sys.stderr, "original", sys.stderr)
        super().emit(record)


def configure(modules: Iterable[str] = ()) -> None:
    """Apply LOGGING; without it, log gluepy and ``modules`` to stderr from LOG_LEVEL on.

    Raises:
        SettingsError: LOGGING is no valid ``dictConfig``, or LOG_LEVEL is no level.
    """
    if default_settings.LOGGING is not None:
        _apply(default_settings.LOGGING)
        return
    root = logging.getLogger()
    if not root.handlers:
        handler = _StderrHandler()
        handler.setFormatter(MaskingFormatter())
        root.addHandler(handler)
    for name in ("gluepy", *modules):
        _set_level(logging.getLogger(name.partition(".")[0]))


def _apply(config: dict[str, object]) -> None:
    from logging.config import dictConfig

    try:
        # Loggers that exist by now are those of the framework; nobody means to silence them.
        dictConfig({"disable_existing_loggers": False, **config})
    except (ValueError, TypeError, AttributeError, ImportError) as error:
        reason = error.__cause__ or error
        raise SettingsError(
            f"LOGGING cannot be used: {error}: {reason}.", hint="See logging.config.dictConfig."
        ) from error
    for handler in _handlers():
        if not isinstance(handler.formatter, MaskingFormatter):
            handler.setFormatter(MaskingFormatter(handler.formatter or logging.Formatter()))


def _handlers() -> set[logging.Handler]:
    loggers = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    known = [logger for logger in loggers if isinstance(logger, logging.Logger)]
    return {handler for logger in known for handler in logger.handlers}


def _set_level(logger: logging.Logger) -> None:
    try:
        logger.setLevel(default_settings.LOG_LEVEL)
    except (ValueError, TypeError) as error:
        raise SettingsError(
            f"LOG_LEVEL = {default_settings.LOG_LEVEL!r} is no level of the logging module.",
            hint="Use DEBUG, INFO, WARNING, ERROR or CRITICAL.",
        ) from error
