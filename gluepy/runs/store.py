"""All runs of a project: find, list, compare, remove."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from gluepy.exceptions import RunError, RunNotFoundError
from gluepy.files.storages import default_storage
from gluepy.ops import default_mlops
from gluepy.runs import folder as folders
from gluepy.runs import manifest
from gluepy.runs.run import Run
from gluepy.utils.mapping import flatten
from gluepy.utils.timezone import parse

Protection = Callable[[Run], str | None]
RunList = list[Run]  # the class below has a method called list


class Runs:
    """The runs of the default storage. Use the instance ``gluepy.runs.runs``."""

    def __init__(self) -> None:
        self._protections: list[Protection] = [_is_at_work]

    def protect(self, protection: Protection) -> Protection:
        """Add a reason to keep runs; usable as a decorator.

        Args:
            protection: Takes a run and returns why it must stay, or None.
        """
        self._protections.append(protection)
        return protection

    def get(self, reference: str) -> Run:
        """Return a run by id, by folder, or the ``latest``.

        Raises:
            RunNotFoundError: There is none; with the closest ids.
        """
        return Run(folders.find(reference))

    def list(
        self,
        dag: str | None = None,
        status: str | None = None,
        since: datetime | None = None,
        before: datetime | None = None,
        limit: int | None = None,
    ) -> RunList:
        """Return the runs that match all that is given, newest first.

        Args:
            dag: Label of the DAG.
            status: RUNNING, FINISHED, FAILED or KILLED.
            since: Only runs started then or later.
            before: Only runs started before.
            limit: At most so many.
        """
        found = (
            run
            for run in self
            if dag in (None, run.dag)
            and (since is None or parse(run.started_at) >= since)
            and (before is None or parse(run.started_at) < before)
            and status in (None, run.status)
        )
        return list(islice(found, limit))

    def __iter__(self) -> Iterator[Run]:
        for folder in folders.iterate():
            data = manifest.read(folder)
            if data is not None:
                yield Run(folder, data)

    def compare(self, *references: str) -> dict[str, dict[str, float]]:
        """Return the metrics of each run, by the name it was asked for.

        Raises:
            RunNotFoundError: One of them does not exist.
        """
        return {
            reference.strip("/"): Run(folders.find(reference)).stored_metrics()
            for reference in references
        }

    def diff(self, a: str, b: str) -> dict[str, dict[str, tuple[Any, Any]]]:
        """Return what differs between two runs: context, code, packages, metrics.

        Returns:
            By section, then by name, the values of the first and the second run; None where
            a run does not have it.
        """
        first, second = self.get(a), self.get(b)
        sections = {
            "context": (_context_of(first), _context_of(second)),
            "run": (_code_of(first), _code_of(second)),
            "packages": (first.manifest["packages"], second.manifest["packages"]),
            "metrics": (first.metrics, second.metrics),
        }
        changed = {name: _changes(*pair) for name, pair in sections.items()}
        return {name: changes for name, changes in changed.items() if changes}

    def rm(self, reference: str) -> Run:
        """Remove a run with everything in its folder, and return what it was.

        Raises:
            RunNotFoundError: There is no such run.
            RunError: Something still needs it.
        """
        folder = folders.find(reference)
        run = Run(folder, manifest.read(folder) or {"run_id": folder.rpartition("/")[2]})
        reason = self.needed(run)
        if reason:
            raise RunError(f"Run '{run.id}' stays: {reason}.")
        default_mlops.delete_run(run.id)
        default_storage.rm(folder, recursive=True)
        return run

    def needed(self, run: Run) -> str | None:
        """Return why a run must stay, None if it may go."""
        reasons = (protection(run) for protection in self._protections)
        return next((reason for reason in reasons if reason), None)

    def prunable(
        self, keep: int | None = None, before: datetime | None = None, dag: str | None = None
    ) -> RunList:
        """Return the runs that retention lets go, oldest first.

        Args:
            keep: Keep so many of the newest of each DAG.
            before: Let go only runs started before.
            dag: Look only at runs of this DAG.

        Raises:
            RunError: Neither ``keep`` nor ``before`` is given.
        """
        if keep is None and before is None:
            raise RunError(
                "Pruning needs a rule.", hint="Say how many to keep, or how old they may get."
            )
        seen: dict[str, int] = {}
        found = []
        for run in self.list(dag=dag):
            seen[run.dag] = seen.get(run.dag, 0) + 1
            is_old = before is None or parse(run.started_at) < before
            if is_old and seen[run.dag] > (keep or 0) and not self.needed(run):
                found.append(run)
        return found[::-1]


def _is_at_work(run: Run) -> str | None:
    return "a process works in it" if run.is_alive() else None


def _context_of(run: Run) -> dict[str, Any]:
    try:
        values = dict(flatten(run.context.to_dict()))
    except FileNotFoundError:
        raise RunNotFoundError(f"The run '{run.id}' has no {folders.CONTEXT}.") from None
    return {path: value for path, value in values.items() if not path.startswith("gluepy.")}


def _code_of(run: Run) -> dict[str, Any]:
    names = ("dag", "status", "python", "gluepy", "executor", "settings")
    git = {f"git.{name}": value for name, value in run.manifest["git"].items()}
    return {name: run.manifest[name] for name in names} | git


def _changes(a: dict[str, Any], b: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    names = sorted({*a, *b})
    return {name: (a.get(name), b.get(name)) for name in names if a.get(name) != b.get(name)}


runs = Runs()
