from __future__ import annotations

import json
import threading
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from gluepy.context.ids import new_run_id
from gluepy.files.storages import default_storage
from gluepy.ops import local
from gluepy.ops.local import LocalOpsBackend
from gluepy.test import override_settings
from gluepy.utils.timezone import now, parse

MEMORY = "gluepy.files.storages.memory.MemoryStorage"


@pytest.fixture(params=["local", "memory"], autouse=True)
def storage(request: pytest.FixtureRequest, project: Path):
    """The record lies on any storage."""
    if request.param == "local":
        yield
        return
    with override_settings(STORAGE_BACKEND=MEMORY, STORAGE_ROOT=""):
        yield


@pytest.fixture
def tracker() -> LocalOpsBackend:
    return LocalOpsBackend()


def record(folder: str) -> dict:
    return json.loads(default_storage.open(f"{folder}/tracking.json"))


def track(tracker: LocalOpsBackend, in_run, run_id: str, dag: str = "daily", **values) -> str:
    with in_run(run_id) as run:
        tracker.create_run(dag, run_id, **values)
        tracker.set_terminated(run_id, "FINISHED")
    return run.folder


def test_a_run_is_recorded_from_its_start_to_its_end(tracker: LocalOpsBackend, in_run) -> None:
    with in_run("one") as run:
        tracker.create_run("daily", "one", username="ann")
        started = record(run.folder)
        assert (started["status"], started["end_time"]) == ("RUNNING", None)
        tracker.log_param("depth", 3)
        tracker.set_terminated("one", "FAILED")
    ended = record(run.folder)
    assert (ended["run_id"], ended["dag"], ended["username"]) == ("one", "daily", "ann")
    assert ended["status"] == "FAILED"
    assert parse(ended["start_time"]) <= parse(ended["end_time"])
    assert ended["params"] == [{"key": "depth", "value": 3}]


def test_all_values_of_a_metric_are_kept_with_their_times(tracker, in_run) -> None:
    moment = now() - timedelta(days=1)
    with in_run("one") as run:
        tracker.create_run("daily", "one")
        tracker.log_metric("mae", 3, timestamp=moment)
        tracker.log_metric("mae", 2)
        assert tracker.get_metrics() == {"mae": 2}
        tracker.set_terminated("one", "FINISHED")
    history = record(run.folder)["metrics"]
    assert [(entry["key"], entry["value"]) for entry in history] == [("mae", 3), ("mae", 2)]
    assert parse(history[0]["timestamp"]) == moment
    assert parse(history[1]["timestamp"]) > moment


def test_what_two_threads_log_at_once_is_kept_apart_and_complete(tracker, in_run) -> None:
    ready = threading.Barrier(2)
    folders = {}

    def work(run_id: str) -> None:
        with in_run(run_id) as run:
            folders[run_id] = run.folder
            tracker.create_run("daily", run_id)
            ready.wait()
            for number in range(100):
                tracker.log_metric(run_id, number)
            tracker.set_terminated(run_id, "FINISHED")

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name in ("one", "two"):
        history = record(folders[name])["metrics"]
        assert [entry["value"] for entry in history] == list(range(100))
        assert {entry["key"] for entry in history} == {name}


def test_a_run_is_found_while_it_goes_on_after_it_and_by_another_process(tracker, in_run) -> None:
    with in_run("one"):
        tracker.create_run("daily", "one")
        assert tracker.get_run("one")["status"] == "RUNNING"
        assert LocalOpsBackend().get_run("one")["status"] == "RUNNING"
        tracker.set_terminated("one", "FINISHED")
    assert tracker.get_run("one")["status"] == "FINISHED"
    assert LocalOpsBackend().get_run("one")["dag"] == "daily"
    assert tracker.get_run("nobody") == {
        "run_id": "nobody",
        "status": "UNKNOWN",
        "start_time": None,
        "end_time": None,
    }


def test_a_run_whose_id_tells_its_folder_is_found_without_a_search(
    tracker, in_run, monkeypatch
) -> None:
    run_id = new_run_id()
    track(tracker, in_run, run_id)
    monkeypatch.setattr(LocalOpsBackend, "_stored", lambda self: pytest.fail("searched"))
    assert LocalOpsBackend().get_run(run_id)["dag"] == "daily"


def ids(records: list[dict]) -> list[str]:
    return [record["run_id"] for record in records]


