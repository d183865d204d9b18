from __future__ import annotations

from typing import Any

import pytest

from gluepy import signals
from gluepy.exceptions import TaskError
from gluepy.exec import DAG, Artifact, Volatile, task
from gluepy.files.storages import default_storage
from gluepy.runs import runs
from gluepy.runs.runner import Runner


@pytest.fixture
def calls() -> list[Any]:
    return []


@pytest.fixture
def clean(calls: list[Any]):
    @task
    def clean(path: str, suffix: str = "!") -> Artifact("cleaned"):
        calls.append(path)
        if path == "bad":
            raise ValueError("a bad path")
        return path + suffix

    return clean


@task(label="tests.mapped.paths")
def paths(names: list = ("a", "b", "c")) -> Volatile("paths"):
    return list(names)


def entries(run: Any) -> dict[str, str]:
    return {
        one["name"]: one["status"]
        for one in run.manifest["tasks"]
        if one["name"] != "bootstraptask"
    }


def failed(dag: DAG, **options: Any) -> Any:
    with pytest.raises(TaskError):
        Runner(dag, **options).run()
    return runs.get("latest")


@pytest.mark.parametrize("executor", ["serial", "threads"])
def test_over_a_known_list_the_results_are_in_its_order(clean, executor: str) -> None:
    names = [f"p{number}" for number in range(12)]
    run = Runner(DAG.of("d", clean.map(path=names)), executor=executor).run()
    assert run["cleaned"] == [f"{name}!" for name in names]


def test_every_element_is_in_the_manifest(clean) -> None:
    run = DAG.of("d", clean.map(path=["a", "b"])).run()
    assert entries(run) == dict.fromkeys(["clean", "clean[0]", "clean[1]"], "FINISHED")
    mapped = run.manifest["tasks"][1]
    assert mapped["started_at"] <= run.manifest["tasks"][2]["started_at"] <= mapped["ended_at"]
    assert run.manifest["tasks"][2]["label"] == "clean"


def test_signals_and_log_tell_of_every_element(clean) -> None:
    heard: list[str] = []
    note = signals.task_finished.connect(lambda task, **_: heard.append(task))
    try:
        run = DAG.of("d", clean.map(path=["a", "b"])).run()
    finally:
        signals.task_finished.disconnect(note)
    assert heard == ["bootstraptask", "clean[0]", "clean[1]"]
    log = default_storage.open(f"{run.folder}/logs/run.log", "r")
    assert "Completed task 'clean[1]'" in log


def test_a_list_that_another_task_produces(clean) -> None:
    dag = DAG.of("d", clean.map(path=Volatile("paths")), paths)
    assert dag.run()["cleaned"] == ["a!", "b!", "c!"]
    assert dag.run(names=["x"])["cleaned"] == ["x!"]
    assert dag.run(suffix="?")["cleaned"] == ["a?", "b?", "c?"]


def test_a_list_that_is_stored(clean) -> None:
    @task
    def listed() -> Artifact("paths"):
        return ["x", "y"]

    dag = DAG.of("d", clean.map(path=Artifact("paths")), listed)
    assert dag.run()["cleaned"] == ["x!", "y!"]


def test_several_lists_are_spread_together() -> None:
    @task
    def join(a: str, b: int, c: Volatile) -> Volatile("joined"):
        return a, b, c

    @task
    def shared() -> Volatile("c"):
        return "c"

    run = DAG.of("d", shared, join.map(a=["xy", "q"], b=[1, 2])).run()
    assert run["joined"] == [("xy", 1, "c"), ("q", 2, "c")]


def test_lists_of_different_lengths_are_an_error_that_says_how_long_they_are() -> None:
    @task
    def join(a: str, b: int) -> Volatile("joined"): ...

    with pytest.raises(TaskError, match="mapped over lists of different lengths: a 3, b 2"):
        DAG.of("d", join.map(a=[1, 2, 3], b=[1, 2])).run()


@pytest.mark.parametrize("value", [5, "abc", {"a": 1}, None])
def test_a_value_that_is_no_list_is_an_error_that_names_it(clean, value: object) -> None:
    @task
    def wrong() -> Volatile("paths"):
        return value

    with pytest.raises(TaskError, match="mapped over path, but the volatile 'paths' is no list"):
        DAG.of("d", clean.map(path=Volatile("paths")), wrong).run()


def test_an_empty_list_gives_an_empty_list(clean) -> None:
    @task
    def count(cleaned: Artifact) -> Volatile("count"):
        return len(cleaned)

    run = DAG.of("d", count, clean.map(path=[])).run()
    assert (run["cleaned"], run["count"]) == ([], 0)
    run = DAG.of("d", count, clean.map(path=Volatile("paths")), paths).run(names=[])
    assert (run["cleaned"], run["count"]) == ([], 0)


