"""The journal of a run: one line per task that ended, between two writes of the manifest.

The manifest holds every task, so writing it takes longer the more tasks there are; a line
does not. A line that was torn by a kill is the last one, and is left out. A line of an
earlier attempt says nothing of this one, and is left out too. Where the storage cannot
append, each line is a small file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from gluepy.files.storages import default_storage

FOLDER = "logs/tasks"
FILE = f"{FOLDER}.jsonl"


class Journal:
    """Adds lines to the journal of a run folder; made with the first line."""

    def __init__(self, folder: str, attempt: int) -> None:
        self.folder = folder
        self.attempt = attempt
        self._stream: Any = None
        self._is_clear = False
        self._count = 0

    def add(self, task: str) -> None:
        """Put down a task as it ended, encoded as JSON."""
        self._is_clear = False
        line = f"[{self.attempt}, {task}]"
        if self._stream is None and getattr(default_storage, "supports_append", False):
            self._stream = default_storage.stream(f"{self.folder}/{FILE}", "ab")
        if self._stream is None:
            default_storage.touch(f"{self.folder}/{FOLDER}/{self._count:08}.json", line)
        else:
            self._stream.write(f"{line}\n".encode())
            self._stream.flush()
        self._count += 1

    def close(self) -> None:
        """Let go of the file; the next line opens it again."""
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def clear(self) -> None:
        """Remove the journal: the manifest holds it all."""
        if self._is_clear:
            return
        self.close()
        remove(self.folder)  # at first, what a killed attempt left
        self._is_clear = True


def remove(folder: str) -> None:
    """Remove what is left of a journal."""
    for path in (f"{folder}/{FILE}", f"{folder}/{FOLDER}"):
        if default_storage.exists(path):
            default_storage.rm(path, recursive=True)


def entries(folder: str, attempt: int) -> Iterator[dict[str, Any]]:
    """Yield the tasks of a journal that ended in an attempt, in the order they ended."""
    for line in _lines(folder):
        try:
            number, task = json.loads(line)
        except ValueError:
            return
        if number == attempt:
            yield task


def _lines(folder: str) -> Iterator[str]:
    if default_storage.exists(f"{folder}/{FILE}"):
        yield from default_storage.open(f"{folder}/{FILE}").decode(errors="replace").splitlines()
    elif default_storage.exists(f"{folder}/{FOLDER}"):
        for path in default_storage.walk(f"{folder}/{FOLDER}"):
            yield default_storage.open(path, "r")
