"""What tasks wrote, by size and digest: whether it is still as they left it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gluepy.files.storages import BaseStorage, default_storage

CHUNK = 1 << 20


def fingerprints(names: Iterable[str]) -> dict[str, list[Any]]:
    """Return path -> ``[size, digest]`` of the files a task wrote that are still there.

    The digest is SHA-256 in hex. A storage other than the default one stands in front of the
    path: ``archive:2026/x.csv``, ``s3://bucket/2026/x.csv``.
    """
    found = {}
    for name in names:
        fingerprint = _fingerprint(name)
        if fingerprint is not None:
            found[name] = fingerprint
    return found


def changed_one(outputs: Mapping[str, Any]) -> str | None:
    """Return the path of a file that is not as it was, None if all are.

    Args:
        outputs: Path -> ``[size, digest]``.
    """
    return next((name for name, mark in outputs.items() if _fingerprint(name) != mark), None)


def _fingerprint(name: str) -> list[Any] | None:
    place = _place(name)
    if place is None:
        return None
    storage, path = place
    try:
        size = storage.size(path)
    except OSError:
        return None
    return [size, _digest(storage, path)]


def _place(name: str) -> tuple[BaseStorage, str] | None:
    """Return the storage and the path of what a signal named; see ``catalog.urls.place_of``."""
    if ":" not in name:
        return default_storage, name
    from gluepy.catalog.places import place_of

    return place_of(name)


def _digest(storage: BaseStorage, path: str) -> str:
    from hashlib import sha256

    digest = sha256()
    with storage.stream(path, "rb") as stream:
        while chunk := stream.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()
