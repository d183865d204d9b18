from __future__ import annotations

import json
from collections.abc import Container
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


def new(*names: str, elements: Container[str] = ()) -> Manifest:
    steps = [described(name) for name in names]
    return manifest.new(
        run_id="abc",
        folder=FOLDER,
        dag="daily",
        created_at=now(),
        steps=steps,
        executor="serial",
        elements=elements,
    )


def described(name: str) -> dict[str, str]:
    return {"name": name, "label": name, "class": f"mine.{name}"}


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
    assert data["executor"] == "serial"
    assert parse(data["created_at"]) <= parse(data["started_at"])


def test_a_task_goes_from_pending_to_its_end() -> None:
    record = new("clean", "fit")
    record.task_started("clean", described("clean"))
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
    record.task_started("clean", described("clean"))
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
        record.task_started(name, described(name))
        record.task_ended(name, "FINISHED", 0, NO_TRACE)
    record.end("FINISHED", {})
    assert len(written) < 50
    assert set(statuses(stored()).values()) == {"FINISHED"}


def test_the_end_has_status_metrics_and_error() -> None:
    record = new("clean", "fit")
    record.task_started("clean", described("clean"))
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
        first.task_started(name, described(name))
        first.task_ended(name, "FINISHED", 2, NO_TRACE)
    first.end("FINISHED", {"mae": 1, "mape": 2})

    again = new("fit")
    assert again.data["attempt"] == 2
    assert statuses(again.data) == {"clean": "FINISHED", "fit": "PENDING"}
    again.task_started("fit", described("fit"))
    again.task_ended("fit", "FINISHED", 1, NO_TRACE)
    again.end("FINISHED", {"mae": 3})
    data = stored()
    assert [task["seconds"] for task in data["tasks"]] == [2, 1]
    assert data["metrics"] == {"mae": 3, "mape": 2}
    assert manifest.is_finished(data)


def test_a_task_that_a_kill_cut_off_does_not_end_well_because_another_does() -> None:
    killed = new("clean", "fit")
    killed.task_started("fit", described("fit"))
    killed.write()

    again = new("clean")
    again.task_started("clean", described("clean"))
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
        record.task_started("clean", described("clean"))
        trace = {"reads": {"storage": ["hunter2.txt"]}, "writes": {}}
        record.task_ended("clean", "FAILED", 1, trace, {"message": "hunter2 is wrong"})
        record.end("FAILED", {}, {"message": "hunter2 is wrong"})
    text = default_storage.open(f"{FOLDER}/run.json", "r")
    assert "hunter2" not in text
    assert "******** is wrong" in text


def test_what_ended_since_the_manifest_was_written_is_read_from_the_journal() -> None:
    names = [f"task{number}" for number in range(20)]
    record = new(*names)
    record.write()
    record._next_write = float("inf")
    for name in names[:15]:
        record.task_started(name, described(name))
        record.task_ended(name, "FINISHED", 1, NO_TRACE)
    assert set(statuses(stored()).values()) == {"PENDING"}
    record._journal.close()
    read = manifest.read(FOLDER) or {}
    assert statuses(read) == {
        name: "FINISHED" if name in names[:15] else "PENDING" for name in names
    }


def test_a_journal_of_an_earlier_attempt_says_nothing_of_this_one() -> None:
    killed = new("clean", "fit")
    killed.write()
    killed._next_write = float("inf")
    killed.task_started("clean", described("clean"))
    killed.task_ended("clean", "FINISHED", 1, NO_TRACE)
    killed._journal.close()
    lines = journal_of(default_storage)

    again = new("clean", "fit")
    assert statuses(again.data)["clean"] == "PENDING"
    again.write()
    assert journal_of(default_storage) == {}
    for path, content in lines.items():  # as if the kill had come before it was removed
        default_storage.touch(path, content)
    assert statuses(manifest.read(FOLDER) or {}) == {"clean": "PENDING", "fit": "PENDING"}


def journal_of(storage) -> dict[str, bytes]:
    if not storage.exists(f"{FOLDER}/logs"):
        return {}
    return {path: storage.open(path) for path in storage.walk(f"{FOLDER}/logs")}


def test_a_line_of_the_journal_that_a_kill_has_torn_is_left_out() -> None:
    record = new("clean", "fit")
    record.write()
    record._next_write = float("inf")
    for name in ("clean", "fit"):
        record.task_started(name, described(name))
        record.task_ended(name, "FINISHED", 1, NO_TRACE)
    record._journal.close()
    path, content = list(journal_of(default_storage).items())[-1]
    default_storage.touch(path, content[:-20])
    assert statuses(manifest.read(FOLDER) or {}) == {"clean": "FINISHED", "fit": "PENDING"}


def test_elements_of_a_mapped_task_that_runs_again_are_forgotten_but_for_those_that_stand() -> None:
    first = new("load")
    for number in range(4):
        first.task_started(f"load[{number}]", described("load"), f"digest{number}")
    first.write()
    again = new("load", elements={"load[0]", "load[3]"})
    assert list(statuses(again.data)) == ["load", "load[0]", "load[3]"]
    again.task_started("load[1]", described("load"), "digest")
    again.forget_elements("load", 1)
    assert list(statuses(again.data)) == ["load", "load[0]", "load[3]"]


def test_a_skipped_task_has_a_reason_and_has_not_started() -> None:
    record = new("clean")
    record.task_started("clean", described("clean"))
    record.task_skipped("clean", described("clean"), "SKIPPED", "'load' failed")
    record.write()
    (clean,) = stored()["tasks"]
    assert (clean["status"], clean["reason"], clean["started_at"]) == (
        *("SKIPPED", "'load' failed", None),
    )


class Disk:
    """A storage that takes its time, and counts what is written."""

    supports_append = True

    def __init__(self) -> None:
        self.now = 0.0
        self.bytes = 0
        self.writes = 0

    def monotonic(self) -> float:
        return self.now

    def touch(self, path: str, text: str) -> None:
        self._take(len(text))

    def stream(self, path: str, mode: str) -> Disk:
        return self

    def write(self, line: bytes) -> None:
        self._take(len(line))

    def _take(self, size: int) -> None:
        self.writes += 1
        self.bytes += size
        self.now += 1e-6 + size * 1e-8

    def exists(self, path: str) -> bool:
        return False

    def flush(self) -> None: ...

    def close(self) -> None: ...


@pytest.mark.parametrize("count", [1_000, 10_000])
def test_the_work_per_task_does_not_grow_with_the_tasks(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = Disk()
    for module in (manifest, manifest.journal):
        monkeypatch.setattr(module, "default_storage", disk)
    monkeypatch.setattr(manifest, "time", disk)
    record = new(*(f"task{number}" for number in range(count)))
    record.write()
    for number in range(count):
        record.task_started(f"task{number}", described("task"))
        disk.now += 50e-6
        record.task_ended(f"task{number}", "FINISHED", 0, NO_TRACE)
    record.end("FINISHED", {})
    assert disk.bytes / count < 3_000
    assert disk.writes / count < 1.1
