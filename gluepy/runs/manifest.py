"""The manifest of a run: ``run.json``, readable by any tool.

It is written when the run starts, as tasks end, and when the run ends. Writing it costs time
that grows with the number of tasks, so between start and end no more than a twentieth of the
run's time goes into it; what ends meanwhile is a line in the journal, which whoever reads the
manifest reads too. So a task that ended is known to have, whenever the run is killed, and
costs the same in a run of ten tasks and of ten thousand.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Container, Iterator, Mapping
from typing import Any

from gluepy import VERSION
from gluepy.conf import default_settings
from gluepy.conf.secrets import mask_argument, mask_value
from gluepy.files.storages import default_storage
from gluepy.ops.base import FINISHED, KILLED, RUNNING
from gluepy.runs import environment, journal
from gluepy.runs.elements import parent_of
from gluepy.runs.entry import Entry
from gluepy.runs.folder import MANIFEST
from gluepy.runs.journal import Journal
from gluepy.utils.timezone import isoformat, stamp

SCHEMA = 1
SHARE = 20


class Manifest:
    """The record of one run, kept in memory and on the storage.

    Args:
        folder: The run folder.
        data: The record; see :func:`new`.
        entries: Name -> what it says of a task; its tasks are these.
    """

    def __init__(self, folder: str, data: dict[str, Any], entries: dict[str, Entry]) -> None:
        self.folder = folder
        self.data = {**data, "tasks": [entry.data for entry in entries.values()]}
        self._tasks = entries
        self._next_write = 0.0
        self._journal = Journal(folder, data["attempt"])
        self._git = environment.GitState(default_settings.BASE_DIR)

    def task_started(
        self, name: str, described: dict[str, Any], element: str | None = None
    ) -> None:
        """Note that a try of a task starts.

        Args:
            name: The task, or an element of a mapped one, which is new to the manifest.
            described: What the manifest says of a task besides how it goes.
            element: For an element of a mapped task, the digest of what it is given.
        """
        entry = self._entry(name, described)
        if element is not None:
            entry.update(element=element)
        entry.update(
            status=RUNNING,
            started_at=stamp(),
            ended_at=None,
            error=None,
            attempts=entry.data["attempts"] + 1,
        )

    def _entry(self, name: str, described: dict[str, Any]) -> Entry:
        entry = self._tasks.get(name)
        if entry is None:
            entry = self._tasks[name] = Entry.pending({**described, "name": name})
            self.data["tasks"].append(entry.data)
        return entry

    def forget_elements(self, name: str, count: int) -> None:
        """Forget elements of a mapped task beyond so many, which an earlier attempt had."""
        gone = {f"{name}[{index}]" for index in _beyond(self._tasks, name, count)}
        for element in gone:
            del self._tasks[element]
        if gone:
            kept = [task for task in self.data["tasks"] if task["name"] not in gone]
            self.data["tasks"][:] = kept

    def task_ended(
        self, name: str, status: str, seconds: float, trace: dict[str, Any], error: Any = None
    ) -> None:
        """Note how a task ended, durably."""
        entry = self._tasks[name]
        entry.update(
            status=status,
            ended_at=stamp(),
            seconds=round(seconds, 6),
            error=mask_value(error),
            **(mask_value(trace) if trace else {}),
        )
        if "metrics" in trace:  # numbers, whatever their names announce
            entry.update(metrics=trace["metrics"])
        self._keep(entry)

    def place_of(self, name: str) -> str:
        """Return ``file:line`` where a task failed, as far as it is known."""
        return str((self._tasks[name].data["error"] or {}).get("place", ""))

    def task_skipped(self, name: str, described: dict[str, Any], status: str, reason: str) -> None:
        """Note that a task will not run."""
        entry = self._entry(name, described)
        entry.update(status=status, reason=reason, started_at=None)
        self._keep(entry)

    def _keep(self, entry: Entry) -> None:
        if time.monotonic() >= self._next_write:
            self.write()
        else:
            self._journal.add(entry.text())

    def kept_metrics(self) -> list[tuple[str, float, str]]:
        """Return key, value and time of the metrics of tasks that finished, oldest first."""
        done = [task for task in self.data["tasks"] if task["status"] == FINISHED]
        found = [
            (key, value, str(task["ended_at"]))
            for task in done
            for key, value in task.get("metrics", {}).items()
        ]
        return sorted(found, key=lambda entry: entry[2])

    def end(self, status: str, metrics: dict[str, float], error: Any = None) -> None:
        """Note how the run ended, and write the manifest."""
        self.data.update(status=status, ended_at=stamp(), error=mask_value(error))
        self.data["metrics"] = {**self.data["metrics"], **metrics}
        for entry in self._tasks.values():
            if entry.data["status"] == RUNNING:
                entry.update(status=status, ended_at=self.data["ended_at"])
        self.data["git"] = self._git.collect(wait=True)
        self.write()
        self._journal.clear()

    def write(self) -> None:
        """Write the manifest, whole or not at all."""
        started = time.monotonic()
        self.data["git"] = self._git.collect()
        default_storage.touch(f"{self.folder}/{MANIFEST}", self._text())
        self._journal.clear()
        ended = time.monotonic()
        self._next_write = ended + SHARE * (ended - started)

    def _text(self) -> str:
        """Return the manifest as JSON: the tasks last, each on a line of its own."""
        head = {name: value for name, value in self.data.items() if name != "tasks"}
        text = json.dumps(head, indent=1, ensure_ascii=False, default=str)
        tasks = ",\n  ".join(entry.text() for entry in self._tasks.values())
        return f'{text[:-2]},\n "tasks": [\n  {tasks}\n ]\n}}'


def new(
    *,
    run_id: str,
    folder: str,
    dag: str,
    created_at: Any,
    steps: list[dict[str, Any]],
    executor: str,
    elements: Container[str] = (),
) -> Manifest:
    """Return the manifest of a run that is about to start.

    A manifest that the folder already holds is continued: the attempt is counted, and what
    it says of tasks that do not run now stays. Elements of a mapped task that runs again are
    forgotten, but for those that need not run again.

    Args:
        run_id: The run's id.
        folder: The run's folder.
        dag: Label of the DAG.
        created_at: When the run was made for the first time.
        steps: ``name``, ``label``, ``class`` and ``after`` of each task about to run.
        executor: Name of the executor.
        elements: Names of the elements of mapped tasks that need not run again.
    """
    former = read(folder) or {}
    running = {step["name"] for step in steps}
    kept = {
        task["name"]: Entry(_settled(task))
        for task in former.get("tasks", [])
        if task["name"] in elements or parent_of(task["name"]) not in running
    }
    for step in steps:
        kept[step["name"]] = Entry.pending(step)
    return Manifest(
        folder,
        {
            "schema": SCHEMA,
            "run_id": run_id,
            "run_folder": folder,
            "dag": dag,
            "status": RUNNING,
            "attempt": former.get("attempt", 0) + 1,
            "created_at": isoformat(created_at),
            "started_at": stamp(),
            "ended_at": None,
            "error": None,
            "command": [mask_argument(argument) for argument in sys.argv],
            "settings": default_settings.module_name,
            "executor": executor,
            "git": {"commit": None, "branch": None, "dirty": None},
            "host": environment.host(),
            "python": sys.version.split()[0],
            "gluepy": VERSION,
            "packages": environment.packages(),
            "metrics": former.get("metrics", {}),
        },
        kept,
    )


def _beyond(tasks: Mapping[str, Any], name: str, count: int) -> Iterator[int]:
    """Yield the numbers from ``count`` on that elements of a mapped task have."""
    index = count
    while f"{name}[{index}]" in tasks:
        yield index
        index += 1


def _settled(task: dict[str, Any]) -> dict[str, Any]:
    """Return a task of a former attempt; one still running there was killed with it."""
    return {**task, "status": KILLED} if task["status"] == RUNNING else task


def read(folder: str) -> dict[str, Any] | None:
    """Return the manifest a folder holds, None if there is none that can be read."""
    path = f"{folder}/{MANIFEST}"
    if not default_storage.exists(path):  # cheaper than an error that looks for close names
        return None
    try:
        data = json.loads(default_storage.open(path))
    except (FileNotFoundError, ValueError):
        return None
    return _with_journal(folder, data) if isinstance(data, dict) else None


def _with_journal(folder: str, data: dict[str, Any]) -> dict[str, Any]:
    """Add what ended since the manifest was written last; that of a finished run is whole."""
    if data.get("status") != RUNNING and data.get("ended_at"):
        return data
    tasks = {task["name"]: task for task in data.get("tasks", [])}
    for task in journal.entries(folder, data.get("attempt", 1)):
        tasks[task["name"]] = task
    return {**data, "tasks": list(tasks.values())}


def is_finished(data: dict[str, Any]) -> bool:
    """Tell whether a manifest says that its run ended well."""
    return data.get("status") == FINISHED
