"""Run folders of a storage, ``runs/YYYY/MM/DD/<run id>``, newest first."""

from __future__ import annotations

from collections.abc import Iterator

from gluepy.files.storages.base import BaseStorage

RUNS = "runs"


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
