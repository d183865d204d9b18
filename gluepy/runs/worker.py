"""Running one task: what an executor is handed."""

from __future__ import annotations

import traceback
from typing import Any

from gluepy.exec.tasks import Task
from gluepy.runs.trace import recording


class Report:
    """What came of one task.

    Attributes:
        value: What the task returned.
        error: What it raised, None if it did not.
        trace: What it read and wrote, as the manifest holds it.
    """

    __slots__ = ("error", "trace", "value")

    def __init__(self, value: Any, error: Exception | None, trace: dict[str, Any]) -> None:
        self.value = value
        self.error = error
        self.trace = trace


def run_task(task: type[Task]) -> Report:
    """Run a task and report; what it raises is part of the report.

    ``sys.exit`` in a task is a failure of the task, not the end of the process.
    """
    value: Any = None
    failure: Exception | None = None
    with recording() as trace:
        try:
            value = task().run()
        except SystemExit as stop:
            failure = RuntimeError(f"The task called sys.exit({stop.code!r}).")
            failure.__cause__ = stop
        except Exception as error:
            failure = error
    return Report(value, failure, trace.to_dict())


def describe(error: BaseException) -> dict[str, str]:
    """Return type, message, place and traceback of an error, as the manifest holds it."""
    return {
        "type": type(error).__name__,
        "message": str(error),
        "place": place_of(error),
        "traceback": "".join(traceback.format_exception(error)),
    }


def place_of(error: BaseException) -> str:
    """Return ``file:line`` where an error was raised, in the user's code if it was there.

    That is the innermost frame outside gluepy and outside installed packages.
    """
    frames = traceback.extract_tb(error.__traceback__)
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    own = [frame for frame in frames if not _is_foreign(frame.filename)]
    best = own or frames
    return f"{best[-1].filename}:{best[-1].lineno}" if best else ""


def _is_foreign(filename: str) -> bool:
    import os

    parts = filename.replace(os.sep, "/")
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    return (
        parts.startswith((package.replace(os.sep, "/") + "/", "<frozen"))
        or "/site-packages/" in parts
        or "/lib/python" in parts
    )
