"""Resuming: what of an earlier attempt still stands, and what must run again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gluepy.ops.base import FINISHED
from gluepy.runs.outputs import is_intact
from gluepy.utils.mapping import flatten


def finished(record: Mapping[str, Any]) -> dict[str, str]:
    """Return name -> reason of the tasks that finished and whose outputs are intact.

    Args:
        record: The manifest of the earlier attempt.
    """
    done = [task for task in record.get("tasks", []) if task["status"] == FINISHED]
    done.sort(key=lambda task: str(task["ended_at"]))
    newer: dict[str, str] = {}
    intact = {}
    for task in reversed(done):
        if is_intact(task.get("outputs", {}), newer):
            intact[task["name"]] = f"finished at {str(task['ended_at'])[:19]}"
        newer.update(dict.fromkeys(task.get("outputs", {}), task["name"]))
    return intact


def changed(
    record: Mapping[str, Any], old: Mapping[str, Any], new: Mapping[str, Any]
) -> dict[str, str]:
    """Return name -> reason of the tasks that read a context value which is another now.

    Args:
        record: The manifest of the earlier attempt.
        old: The context it had.
        new: The context of this one.
    """
    before, after = dict(flatten(old)), dict(flatten(new))
    different = {
        key
        for key in {*before, *after}
        if before.get(key) != after.get(key) and not key.startswith("gluepy.")
    }
    found = {}
    for task in record.get("tasks", []):
        key = next((key for key in sorted(different) if _reads(task, key)), None)
        if key is not None:
            found[task["name"]] = f"'{key}' is {after.get(key)!r} now"
    return found


def elements(record: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the elements of mapped tasks that need not run again.

    One that handed a value on in memory runs again, as nobody stored that.
    """
    return frozenset(name for name in finished(record) if name.endswith("]"))


def _reads(task: Mapping[str, Any], key: str) -> bool:
    """Tell whether a task read a key, or a section it lies in."""
    read = task.get("reads", {}).get("context", [])
    return any(key == name or key.startswith(f"{name}.") for name in read if name)
