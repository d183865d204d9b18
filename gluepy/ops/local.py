"""A tracker in files: ``tracking.json`` in each run folder, found again without a server."""

from __future__ import annotations

import json
import os
import threading
import time
from contextvars import Context
from datetime import datetime
from typing import Any

from gluepy.conf import default_context
from gluepy.conf.secrets import mask_named, mask_value
from gluepy.context.ids import created_from_id, folder_of
from gluepy.files.storages import default_storage
from gluepy.ops.base import RUNNING, BaseOpsBackend, outline
from gluepy.utils.timezone import isoformat, now, parse

RECORD = "tracking.json"
ARTIFACTS = "artifacts"
# Seconds between two writes of one record while a run logs; its end always writes.
INTERVAL = 1.0


class LocalOpsBackend(BaseOpsBackend):
    """Keeps every run's metrics with their history, parameters, inputs and artifacts.

    The record of a run lies in its folder on the default storage, so it goes wherever the
    run goes.
    """

    def __init__(self) -> None:
        super().__init__()
        self._records: dict[str, dict[str, Any]] = {}
        self._written: dict[str, float] = {}
        self._lock = threading.RLock()

    def create_run(
        self,
        dag: str,
        run_id: str | None = None,
        config: dict[str, Any] | None = None,
        username: str | None = "AnonymousUser",
    ) -> str:
        """Start the record of a run."""
        run_id = super().create_run(dag, run_id, config, username)
        folder = str(default_context.gluepy.run_folder)
        record = _new_record(run_id, folder) | {"dag": dag, "username": username}
        with self._lock:
            self._records[run_id] = record
            self._write(run_id)
        return run_id

    def get_run(self, run_id: str) -> dict[str, Any]:
        """Return the record of a run, ``status`` UNKNOWN if there is none."""
        with self._lock:
            if run_id in self._records:
                return dict(self._records[run_id])
        created = created_from_id(run_id)
        likely = f"{folder_of(run_id, created)}/{RECORD}" if created else ""
        if likely and default_storage.exists(likely):
            found: dict[str, Any] = json.loads(default_storage.open(likely))
            return found
        for record in self._stored():
            if record["run_id"] == run_id:
                return record
        return super().get_run(run_id)

    def list_runs(
        self,
        dag: str | None = None,
        username: str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """Return the records that match all that is given, newest first."""
        found = [
            record
            for record in self._stored()
            if dag in (None, record["dag"])
            and username in (None, record["username"])
            and (start_time is None or parse(record["start_time"]) >= start_time)
            and (end_time is None or parse(record["start_time"]) < end_time)
        ]
        return sorted(found, key=lambda record: str(record["start_time"]), reverse=True)

    def log_metric(self, key: str, value: float, timestamp: datetime | None = None) -> None:
        """Keep a metric with its time; the record has all its values, the run the last."""
        super().log_metric(key, value, timestamp)
        entry = {
            "key": key,
            "value": self.get_metrics()[key],
            "timestamp": isoformat(timestamp or now()),
        }
        self._append("metrics", entry)

    def log_param(self, key: str, value: Any) -> None:
        """Keep a parameter; a secret by its name is masked."""
        self._append("params", {"key": key, "value": mask_named(key, _plain(value))})

    def log_artifact(self, local_path: str, artifact_path: str | None = None) -> None:
        """Copy a file into ``artifacts/`` of the run folder."""
        name = artifact_path or os.path.basename(local_path)
        with open(local_path, "rb") as file:
            default_storage.touch(default_storage.runpath(f"{ARTIFACTS}/{name}"), file)
        self._append("artifacts", {"path": f"{ARTIFACTS}/{name}"})

    def log_input(
        self,
        df: Any,
        context: str | None = None,
        tags: dict[str, Any] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Keep shape, columns, purpose and tags of a dataframe."""
        known = outline(df)
        entry = {
            "context": context,
            "tags": mask_value(_plain(tags or {})),
            "shape": list(known.shape) if known.shape else None,
            "columns": known.columns,
        }
        self._append("inputs", entry)

    def set_terminated(self, run_id: str, status: str, end_time: datetime | None = None) -> None:
        """End the record of a run and write it."""
        with self._lock:
            record = self._records.get(run_id) or self.get_run(run_id)
            if "folder" not in record:
                return
            record |= {"status": status, "end_time": isoformat(end_time or now())}
            self._records[run_id] = record
            self._write(run_id)
            del self._records[run_id]
            self._written.pop(run_id, None)

    def delete_run(self, run_id: str) -> None:
        """Remove the record of a run; its other files stay."""
        super().delete_run(run_id)
        record = self.get_run(run_id)
        with self._lock:
            self._records.pop(run_id, None)
        if "folder" in record and default_storage.exists(f"{record['folder']}/{RECORD}"):
            default_storage.rm(f"{record['folder']}/{RECORD}")

    def _append(self, part: str, entry: dict[str, Any]) -> None:
        run_id = self.current_run_id()
        with self._lock:
            if run_id not in self._records:
                folder = str(default_context.gluepy.run_folder)
                self._records[run_id] = _new_record(run_id, folder)
            self._records[run_id][part].append(entry)
            # A record that no run has started has no end either that would write it.
            is_loose = self._records[run_id]["dag"] is None
            if is_loose or time.monotonic() - self._written.get(run_id, 0.0) >= INTERVAL:
                self._write(run_id)

    def _write(self, run_id: str) -> None:
        record = self._records[run_id]
        text = json.dumps(record, indent=2, ensure_ascii=False)
        # In a context of its own: the record is no output of the task that happens to log.
        Context().run(default_storage.touch, f"{record['folder']}/{RECORD}", text)
        self._written[run_id] = time.monotonic()

    def _stored(self) -> list[dict[str, Any]]:
        if not default_storage.exists("runs"):
            return []
        paths = [path for path in default_storage.walk("runs") if path.endswith(f"/{RECORD}")]
        return [json.loads(default_storage.open(path)) for path in paths]


def _new_record(run_id: str, folder: str) -> dict[str, Any]:
    return {
        "run_id": run_id,
        "folder": folder,
        "dag": None,
        "username": None,
        "status": RUNNING,
        "start_time": isoformat(now()),
        "end_time": None,
        "metrics": [],
        "params": [],
        "inputs": [],
        "artifacts": [],
    }


def _plain(value: Any) -> Any:
    """Return a value as JSON can hold it."""
    return json.loads(json.dumps(value, default=str))
