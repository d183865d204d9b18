"""One run, as it can be asked about."""

from __future__ import annotations

import os
from itertools import chain
from typing import Any

from gluepy.context.current import using_context
from gluepy.context.document import Context
from gluepy.context.yaml import load
from gluepy.exceptions import ArtifactError, RunNotFoundError
from gluepy.files.storages import BaseStorage, default_storage
from gluepy.ops.base import KILLED, RUNNING
from gluepy.runs import artifacts, lock, manifest
from gluepy.runs.folder import CONTEXT, MANIFEST, METRICS
from gluepy.utils.text import close_names, either
from gluepy.utils.timezone import parse


class Run:
    """A run that happened, or happens.

    Args:
        folder: Its folder on the default storage.
        data: Its manifest, if it is known already.
        context: Its context, if it is known already.

    Raises:
        RunNotFoundError: The folder holds no manifest.
    """

    def __init__(
        self, folder: str, data: dict[str, Any] | None = None, context: Context | None = None
    ) -> None:
        self.folder = folder
        self._context = context
        self.volatiles: dict[str, Any] = {}
        found = data if data is not None else manifest.read(folder)
        if found is None:
            raise RunNotFoundError(
                f"The run folder '{folder}' has no {MANIFEST} that can be read.",
                hint=f"Start it again: dag LABEL --retry {folder}",
            )
        self.manifest: dict[str, Any] = found

    @property
    def id(self) -> str:
        """The run's id."""
        return str(self.manifest["run_id"])

    @property
    def dag(self) -> str:
        """Label of the DAG."""
        return str(self.manifest["dag"])

    @property
    def status(self) -> str:
        """RUNNING, FINISHED, FAILED or KILLED; a run whose process is gone was killed."""
        status = str(self.manifest["status"])
        return KILLED if status == RUNNING and not self.is_alive() else status

    @property
    def started_at(self) -> str:
        """When the latest attempt started: ISO 8601, UTC."""
        return str(self.manifest["started_at"])

    @property
    def seconds(self) -> float | None:
        """How long the latest attempt took, None as long as it has no end."""
        ended = self.manifest["ended_at"]
        return (parse(ended) - parse(self.started_at)).total_seconds() if ended else None

    @property
    def metrics(self) -> dict[str, float]:
        """The metrics that were logged, the last value of each."""
        return dict(self.manifest.get("metrics", {}))

    @property
    def storage(self) -> BaseStorage:
        """The run folder as a storage: ``run.storage.open("metrics.json")``."""
        from gluepy.files.storages.prefixed import PrefixedStorage

        return PrefixedStorage(default_storage, self.folder)

    @property
    def location(self) -> str:
        """Where the run folder lies, for people: seen from the current folder if it is below it."""
        path = default_storage.local_path(self.folder)
        if path is None:
            return default_storage.abspath(self.folder)
        near = os.path.relpath(path)
        return path if near.startswith(os.pardir) else near

    @property
    def context(self) -> Context:
        """The context the run had; read back from its folder, secrets are masked."""
        if self._context is None:
            path = f"{self.folder}/{CONTEXT}"
            self._context = Context(load(default_storage.open(path), path).values)
        return self._context

    def __getitem__(self, name: str) -> Any:
        """Return what the run produced under a name: a volatile, or an artifact, loaded now.

        Raises:
            ArtifactError: There is none; volatiles live only in the process that ran them.
        """
        if name in self.volatiles:
            return self.volatiles[name]
        with using_context(self.context):
            try:
                return artifacts.load(name, self._placeholders(name))
            except ArtifactError as error:
                close = close_names(name, self._produced())
                hint = f"Did you mean {either(close)}?" if close else error.hint
                raise ArtifactError(error.message, hint=hint) from error

    def _produced(self) -> set[str]:
        """Return the names under which the run produced anything."""
        written = (task.get("writes", {}).get("artifact", ()) for task in self.manifest["tasks"])
        return {*self.volatiles, *chain.from_iterable(written)}

    def _placeholders(self, name: str) -> dict[str, Any]:
        """Return what the task that wrote an artifact filled its placeholders with."""
        for task in self.manifest["tasks"]:
            if name in task.get("writes", {}).get("artifact", ()):
                return artifacts.remembered(task.get("placeholders", {}))
        return {}

    def is_alive(self) -> bool:
        """Tell whether a process works in the run folder now."""
        holder = lock.holder_of(self.folder)
        return holder is not None and lock.is_alive(holder)

    def files(self) -> list[str]:
        """Return the paths of everything in the run folder, relative to it."""
        return list(self.storage.walk(""))

    def stored_metrics(self) -> dict[str, float]:
        """Return what ``metrics.json`` holds: what tools outside gluepy see."""
        import json

        path = f"{self.folder}/{METRICS}"
        return json.loads(default_storage.open(path)) if default_storage.exists(path) else {}

    def summary(self) -> dict[str, Any]:
        """Return what a listing shows of the run, for ``--json``."""
        return {
            "run_id": self.id,
            "dag": self.dag,
            "status": self.status,
            "started_at": self.started_at,
            "seconds": self.seconds,
            "run_folder": self.folder,
            "metrics": self.metrics,
        }

    def __repr__(self) -> str:
        return f"<Run {self.id}: {self.dag} {self.status}, started {self.started_at}>"
