"""Logging of a project: the LOGGING setting, or plain lines on stderr."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterable

from gluepy.conf.secrets import mask
from gluepy.conf.settings import default_settings
from gluepy.exceptions import SettingsError

FORMAT = "{levelname} {asctime} {module} - {message}"
_TEXT = "_gluepy_text"
_second = (-1, "")


class MaskingFormatter(logging.Formatter):
    """Has a record formatted, then masks the secrets in the text.

    Args:
        formatter: Formats the record; without one, it is done as gluepy does it.
    """

    def __init__(self, formatter: logging.Formatter | None = None) -> None:
        super().__init__(FORMAT, style="{")
        self.formatter = formatter

    def format(self, record: logging.LogRecord) -> str:
        """Return the masked text of a record, traceback included."""
        if self.formatter is not None:
            return mask(self.formatter.format(record))
        # The terminal and the log of a run show the same text: it is made once.
        text: str | None = record.__dict__.get(_TEXT)
        if text is None:
            text = record.__dict__[_TEXT] = self._text(record)
        return text

    def _text(self, record: logging.LogRecord) -> str:
        if record.exc_info or record.exc_text or record.stack_info:
            return mask(super().format(record))
        return _line(record.levelname, record.created, record.module, record.getMessage())

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        """Return when a record was made."""
        return super().formatTime(record, datefmt) if datefmt else _clock(record.created)


class LineHandler(logging.Handler):
    """Shows records in gluepy's own format, and can be given the line instead of a record."""

    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(MaskingFormatter())

    def put(self, line: str) -> None:
        """Show a line, or several, whose secrets are masked."""
        raise NotImplementedError(f"{type(self).__qualname__} does not define put().")

    def emit(self, record: logging.LogRecord) -> None:
        """Show a record."""
        try:
            self.put(self.format(record))
        except Exception:
            self.handleError(record)

    @property
    def is_plain(self) -> bool:
        """Whether it shows every record, and as others of its kind do."""
        formatter = self.formatter
        is_own = type(formatter) is MaskingFormatter and formatter.formatter is None
        return is_own and not self.filters


class _StderrHandler(LineHandler):
    """Writes to whatever ``sys.stderr`` is at the time, as tests and notebooks swap it.

    A run stands in for ``sys.stderr`` to copy prints into its log; log records reach that log
    by a handler of their own, so they go to the stream behind.
    """

    def put(self, line: str) -> None:
        stream = getattr(sys.stderr, "original", sys.stderr)
        stream.write(f"{line}\n")
        stream.flush()


def info(logger: logging.Logger, message: str, *args: object, module: str) -> None:
    """Log as ``logger.info`` does, at a third of the price: for what is said of every task.

    The stack is not searched for the caller; and where only handlers of gluepy listen, who
    all show the same line, that line is all that is made.

    Args:
        logger: Who logs.
        message: The text, with a placeholder for each of ``args``.
        args: Values for the placeholders.
        module: Name of the module that calls.
    """
    if not logger.isEnabledFor(logging.INFO):
        return
    make = logging.getLogRecordFactory()
    handlers = _line_handlers(logger)
    if handlers is None or make is not logging.LogRecord:
        logger.handle(make(logger.name, logging.INFO, f"{module}.py", 0, message, args, None))
        return
    line = _line("INFO", time.time(), module, message % args)
    for handler in handlers:
        try:
            handler.put(line)
        except Exception:
            handler.handleError(logging.makeLogRecord({"msg": line}))


def _line_handlers(logger: logging.Logger) -> list[LineHandler] | None:
    """Return who listens to INFO of a logger; None if one of them needs the record itself."""
    found: list[LineHandler] = []
    one: logging.Logger | None = logger
    while one is not None:
        for handler in one.handlers:
            if handler.level > logging.INFO:
                continue
            if not (isinstance(handler, LineHandler) and handler.is_plain):
                return None
            found.append(handler)
        one = one.parent if one.propagate else None
    return None if logger.filters else found


def _line(level: str, created: float, module: str, message: str) -> str:
    """Return what FORMAT makes of a record without a traceback, secrets masked."""
    return mask(f"{level} {_clock(created)} {module} - {message}")


def _clock(created: float) -> str:
    """Return a time as logs have it; what all times of one second share is made once."""
    global _second
    second = int(created)
    if _second[0] != second:
        _second = second, time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(second))
    return f"{_second[1]},{int((created - second) * 1000):03}"


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
        root.addHandler(_StderrHandler())
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
