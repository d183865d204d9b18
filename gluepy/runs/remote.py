"""What a worker process tells the process that runs the DAG, and what that does with it.

========================  ================================================================
event                     replayed as
========================  ================================================================
("log", record)           the log record, handled by the logger of its name
("stream", name, text)    text printed on stdout or stderr
("mlops", method, args)   a call of `default_mlops`
("artifact", name, data)  ``default_mlops.log_artifact`` of a file with that content
("signal", name, values)  the signal, sent robustly
========================  ================================================================
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable
from typing import Any

from gluepy import signals
from gluepy.executors import channel
from gluepy.ops import default_mlops

# Signals that are sent where a task runs, and whose receivers are in the parent.
FORWARDED = ("before_load", "after_save")


class _Forwarding(logging.Handler):
    """Sends each record; outside of a task, where nobody listens, warnings go to stderr."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            text = record.getMessage()
            if record.exc_info:
                formatter = self.formatter or logging.Formatter()
                record.exc_text = formatter.formatException(record.exc_info)
            values = {**record.__dict__, "msg": text, "args": (), "exc_info": None}
            if not channel.send(("log", values)) and record.levelno >= logging.WARNING:
                sys.stderr.write(f"{record.levelname} {text}\n")
        except Exception:
            self.handleError(record)


def forward_logs() -> None:
    """Send what this process logs; levels stay as the settings have them."""
    forwarding = _Forwarding()
    known = list(logging.Logger.manager.loggerDict.values())
    loggers = [logger for logger in known if isinstance(logger, logging.Logger)]
    for logger in loggers:
        logger.handlers = [] if logger.propagate else [forwarding]
    logging.getLogger().handlers = [forwarding]


def forward_signals() -> None:
    """Send what is announced where tasks run, instead of calling receivers here."""
    for name in FORWARDED:
        signal: signals.Signal = getattr(signals, name)
        signal.receivers = (_forwarding(name),)


def _forwarding(name: str) -> Any:
    def forward(**values: Any) -> None:
        channel.send(("signal", name, values))

    return forward


def replay(event: Any) -> None:
    """Do what a worker has told."""
    kind, *details = event
    _REPLAYS[kind](*details)


def _log(values: dict[str, Any]) -> None:
    record = logging.makeLogRecord(values)
    logging.getLogger(record.name).handle(record)


def _print(name: str, text: str) -> None:
    stream = sys.stdout if name == "stdout" else sys.stderr
    stream.write(text)
    stream.flush()


def _track(method: str, args: tuple[Any, ...]) -> None:
    getattr(default_mlops, method)(*args)


def _keep(name: str, content: bytes) -> None:
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = os.path.join(folder, "content")
        with open(path, "wb") as file:
            file.write(content)
        default_mlops.log_artifact(path, name)


def _announce(name: str, values: dict[str, Any]) -> None:
    getattr(signals, name).send_robust(**values)


_REPLAYS: dict[str, Callable[..., None]] = {
    "log": _log,
    "stream": _print,
    "mlops": _track,
    "artifact": _keep,
    "signal": _announce,
}
