"""Resuming: what of an earlier attempt still stands, and what must run again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from gluepy.context.document import Context
from gluepy.context.yaml import load
from gluepy.exceptions import CatalogError, CommandError
from gluepy.exec.markers import Artifact
from gluepy.exec.wiring import Step
from gluepy.files.storages import default_storage
from gluepy.ops.base import FINISHED
from gluepy.runs.artifacts import exists, is_declared, location
from gluepy.runs.elements import parent_of
from gluepy.runs.folder import CONTEXT
from gluepy.runs.outputs import changed_one
from gluepy.runs.parameters import SHARED, Placeholders, resolve
from gluepy.runs.undeclared import SUFFIXES
from gluepy.utils.mapping import flatten


class Former:
    """What an earlier attempt left.

    Attributes:
        finished: Task, or element of a mapped task -> why it need not run again.
        broken: Task that finished -> why it must run again all the same.
        undone: Task -> tasks before it whose outputs it changed in place, which therefore
            must run again if it does.
        elements: Element of a mapped task that need not run again -> digest of its values.
    """

    def __init__(self, record: Mapping[str, Any]) -> None:
        self.finished: dict[str, str] = {}
        self.broken: dict[str, str] = {}
        self.undone: dict[str, set[str]] = {}
        tasks = record.get("tasks", [])
        done = [task for task in tasks if task["status"] == FINISHED]
        done.sort(key=lambda task: str(task["ended_at"]))
        newer: dict[str, str] = {}
        for task in reversed(done):
            self._enter(task, newer)
        self._break_mapped(tasks)
        self.elements = {
            task["name"]: str(task.get("element", ""))
            for task in done
            if task["name"] in self.finished and parent_of(task["name"])
        }

    def _enter(self, task: Mapping[str, Any], newer: dict[str, str]) -> None:
        """Judge a task; all that ended after it is judged already."""
        name, outputs = str(task["name"]), task.get("outputs", {})
        keys = {path: _key(path) for path in outputs}
        own = {path: mark for path, mark in outputs.items() if keys[path] not in newer}
        path = changed_one(own)
        if path is not None:
            self.broken[name] = f"its output '{path}' is gone or changed"
            return
        self.finished[name] = f"finished at {str(task['ended_at'])[:19]}"
        for key in keys.values():
            if key in newer:
                self.undone.setdefault(newer[key], set()).add(name)
        written = task.get("writes", {}).get("storage", [])
        newer.update(dict.fromkeys([*keys.values(), *map(_key, written)], name))

    def _break_mapped(self, tasks: Iterable[Mapping[str, Any]]) -> None:
        """Judge mapped tasks by their elements."""
        for task in tasks:
            name = str(task["name"])
            parent = parent_of(name)
            if parent in self.finished and name not in self.finished:
                del self.finished[parent]
                self.broken[parent] = self.broken.get(name, f"'{name}' has not finished")


def _key(path: str) -> str:
    """Return what stays the same of an artifact's path when its value gets another type."""
    folder, _, _ = path.partition("/artifacts/")
    suffix = next((one for one in SUFFIXES if path.endswith(one)), "")
    return path.removesuffix(suffix) if folder != path else path


def refuse_other(record: Mapping[str, Any], label: str) -> None:
    """Refuse to continue the run of another DAG.

    Raises:
        CommandError: It is one.
    """
    if record["dag"] != label:
        raise CommandError(
            f"The run '{record['run_id']}' is one of the DAG '{record['dag']}', not of '{label}'.",
            hint=f"Continue it with: dag {record['dag']} --resume {record['run_id']}",
        )


def context_of(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the context of an earlier attempt, as its file shows it."""
    path = f"{record['run_folder']}/{CONTEXT}"
    return load(default_storage.open(path), path).values


def changed(
    record: Mapping[str, Any],
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    defaults: Mapping[str, Any],
) -> dict[str, str]:
    """Return name -> reason of the tasks that read a context value which is another now.

    Args:
        record: The manifest of the earlier attempt.
        old: The context it had.
        new: The context of this one.
        defaults: Context key -> the value that not having it means.
    """
    before, after = (dict(flatten(defaults)) | dict(flatten(values)) for values in (old, new))
    different = sorted(
        key
        for key in {*before, *after}
        if before.get(key) != after.get(key) and not _is_identity(key)
    )
    found: dict[str, str] = {}
    for task in record.get("tasks", []) if different else ():
        key = next((key for key in different if _reads(task, key)), None)
        if key is not None:
            name = str(task["name"])
            found.setdefault(parent_of(name) or name, f"'{key}' is {after.get(key)!r} now")
    return found


def lost(steps: Iterable[Step], context: Context) -> dict[str, str]:
    """Return name -> reason of the steps whose artifacts are not where the catalog says.

    It may say something else than it did, or they may have been removed.
    """
    found = {}
    for step in steps:
        values = Placeholders(step.spec, resolve(step.spec, context), context)
        for marker in step.spec.signature.outputs:
            name = str(marker.name)
            if isinstance(marker, Artifact) and _is_lost(name, values):
                found[step.name] = f"its artifact '{name}' is not at {location(name, values)}"
    return found


def _is_lost(name: str, values: Placeholders) -> bool:
    try:
        return is_declared(name) and not exists(name, values)
    except CatalogError:
        return False  # the elements of a mapped task have values of their own


def _is_identity(key: str) -> bool:
    """Tell whether a key says which run this is; no task's result depends on it."""
    return key.startswith("gluepy.") and not key.startswith(f"{SHARED}.")


def _reads(task: Mapping[str, Any], key: str) -> bool:
    """Tell whether a task read a key, a section it lies in, or the whole context."""
    read = task.get("reads", {}).get("context", [])
    return any(not name or key == name or key.startswith(f"{name}.") for name in read)
