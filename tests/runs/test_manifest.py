from __future__ import annotations

import json
from typing import Any

import pytest

from gluepy.files.storages import default_storage
from gluepy.runs import manifest
from gluepy.runs.manifest import Manifest
from gluepy.test import override_settings
from gluepy.utils.timezone import now, parse

FOLDER = "runs/2026/11/21/abc"
NO_TRACE: dict[str, Any] = {"reads": {}, "writes": {}}
pytestmark = pytest.mark.usefixtures("any_storage")


def new(*names: str) -> Manifest:
    steps = [{"name": name, "label": name, "class": f"mine.{name}"} for name in names]
    return manifest.new(run_id="abc", folder=FOLDER, dag="daily", created_at=now(), steps=steps)


def stored() -> dict[str, Any]:
    return json.loads(default_storage.open(f"{FOLDER}/run.json"))


def statuses(data: dict[str, Any]) -> dict[str, str]:
    return {task["name"]: task["status"] for task in data["tasks"]}


def test_a_new_manifest_says_what_will_run_on_what() -> None:
    new("clean", "fit").write()
    data = stored()
    assert (data["schema"], data["run_id"], data["dag"]) == (1, "abc", "daily")
    assert (data["status"], data["attempt"], data["ended_at"]) == ("RUNNING", 1, None)
    assert statuses(data) == {"clean": "PENDING", "fit": "PENDING"}
    assert data["tasks"][0]["class"] == "mine.clean"
    assert data["packages"]["pytest"]
    assert data["executor"] == "gluepy.executors.serial.SerialExecutor"
    assert parse(data["created_at"]) <= parse(data["started_at"])


def test_a_task_goes_from_pending_to_its_end() -> None:
    record = new("clean", "fit")
    record.task_started("clean")
    record.write()
    assert statuses(stored())["clean"] == "RUNNING"
    trace = {"reads": {"context": ["n"]}, "writes": {"storage": ["a"]}}
    record.task_ended("clean", "FINISHED", 1.23456789, trace)
    record.write()
    clean = stored()["tasks"][0]
    assert (clean["status"], clean["seconds"], clean["attempts"]) == ("FINISHED", 1.234568, 1)
    assert (clean["reads"], clean["writes"]) == (trace["reads"], trace["writes"])
    assert parse(clean["started_at"]) <= parse(clean["ended_at"])


def test_the_manifest_is_on_the_storage_as_tasks_finish(monkeypatch) -> None:
    record = new("clean", "fit")
    record.write()
    monkeypatch.setattr(record, "_next_write", 0)
    record.task_started("clean")
    record.task_ended("clean", "FINISHED", 0.1, NO_TRACE)
    assert statuses(stored()) == {"clean": "FINISHED", "fit": "PENDING"}


def test_two_thousand_tasks_cost_few_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    written = []
    write = Manifest.write
    monkeypatch.setattr(Manifest, "write", lambda self: (written.append(1), write(self)))
    names = [f"task{number}" for number in range(2000)]
    record = new(*names)
    record.write()
    for name in names:
        record.task_started(name)
        record.task_ended(name, "FINISHED", 0, NO_TRACE)
    record.end("FINISHED", {})
    assert len(written) < 50
    assert set(statuses(stored()).values()) == {"FINISHED"}


def test_the_end_has_status_metrics_and_error() -> None:
    record = new("clean", "fit")
    record.task_started("clean")
    record.end("KILLED", {"mae": 1.5}, {"type": "Terminated"})
    data = stored()
    assert (data["status"], data["metrics"]) == ("KILLED", {"mae": 1.5})
    assert data["error"] == {"type": "Terminated"}
    assert statuses(data) == {"clean": "KILLED", "fit": "PENDING"}
    assert data["ended_at"] == data["tasks"][0]["ended_at"]
    assert not manifest.is_finished(data)


def test_a_retry_continues_the_manifest() -> None:
    first = new("clean", "fit")
    for name in ("clean", "fit"):
        first.task_started(name)
        first.task_ended(name, "FINISHED", 2, NO_TRACE)
    first.end("FINISHED", {"mae": 1, "mape": 2})

    again = new("fit")
    assert again.data["attempt"] == 2
    assert statuses(again.data) == {"clean": "FINISHED", "fit": "PENDING"}
    again.task_started("fit")
    again.task_ended("fit", "FINISHED", 1, NO_TRACE)
    again.end("FINISHED", {"mae": 3})
    data = stored()
    assert [task["seconds"] for task in data["tasks"]] == [2, 1]
    assert data["metrics"] == {"mae": 3, "mape": 2}
    assert manifest.is_finished(data)


def test_a_task_that_a_kill_cut_off_does_not_end_well_because_another_does() -> None:
    killed = new("clean", "fit")
    killed.task_started("fit")
    killed.write()

    again = new("clean")
    again.task_started("clean")
    again.task_ended("clean", "FINISHED", 1, NO_TRACE)
    again.end("FINISHED", {})
    assert statuses(stored()) == {"clean": "FINISHED", "fit": "KILLED"}


@pytest.mark.parametrize("content", ["", "{", "[]", "3"])
def test_a_manifest_that_cannot_be_read_is_none(content: str) -> None:
    assert manifest.read(FOLDER) is None
    default_storage.touch(f"{FOLDER}/run.json", content)
    assert manifest.read(FOLDER) is None
    assert new("clean").data["attempt"] == 1


def test_secrets_stay_out_of_the_manifest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", "dag", "daily", "--param", "url=hunter2"])
    with override_settings(API_TOKEN="hunter2"):
        record = new("clean")
        record.task_started("clean")
        trace = {"reads": {"storage": ["hunter2.txt"]}, "writes": {}}
        record.task_ended("clean", "FAILED", 1, trace, {"message": "hunter2 is wrong"})
        record.end("FAILED", {}, {"message": "hunter2 is wrong"})
    text = default_storage.open(f"{FOLDER}/run.json", "r")
    assert "hunter2" not in text
    assert "******** is wrong" in text