def test_runs_are_listed_newest_first_and_by_dag_and_user(tracker, in_run) -> None:
    assert tracker.list_runs() == []
    for run_id, dag, user in [("a", "daily", "ann"), ("b", "weekly", "ann"), ("c", "daily", "bob")]:
        track(tracker, in_run, run_id, dag, username=user)
    assert ids(tracker.list_runs()) == ["c", "b", "a"]
    assert ids(tracker.list_runs(dag="daily")) == ["c", "a"]
    assert ids(tracker.list_runs(username="ann")) == ["b", "a"]
    assert ids(tracker.list_runs(dag="daily", username="ann")) == ["a"]
    assert tracker.list_runs(dag="monthly") == []


def test_runs_are_listed_by_time_the_start_included_and_the_end_not(tracker, in_run) -> None:
    for run_id in "abc":
        track(tracker, in_run, run_id)
    middle = parse(tracker.get_run("b")["start_time"])
    assert ids(tracker.list_runs(start_time=middle)) == ["c", "b"]
    assert ids(tracker.list_runs(end_time=middle)) == ["a"]
    assert tracker.list_runs(start_time=now()) == []


def test_a_file_becomes_an_artifact_of_the_run(tracker, in_run, tmp_path: Path) -> None:
    (tmp_path / "plot.png").write_bytes(b"\x89PNG")
    with in_run("one") as run:
        tracker.create_run("daily", "one")
        tracker.log_artifact(str(tmp_path / "plot.png"))
        tracker.log_artifact(str(tmp_path / "plot.png"), "figures/a.png")
        tracker.set_terminated("one", "FINISHED")
    assert default_storage.open(f"{run.folder}/artifacts/plot.png") == b"\x89PNG"
    assert default_storage.open(f"{run.folder}/artifacts/figures/a.png") == b"\x89PNG"
    assert record(run.folder)["artifacts"] == [
        {"path": "artifacts/plot.png"},
        {"path": "artifacts/figures/a.png"},
    ]


def test_of_an_input_shape_columns_purpose_and_tags_are_kept(tracker, in_run) -> None:
    frame = SimpleNamespace(shape=(3, 2), columns=["a", 1])
    with in_run("one") as run:
        tracker.create_run("daily", "one")
        tracker.log_input(frame, "training", {"at": parse("2026-01-01")}, "more", extra=1)
        tracker.log_input("no frame")
        tracker.set_terminated("one", "FINISHED")
    first, second = record(run.folder)["inputs"]
    assert first == {
        "context": "training",
        "tags": {"at": "2026-01-01 00:00:00+00:00"},
        "shape": [3, 2],
        "columns": ["a", "1"],
    }
    assert (second["shape"], second["columns"]) == (None, [])


def test_secret_parameters_are_masked(tracker, in_run) -> None:
    with in_run("one") as run, override_settings(API_TOKEN="hunter2"):
        tracker.create_run("daily", "one")
        tracker.log_param("password", "x")
        tracker.log_param("greeting", "hello hunter2")
        tracker.log_param("nested", {"token": "abc", "n": 1})
        tracker.set_terminated("one", "FINISHED")
    assert [entry["value"] for entry in record(run.folder)["params"]] == [
        "********",
        "hello ********",
        {"token": "********", "n": 1},
    ]


def test_a_deleted_run_is_forgotten_and_its_files_stay(tracker, in_run) -> None:
    folder = track(tracker, in_run, "one")
    default_storage.touch(f"{folder}/output.txt", "kept")
    tracker.delete_run("one")
    tracker.delete_run("one")
    assert tracker.get_run("one")["status"] == "UNKNOWN"
    assert default_storage.exists(f"{folder}/output.txt")


def test_writing_takes_its_time_while_a_run_goes_on_and_the_end_has_all(
    tracker, in_run, monkeypatch
) -> None:
    written = []
    write = LocalOpsBackend._write
    monkeypatch.setattr(
        LocalOpsBackend, "_write", lambda self, run_id: (written.append(1), write(self, run_id))
    )
    monkeypatch.setattr(local, "INTERVAL", 3600)
    with in_run("one") as run:
        tracker.create_run("daily", "one")
        for number in range(500):
            tracker.log_metric("loss", number)
        tracker.set_terminated("one", "FINISHED")
    assert len(written) == 2
    assert len(record(run.folder)["metrics"]) == 500


def test_outside_a_run_everything_is_written_at_once_for_there_is_no_end(tracker, in_run) -> None:
    with in_run("notebook") as run:
        for number in range(3):
            tracker.log_metric("loss", number)
            assert len(record(run.folder)["metrics"]) == number + 1


def test_ending_a_run_nobody_knows_changes_nothing(tracker) -> None:
    tracker.set_terminated("nobody", "FINISHED")
    assert tracker.list_runs() == []
