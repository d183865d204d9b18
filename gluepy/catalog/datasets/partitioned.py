"""Folders of artifacts: a value for each key, each loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from gluepy.catalog.base import FileDataset, Preview
from gluepy.catalog.datasets.inner import placed, type_of_inner
from gluepy.catalog.datasets.stored import refused
from gluepy.catalog.places import Location
from gluepy.exceptions import DataError
from gluepy.files.storages.local import LocalStorage


class Partitions(Mapping[str, Any]):
    """Key -> value; a value is loaded each time it is asked for.

    Args:
        keys: The keys, sorted.
        load: Returns the value of a key.
    """

    def __init__(self, keys: list[str], load: Callable[[str], Any]) -> None:
        self._keys = dict.fromkeys(keys)
        self._load = load

    def __getitem__(self, key: str) -> Any:
        if key not in self._keys:
            raise KeyError(key)
        return self._load(key)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)

    def __repr__(self) -> str:
        return f"<{len(self)} partitions: {', '.join(list(self)[:5])}{', …' * (len(self) > 5)}>"


class Partitioned(FileDataset):
    """A mapping whose values lie in a folder, one file each.

    Saving takes a mapping and replaces the folder; a value may be a function without arguments,
    called when it is its turn, so that one value at a time is in memory.

    Fields:
        of: Type of the values, and its fields: ``{type: csv, columns: [a, b]}``.
        suffix: What follows the key in the name of a file.
    """

    type = "partitioned"
    supports_elements = False

    of: dict[str, Any] | str
    suffix: str = ""

    def load(self) -> Partitions:
        """Return the mapping; values are loaded when they are asked for."""
        folder = self.source()
        type_of_inner(self, self.of)
        return Partitions(self._keys(folder), lambda key: self._inner(folder, key).load())

    def save(self, data: Any) -> None:
        """Replace the folder by one file for each key of a mapping."""
        if not isinstance(data, Mapping):
            raise refused(data, "a mapping from key to value")
        for key in data:
            _check_key(key)
        with self.target().writing_folder() as folder:
            unseen = Location(_Unseen(folder), "")
            for key in data:
                value = data[key]
                self._inner(unseen, key).save(value() if callable(value) else value)

    def preview(self, rows: int = 5) -> Preview:
        """Return the first keys, and how many there are."""
        keys = self._keys(self.source())
        return Preview({"key": "str"}, len(keys), [{"key": key} for key in keys[:rows]])

    def _keys(self, folder: Location) -> list[str]:
        start = len(folder.path.rstrip("/")) + 1
        found = (path[start:] for path in folder.storage.walk(folder.path))
        end = -len(self.suffix) or None
        return sorted(path[:end] for path in found if path.endswith(self.suffix))

    def _inner(self, folder: Location, key: str) -> FileDataset:
        return placed(self, self.of, folder.below(key + self.suffix))


class _Unseen(LocalStorage):
    """A folder that is being filled: what is written there is announced when it is in place."""

    def _announce_read(self, path: str, size: int | None) -> None:
        pass

    def _announce_write(self, path: str, size: int | None) -> None:
        pass


def _check_key(key: Any) -> None:
    parts = key.split("/") if isinstance(key, str) else [""]
    if not all(part.strip(".") for part in parts):
        raise DataError(
            f"The key {key!r} cannot be the name of a file.",
            hint="Use a text such as 'a' or 'a/b'.",
        )
