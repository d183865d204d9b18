from __future__ import annotations

from datetime import timedelta

import pytest

from gluepy.exceptions import RunError, RunNotFoundError, TaskError
from gluepy.exec import DAG, Task
from gluepy.files.storages import default_storage
from gluepy.ops import default_mlops
from gluepy.runs import run_dag, runs
from gluepy.runs.lock import RunLock
from gluepy.utils.timezone import now, parse

pytestmark = pytest.mark.usefixtures("any_storage")


@pytest.fixture(autouse=True)
def no_protection_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "_protections", runs._protections[:])


@pytest.fixture
def weekly() -> type[DAG]:
    class Bad(Task):
        def run(self) -> None:
            raise ValueError

    class Weekly(DAG):
        tasks = [Bad]

    return Weekly


@pytest.fixture
def three(daily, weekly) -> list[str]:
    """Ids of a daily, a failed weekly and another daily run, in the order they started."""
    first = run_dag("daily", params=["n=1"])
    with pytest.raises(TaskError):
        run_dag("weekly")
    failed = runs.get("latest").id
    return [first.id, failed, run_dag("daily", params=["n=3"]).id]


def ids(found) -> list[str]:
    return [run.id for run in found]


def test_runs_are_listed_newest_first(three: list[str]) -> None:
    assert ids(runs.list()) == ids(runs) == three[::-1]
    assert ids(runs.list(limit=2)) == three[:0:-1]


def test_runs_are_listed_by_dag_status_and_time(three: list[str]) -> None:
    middle = parse(runs.get(three[1]).started_at)
    assert ids(runs.list(dag="daily")) == [three[2], three[0]]
    assert ids(runs.list(status="FAILED")) == [three[1]]
    assert ids(runs.list(since=middle)) == [three[2], three[1]]
    assert ids(runs.list(before=middle)) == [three[0]]
    assert ids(runs.list(dag="daily", since=middle, limit=1)) == [three[2]]
    assert runs.list(dag="monthly") == runs.list(since=now()) == []


def test_without_runs_there_are_none() -> None:
    assert runs.list() == []


def test_folders_without_a_manifest_are_passed_over(three: list[str]) -> None:
    default_storage.touch("runs/2099/1/1/odd/context.yaml", "a: 1\n")
    default_storage.touch("runs/2099/1/1/torn/run.json", "{")
    default_storage.touch("runs/readme.txt", "x")
    assert ids(runs.list()) == three[::-1]


def test_comparing_gives_the_metrics_by_the_name_asked_for(three: list[str]) -> None:
    folder = runs.get(three[2]).folder
    assert runs.compare(three[0], f"{folder}/", three[1]) == {
        three[0]: {"length": 7},
        folder: {"length": 7},
        three[1]: {},
    }
    with pytest.raises(RunNotFoundError):
        runs.compare(three[0], "nobody")


def test_the_difference_of_two_runs_is_in_context_run_and_metrics(three: list[str]) -> None:
    assert runs.diff(three[0], three[2]) == {"context": {"n": (1, 3)}}
    changed = runs.diff(three[0], three[1])
    assert changed["run"]["dag"] == ("daily", "weekly")
    assert changed["run"]["status"] == ("FINISHED", "FAILED")
    assert changed["metrics"] == {"length": (7, None)}
    assert runs.diff(three[0], three[0]) == {}


def test_a_run_without_a_context_cannot_be_compared_with(three: list[str]) -> None:
    default_storage.rm(f"{runs.get(three[0]).folder}/context.yaml")
    with pytest.raises(RunNotFoundError, match=r"has no context\.yaml"):
        runs.diff(three[0], three[2])


def test_a_removed_run_is_gone_with_all_its_files_and_its_record(three: list[str]) -> None:
    folder = runs.get(three[0]).folder
    assert runs.rm(three[0]).id == three[0]
    assert not default_storage.exists(folder)
    assert default_mlops.get_run(three[0])["status"] == "UNKNOWN"
    assert ids(runs.list()) == [three[2], three[1]]
    with pytest.raises(RunNotFoundError):
        runs.rm(three[0])


def test_a_folder_that_only_has_a_context_can_be_removed() -> None:
    default_storage.touch("runs/2026/1/1/odd/context.yaml", "a: 1\n")
    assert runs.rm("odd").id == "odd"
    assert not default_storage.exists("runs/2026/1/1/odd")


def test_a_run_at_work_stays(three: list[str]) -> None:
    folder = runs.get(three[0]).folder
    with RunLock(folder):
        with pytest.raises(RunError, match=f"'{three[0]}' stays: a process works in it"):
            runs.rm(three[0])
        assert three[0] not in ids(runs.prunable(keep=0))
    assert default_storage.exists(f"{folder}/out.txt")


def test_a_protection_says_why_a_run_stays(three: list[str]) -> None:
    @runs.protect
    def published(run) -> str | None:
        return "it is published" if run.id == three[2] else None

    assert runs.needed(runs.get(three[2])) == "it is published"
    assert runs.needed(runs.get(three[0])) is None
    with pytest.raises(RunError, match="stays: it is published"):
        runs.rm(three[2])
    assert ids(runs.prunable(keep=0)) == three[:2]


def test_pruning_keeps_the_newest_of_each_dag(three: list[str]) -> None:
    assert ids(runs.prunable(keep=1)) == [three[0]]
    assert ids(runs.prunable(keep=0)) == three
    assert runs.prunable(keep=2) == []


def test_pruning_lets_go_what_is_old_enough(three: list[str]) -> None:
    middle = parse(runs.get(three[1]).started_at)
    assert ids(runs.prunable(before=middle)) == [three[0]]
    assert runs.prunable(before=middle - timedelta(days=1)) == []
    assert ids(runs.prunable(before=now(), dag="weekly")) == [three[1]]
    assert ids(runs.prunable(keep=1, before=now(), dag="daily")) == [three[0]]
    assert runs.prunable(keep=2, before=now()) == []


def test_pruning_without_a_rule_is_refused(three: list[str]) -> None:
    with pytest.raises(RunError, match="Pruning needs a rule"):
        runs.prunable()
