from __future__ import annotations

import json

import pytest

from gluepy.exceptions import RunNotFoundError
from gluepy.files.storages import default_storage
from gluepy.runs import Run, run_dag
from gluepy.runs.lock import RunLock
from gluepy.utils.timezone import parse

pytestmark = pytest.mark.usefixtures("any_storage")


@pytest.fixture
def run(daily) -> Run:
    return run_dag("daily", params=["n=4"])


def test_a_run_read_back_is_the_run_that_was(run: Run) -> None:
    back = Run(run.folder)
    assert (back.id, back.dag, back.status) == (run.id, "daily", "FINISHED")
    assert back.metrics == back.stored_metrics() == {"length": 7}
    assert back.context.to_dict() == run.context.to_dict()
    assert back.context.n == 4
    assert back.seconds == pytest.approx(
        (parse(back.manifest["ended_at"]) - parse(back.started_at)).total_seconds()
    )
    assert repr(back).startswith(f"<Run {run.id}: daily FINISHED, started ")


def test_its_folder_is_a_storage(run: Run) -> None:
    assert run.storage.open("out.txt") == b"written"
    assert "out.txt" in run.files()


def test_its_place_is_told_as_it_is_seen_from_here(run, any_storage, project, monkeypatch) -> None:
    here = {"local": f"data/{run.folder}", "memory": f"memory://{run.folder}"}[any_storage]
    away = {"local": f"{project}/data/{run.folder}", "memory": here}[any_storage]
    monkeypatch.chdir(project)
    assert run.location == here
    monkeypatch.chdir(project / "configs")
    assert run.location == away


def test_the_summary_can_be_json(run: Run) -> None:
    summary = json.loads(json.dumps(run.summary()))
    assert summary["run_id"] == run.id
    assert summary["run_folder"] == run.folder
    assert summary["metrics"] == {"length": 7}


def test_a_run_without_an_end_whose_process_is_gone_was_killed(run: Run) -> None:
    data = run.manifest | {"status": "RUNNING", "ended_at": None}
    unfinished = Run(run.folder, data)
    assert (unfinished.status, unfinished.seconds) == ("KILLED", None)
    with RunLock(run.folder):
        assert unfinished.is_alive()
        assert unfinished.status == "RUNNING"


def test_a_folder_without_a_manifest_says_how_to_start_again() -> None:
    default_storage.touch("runs/2026/1/1/a/context.yaml", "")
    with pytest.raises(RunNotFoundError) as error:
        Run("runs/2026/1/1/a")
    assert str(error.value) == (
        "The run folder 'runs/2026/1/1/a' has no run.json that can be read. "
        "Start it again: dag LABEL --retry runs/2026/1/1/a"
    )


def test_a_run_that_logged_nothing_has_no_metrics(daily) -> None:
    run = run_dag("daily", skip_eval=True)
    assert run.stored_metrics() == run.metrics == {}
