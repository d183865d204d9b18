"""The executor of a run: chosen by name, and its workers set up for the run."""

from __future__ import annotations

import os
import sys
from typing import Any

from gluepy.conf import default_settings
from gluepy.conf.handlers import import_backend
from gluepy.conf.settings import ENVIRONMENT_VARIABLE
from gluepy.context.current import current_context
from gluepy.context.document import Context
from gluepy.exceptions import CommandError
from gluepy.executors import BaseExecutor
from gluepy.files.folder import run_folder
from gluepy.utils.text import did_you_mean

FORWARDING = "gluepy.ops.forwarding.ForwardingOpsBackend"
NAMES = {
    "serial": "gluepy.executors.serial.SerialExecutor",
    "threads": "gluepy.executors.threads.ThreadExecutor",
    "processes": "gluepy.executors.processes.ProcessExecutor",
    "dask": "gluepy.executors.dask.DaskExecutor",
}


class ExecutorChoice:
    """Which executor a run uses.

    Args:
        name: A short name, or the dotted path of a class; by default EXECUTOR_BACKEND.
        workers: How many calls run at once; by default EXECUTOR_WORKERS.
    """

    def __init__(self, name: str | None, workers: int | None) -> None:
        if name and "." not in name and name not in NAMES:
            raise CommandError(f"There is no executor '{name}'.", hint=did_you_mean(name, NAMES))
        path = NAMES.get(name or "", name) or default_settings.EXECUTOR_BACKEND
        self.backend: type[BaseExecutor] = import_backend("EXECUTOR_BACKEND", path)
        self.workers = workers
        short = {long: short for short, long in NAMES.items()}
        self.name = short.get(str(path), str(path))

    def open(self, context: Context) -> BaseExecutor:
        """Return the executor, its workers to be set up for a run with this context."""
        return self.backend(
            workers=self.workers,
            initializer=set_up,
            initargs=(
                os.environ.get(ENVIRONMENT_VARIABLE, ""),
                list(sys.path),
                default_settings.overridden(),
                context,
            ),
            on_event=replay,
        )


def set_up(settings: str, path: list[str], overridden: dict[str, Any], context: Context) -> None:
    """Set up a worker in a process of its own for one run.

    What the worker logs, tracks and announces is sent to the process that runs the DAG,
    which has the run's log, its tracker, and the receivers.

    Args:
        settings: Name of the settings module.
        path: The import path of the parent.
        overridden: Settings that are overridden there.
        context: The context of the run.
    """
    from gluepy.exec.boot import bootstrap
    from gluepy.runs import remote

    sys.path[:] = path
    if settings:
        os.environ[ENVIRONMENT_VARIABLE] = settings
    default_settings._push({**overridden, "MLOPS_BACKEND": FORWARDING})
    bootstrap()
    remote.forward_logs()
    remote.forward_signals()
    current_context.set(context)
    run_folder.set(str(context.gluepy.run_folder))


def replay(key: str, event: Any) -> None:
    """Do in this process what a worker has told.

    Args:
        key: The task the worker was running.
        event: What happened; see :mod:`gluepy.runs.remote`.
    """
    from gluepy.runs import remote  # here, as most runs have no workers

    remote.replay(event)
