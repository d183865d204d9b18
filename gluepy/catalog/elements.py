"""Elements of mapped tasks: ``clean.csv`` is kept as ``clean/0.csv``, ``clean/1.csv`` and on."""

from __future__ import annotations

from gluepy.files.storages import BaseStorage
from gluepy.files.storages.paths import join, split

_COMPRESSED = (".gz", ".bz2", ".xz", ".zst", ".zip", ".lz4", ".snappy")


def path_of(path: str, number: int) -> str:
    """Return where an element of what lies at ``path`` lies."""
    stem, suffix = _parted(path)
    return f"{stem}/{number}{suffix}"


def folder_of(path: str) -> str:
    """Return the folder of the elements of what lies at ``path``."""
    return _parted(path)[0]


def numbers(storage: BaseStorage, folder: str) -> list[int] | None:
    """Return the numbers that the entries of a folder are named by, in order.

    None if there is no such folder, or if it holds anything else.
    """
    if not storage.exists(folder) or not storage.isdir(folder):
        return None
    files, folders = storage.ls(folder)
    names = [split(path)[1].partition(".")[0] for path in (*files, *folders)]
    return sorted(map(int, names)) if all(map(str.isdecimal, names)) else None


def _parted(path: str) -> tuple[str, str]:
    """Return a path without its suffix, and the suffix: ``a/clean`` and ``.csv.gz``."""
    folder, name = split(path.rstrip("/"))
    slash = "/" if path.endswith("/") else ""
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        return join(folder, name), slash
    if f".{suffix}".lower() in _COMPRESSED and "." in stem.lstrip("."):
        stem, _, inner = stem.rpartition(".")
        suffix = f"{inner}.{suffix}"
    return join(folder, stem), f"{dot}{suffix}{slash}"
