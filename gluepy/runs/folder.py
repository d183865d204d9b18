"""Run folders: from what somebody typed to the folder that is meant."""

from __future__ import annotations

import os
from collections.abc import Iterator

from gluepy.context.ids import created_from_id, folder_of
from gluepy.exceptions import RunNotFoundError
from gluepy.files.storages import default_storage
from gluepy.utils.text import close_names, either

CONTEXT = "context.yaml"
MANIFEST = "run.json"
LOG = "logs/run.log"
METRICS = "metrics.json"
LATEST = "latest"


def find(reference: str) -> str:
    """Return the folder of an existing run.

    Args:
        reference: A run id, a run folder with or without slashes around it, a path on this
            machine that leads into the storage, or ``latest``.

    Raises:
        RunNotFoundError: There is no such run; with the closest ids.
    """
    folder = locate(reference)
    if folder is None or not is_run(folder):
        raise _not_found(reference)
    return folder


def for_retry(reference: str) -> str:
    """Return the folder a retry works in; a path that does not exist yet is a new one.

    Raises:
        RunNotFoundError: A bare id was given and no run has it.
    """
    folder = locate(reference)
    if folder is None:
        raise _not_found(reference)
    return folder


def locate(reference: str) -> str | None:
    """Return the folder a reference names, None if it is a bare id nobody has."""
    name = reference.strip().strip("/")
    if not name:
        return None
    if name == LATEST:
        return next(filter(is_run, iterate()), None)
    if "/" in name:
        return _relative(reference.strip()) or _by_path(name)
    return _by_id(name)


def is_run(folder: str) -> bool:
    """Tell whether a folder holds a run."""
    return default_storage.exists(f"{folder}/{MANIFEST}") or default_storage.exists(
        f"{folder}/{CONTEXT}"
    )


def iterate() -> Iterator[str]:
    """Yield every run folder, newest day first, and newest id first within a day."""
    from gluepy.files.run_folders import run_folders

    yield from run_folders(default_storage)


def _by_path(path: str) -> str | None:
    """Return a path of the storage, or what the id at its end names if the path is not there.

    So a folder is found with a bucket or another machine's root in front of it, too.
    """
    derived = _derived(path.rpartition("/")[2])
    if derived not in (None, path) and not default_storage.exists(path):
        return derived
    return None if "://" in path else path


def _derived(run_id: str) -> str | None:
    """Return the folder that an id tells by itself, if it is there."""
    created = created_from_id(run_id)
    folder = folder_of(run_id, created) if created else None
    return folder if folder and default_storage.exists(folder) else None


def _by_id(run_id: str) -> str | None:
    derived = _derived(run_id)
    if derived or is_run(run_id):
        return derived or run_id
    return next((folder for folder in iterate() if folder.rpartition("/")[2] == run_id), None)


def _relative(path: str) -> str | None:
    """Return where a path on this machine lies in the storage, if it is a folder there."""
    root = default_storage.local_path("")
    if root is None or not os.path.isdir(path):
        return None
    inside = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
    return None if inside.startswith("..") else inside.replace(os.sep, "/")


def _not_found(reference: str) -> RunNotFoundError:
    name = reference.strip().strip("/").rpartition("/")[2]
    recent = [folder.rpartition("/")[2] for folder, _ in zip(iterate(), range(200), strict=False)]
    close = close_names(name, recent)
    if close:
        hint = f"Did you mean {either(close)}?"
    else:
        hint = f"The newest is '{recent[0]}'." if recent else "There are no runs yet."
    return RunNotFoundError(f"There is no run '{reference}'.", hint=f"{hint} See: runs ls")