def test_each_element_is_tried_again_on_its_own() -> None:
    tries: list[int] = []

    @task(retries=1)
    def flaky(n: int) -> Volatile("n"):
        tries.append(n)
        if n == 2 and tries.count(2) == 1:
            raise ValueError
        return n

    run = DAG.of("d", flaky.map(n=[1, 2, 3])).run()
    assert run["n"] == [1, 2, 3]
    assert sorted(tries) == [1, 2, 2, 3]
    attempts = {one["name"]: one["attempts"] for one in run.manifest["tasks"]}
    assert [attempts[f"flaky[{index}]"] for index in range(3)] == [1, 2, 1]


def test_with_continue_the_other_elements_run_and_what_needs_the_list_does_not(clean) -> None:
    @task
    def count(cleaned: Artifact) -> Volatile("count"): ...

    dag = DAG.of("d", clean.map(path=["a", "bad", "c"]), count)
    assert entries(failed(dag, on_failure="continue")) == {
        "clean": "FAILED",
        "clean[0]": "FINISHED",
        "clean[1]": "FAILED",
        "clean[2]": "FINISHED",
        "count": "SKIPPED",
    }


def test_with_stop_the_elements_that_wait_are_skipped(clean) -> None:
    dag = DAG.of("d", clean.map(path=["a", "bad", "c"]))
    assert entries(failed(dag)) == {
        "clean": "FAILED",
        "clean[0]": "FINISHED",
        "clean[1]": "FAILED",
        "clean[2]": "SKIPPED",
    }


def test_a_resumed_run_runs_the_elements_that_are_left(clean, calls: list[Any]) -> None:
    first = DAG.of("d", clean.map(path=["a", "bad", "c"]))
    run = failed(first, on_failure="continue")
    calls.clear()
    mended = DAG.of("d", clean.map(path=["a", "good", "c"]))
    again = Runner(mended, resume=run.id).run()
    assert calls == ["good"]
    assert again["cleaned"] == ["a!", "good!", "c!"]
    assert set(entries(again).values()) == {"FINISHED"}


def test_an_element_whose_output_is_gone_or_changed_is_run_again(clean, calls) -> None:
    dag = DAG.of("d", clean.map(path=["a", "b", "c", "d"]))
    run = dag.run()
    default_storage.rm(f"{run.folder}/artifacts/cleaned/1.json")
    default_storage.touch(f"{run.folder}/artifacts/cleaned/3.json", '"x"')
    calls.clear()
    plan = {row["task"]: row for row in Runner(dag, resume=run.id).plan().rows()}
    assert plan["clean"]["action"] == "run"
    assert "cleaned/" in plan["clean"]["reason"]
    assert Runner(dag, resume=run.id).run()["cleaned"] == ["a!", "b!", "c!", "d!"]
    assert calls == ["b", "d"]
    calls.clear()
    Runner(dag, resume=run.id).run()
    assert calls == []


def test_an_element_that_has_another_value_now_is_run_again(clean, calls) -> None:
    run = DAG.of("d", clean.map(path=["a", "b", "c"])).run()
    default_storage.rm(f"{run.folder}/artifacts/cleaned/2.json")
    calls.clear()
    again = Runner(DAG.of("d", clean.map(path=["b", "b", "c", "d"])), resume=run.id).run()
    assert calls == ["b", "c", "d"]
    assert again["cleaned"] == ["b!", "b!", "c!", "d!"]


def test_a_list_that_got_shorter_leaves_nothing_behind(clean) -> None:
    run = DAG.of("d", clean.map(path=["a", "b", "c"])).run()
    default_storage.rm(f"{run.folder}/artifacts/cleaned/0.json")
    again = Runner(DAG.of("d", clean.map(path=["a"])), resume=run.id).run()
    assert again["cleaned"] == ["a!"]
    assert list(entries(again)) == ["clean", "clean[0]"]
    assert runs.get(run.id)["cleaned"] == ["a!"]


def test_a_changed_parameter_runs_every_element_again(clean, calls) -> None:
    dag = DAG.of("d", clean.map(path=["a", "b"]))
    run = dag.run()
    calls.clear()
    again = Runner(dag, resume=run.id, params={"suffix": "?"}).run()
    assert (calls, again["cleaned"]) == (["a", "b"], ["a?", "b?"])


def test_elements_handed_on_in_memory_are_computed_again_when_they_are_needed() -> None:
    calls: list[int] = []

    @task
    def square(n: int) -> Volatile("squares"):
        calls.append(n)
        return n * n

    fails = [True]

    @task
    def total(squares: Volatile) -> Artifact("total"):
        if fails.pop():
            raise ValueError
        return sum(squares)

    dag = DAG.of("d", square.map(n=[1, 2, 3]), total)
    run = failed(dag)
    fails.append(False)
    assert Runner(dag, resume=run.id).run()["total"] == 14
    assert calls == [1, 2, 3, 1, 2, 3]
    assert {row["action"] for row in Runner(dag, resume=run.id).plan().rows()} == {"reuse"}


def test_a_mapped_task_can_be_mapped_over_what_another_mapped_task_gives(clean) -> None:
    @task
    def length(text: str) -> Artifact("lengths"):
        return len(text)

    run = DAG.of(
        "d", length.map(text=Artifact("cleaned")), clean.map(path=Volatile("paths")), paths
    ).run(names=["a", "bcd"])
    assert run["lengths"] == [2, 4]
