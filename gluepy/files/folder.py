"""The folder of the current run, as the storage layer sees it.

Runs lie above storages, so they set the folder here from above; a storage only asks.
"""

from __future__ import annotations

from contextvars import ContextVar

from gluepy.conf import default_context

run_folder: ContextVar[str | None] = ContextVar("gluepy_run_folder", default=None)


def current_run_folder() -> str:
    """Return the run folder, relative to the storage root, of the run that is going on.

    Outside a run it is the one the current context names.
    """
    folder = run_folder.get()
    return folder if folder else str(default_context.gluepy.run_folder)
