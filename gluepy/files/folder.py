"""The folder of the current run, as the storage layer sees it.

Runs lie above storages, so they set the folder here from above; a storage only asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextvars import ContextVar
from typing import TYPE_CHECKING

from gluepy.conf import default_context

if TYPE_CHECKING:
    from gluepy.files.storages.base import BaseStorage

RUNS = "runs"

run_folder: ContextVar[str | None] = ContextVar("gluepy_run_folder", default=None)


def current_run_folder() -> str:
    """Return the run folder, relative to the storage root, of the run that is going on.

    Outside a run it is the one the current context names.
    """
    folder = run_folder.get()
    return folder if folder else str(default_context.gluepy.run_folder)


def run_folders(storage: BaseStorage) -> Iterator[str]:
    """Yield every run folder of a storage, newest day first, and newest id first within a day."""
    for year in _newest_first(storage, RUNS):
        for month in _newest_first(storage, year):
            for day in _newest_first(storage, month):
                yield from _newest_first(storage, day)


def folder_in(storage: BaseStorage, run: str) -> Iterator[str]:
    """Yield the folders of a storage that may be meant by the id or the folder of a run."""
    name = run.strip().strip("/")
    if "/" in name:
        yield name
        return
    for year in _newest_first(storage, RUNS):
        for month in _newest_first(storage, year):
            for day in _newest_first(storage, month):
                if storage.exists(f"{day}/{name}"):
                    yield f"{day}/{name}"
    if name and storage.exists(name):
        yield name


def _newest_first(storage: BaseStorage, folder: str) -> list[str]:
    if not storage.exists(folder) or not storage.isdir(folder):
        return []
    _, folders = storage.ls(folder)
    return sorted(folders, key=_natural, reverse=True)


def _natural(folder: str) -> tuple[int, str]:
    name = folder.rstrip("/").rpartition("/")[2]
    return (int(name), "") if name.isdecimal() else (-1, name)
