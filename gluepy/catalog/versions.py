"""Versions: ``models/m.pkl`` is kept as ``models/m.pkl/<run id>/m.pkl``."""

from __future__ import annotations

from datetime import UTC, datetime

from gluepy.context.ids import created_from_id
from gluepy.files.storages import BaseStorage
from gluepy.files.storages.paths import split

_UNKNOWN = datetime(1, 1, 1, tzinfo=UTC)


def version_path(path: str, run_id: str) -> str:
    """Return where the version of a run lies."""
    name = split(path.rstrip("/"))[1]
    return f"{path.rstrip('/')}/{run_id}/{name}{'/' if path.endswith('/') else ''}"


def versions(storage: BaseStorage, path: str) -> list[str]:
    """Return the ids of the runs that a path has versions of, newest first."""
    if not storage.exists(path) or storage.isfile(path):
        return []
    _, folders = storage.ls(path)
    return sorted((split(folder)[1] for folder in folders), key=_age, reverse=True)


def run_id_of(run: str) -> str:
    """Return the id at the end of a run folder, or the id itself."""
    return run.strip().strip("/").rpartition("/")[2]


def _age(run_id: str) -> tuple[datetime, str]:
    return created_from_id(run_id) or _UNKNOWN, run_id
