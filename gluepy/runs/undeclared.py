"""Artifacts that the catalog does not name: kept in the run folder, by type of value.

A value is stored by its type: a dataframe of the project's data manager as Parquet, plain
data as JSON, anything else as pickle. What is read back equals what was stored: data that
JSON would change, such as a tuple or a mapping with numbers for keys, goes to pickle, and so
does a dataframe that Parquet cannot hold.

A mapped task stores one element each, ``NAME/0``, ``NAME/1``, …; read by the name alone they
are a list.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from gluepy.exceptions import ArtifactError, DataError
from gluepy.files.storages import default_storage
from gluepy.signals import after_save, before_load
from gluepy.utils.text import close_names, either

if TYPE_CHECKING:
    from gluepy.files.data import BaseDataManager

FOLDER = "artifacts"
SUFFIXES = (".parquet", ".json", ".pkl")
ENGINES = ("pandas", "polars", "pyarrow")
_PLAIN = (str, int, float, bool, type(None))


def save(name: str, value: Any) -> str:
    """Store a value in the current run folder and return its path, relative to the root.

    Raises:
        ArtifactError: The value cannot be pickled.
    """
    stem = f"{FOLDER}/{name}"
    suffix = _write(name, stem, value)
    for other in SUFFIXES:
        if other != suffix and default_storage.exists(default_storage.runpath(stem + other)):
            default_storage.rm(default_storage.runpath(stem + other))
    stored = default_storage.runpath(stem + suffix)
    after_save.send_robust(name=name, path=stored)
    return stored


def _write(name: str, stem: str, value: Any) -> str:
    """Write a value in the way that gives it back as it is, and return the suffix."""
    if _is_frame(value):
        try:
            _frames().write(f"{stem}.parquet", value)
            return ".parquet"
        except DataError:
            pass  # columns of mixed types, say
    elif is_plain(value):
        text = json.dumps(value, ensure_ascii=False, indent=1)
        default_storage.touch(default_storage.runpath(f"{stem}.json"), text)
        return ".json"
    default_storage.touch(default_storage.runpath(f"{stem}.pkl"), _pickled(name, value))
    return ".pkl"


def load(name: str) -> Any:
    """Return an artifact of the current run.

    Raises:
        ArtifactError: The run has none of that name; with close names.
    """
    before_load.send_robust(name=name)
    path = find(name)
    if path is None:
        close = close_names(name, names())
        hint = f"Did you mean {either(close)}?" if close else "No task has produced it yet."
        raise ArtifactError(f"The run has no artifact '{name}'.", hint=hint)
    if path.endswith(".parquet"):
        return _frames().read(path, root=True)
    if path.endswith(".json"):
        return json.loads(default_storage.open(path))
    if path.endswith(".pkl"):
        import pickle

        return pickle.loads(default_storage.open(path))
    return [load(f"{name}/{index}") for index in range(_count(path))]


def find(name: str) -> str | None:
    """Return where an artifact of the current run lies: a file, or the folder of a list."""
    stem = default_storage.runpath(f"{FOLDER}/{name}")
    candidates = (stem + suffix for suffix in (*SUFFIXES, ""))
    return next((path for path in candidates if default_storage.exists(path)), None)


def names() -> list[str]:
    """Return the names of the artifacts of the current run."""
    folder = default_storage.runpath(FOLDER)
    if not default_storage.exists(folder):
        return []
    files, folders = default_storage.ls(folder)
    found = [path.rpartition("/")[2].rpartition(".")[0] for path in files]
    return sorted([*found, *(path.rstrip("/").rpartition("/")[2] for path in folders)])


def _count(folder: str) -> int:
    files, folders = default_storage.ls(folder)
    return len(files) + len(folders)


def is_plain(value: Any) -> bool:
    """Tell whether JSON gives back exactly this value."""
    if type(value) in _PLAIN:
        return value == value and value not in (float("inf"), float("-inf"))
    if type(value) is list:
        return all(map(is_plain, value))
    if type(value) is dict:
        return all(type(key) is str for key in value) and all(map(is_plain, value.values()))
    return False


def _is_frame(value: Any) -> bool:
    """Tell whether the project's data manager handles a value, importing no engine."""
    kind = type(value)
    engine = kind.__module__.partition(".")[0]
    return engine in ENGINES and _frames().frame.endswith(f" {engine}.{kind.__name__}")


def _frames() -> BaseDataManager:
    """Return the data manager, imported only by a run that has dataframes."""
    from gluepy.files.data import data_manager

    return data_manager


def _pickled(name: str, value: Any) -> bytes:
    import pickle

    try:
        return pickle.dumps(value, protocol=5)
    except Exception as error:
        raise ArtifactError(
            f"The artifact '{name}', a {type(value).__name__}, cannot be stored: {error}.",
            hint="Declare it as Volatile to hand it on in memory.",
        ) from error


def trim(name: str, count: int) -> None:
    """Make the list an artifact holds exactly ``count`` elements long.

    What an earlier attempt left beyond them, or as a single value, is removed.
    """
    folder = default_storage.runpath(f"{FOLDER}/{name}")
    for suffix in SUFFIXES:
        if default_storage.exists(folder + suffix):
            default_storage.rm(folder + suffix)
    if not default_storage.exists(folder):
        default_storage.mkdir(folder, make_parents=True)
        return
    files, folders = default_storage.ls(folder)
    for path in [*files, *folders]:
        index = path.rstrip("/").rpartition("/")[2].partition(".")[0]
        if index.isdigit() and int(index) >= count:
            default_storage.rm(path, recursive=True)
