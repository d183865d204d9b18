"""DAGs that are run many times in one process: from a notebook, or in a web service."""

from __future__ import annotations

import gc
import logging
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gluepy import signals
from gluepy.conf import default_context
from gluepy.context.current import active, current_context
from gluepy.exceptions import TaskError
from gluepy.exec import DAG, DAG_REGISTRY, TASK_REGISTRY, Artifact, EvaluationTask, Volatile, task
from gluepy.files.folder import run_folder
from gluepy.files.storages import default_storage
from gluepy.ops import default_mlops
from gluepy.runs import log, run_dag, runs
from gluepy.runs.runner import Runner
from gluepy.test import override_settings

THREADS = 6


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "context.yaml").write_text("name: nobody\n")
    logging.getLogger("gluepy").setLevel(logging.INFO)  # put back after every test
    with override_settings(
        BASE_DIR=str(tmp_path),
        CONFIG_PATH=str(tmp_path / "configs"),
        STORAGE_ROOT=str(tmp_path / "data"),
    ):
        yield tmp_path


@pytest.fixture
def dag() -> DAG:
    barrier = threading.Barrier(THREADS)

    @task
    def make(n: int = 0) -> Volatile("xs"):
        if default_context.name != "nobody":
            barrier.wait(30)  # every run is inside this task at once
        return [n] * 3

    @task
    def square(x: int) -> Artifact("squares"):
        return x * x

    @task
    def tell(squares: Artifact) -> Artifact("told"):
        logging.getLogger("tests").warning("I am %s", default_context.name)
        default_storage.touch(default_storage.runpath("name.txt"), default_context.name)
        return [default_context.name, sum(squares)]

    class Measure(EvaluationTask):
        inputs = ["told"]

        def run(self, told: list[Any]) -> None:
            default_mlops.log_metric("sum", told[1])

    class Reused(DAG):
        tasks = [tell, square.map(x=Volatile("xs")), make]
        eval_tasks = [Measure]

    return Reused()


@pytest.mark.parametrize("executor", ["serial", "threads"])
def test_runs_at_the_same_time_keep_everything_apart(dag: DAG, executor: str) -> None:
    def one(number: int) -> Any:
        params = {"name": f"run{number}", "n": number}
        return Runner(dag, params=params, executor=executor).run()

    with ThreadPoolExecutor(THREADS) as pool:
        found = list(pool.map(one, range(THREADS)))
    assert len({run.id for run in found}) == THREADS
    for number, run in enumerate(found):
        assert run.status == "FINISHED"
        assert run["told"] == [f"run{number}", 3 * number * number]
        assert run["xs"] == [number] * 3
        assert run.metrics == run.stored_metrics() == {"sum": 3 * number * number}
        assert run.storage.open("name.txt", "r") == f"run{number}"
        text = run.storage.open("logs/run.log", "r")
        assert f"I am run{number}" in text
        assert text.count("I am ") == 1
        assert text.count("Completed task") == 7
        assert runs.get(run.id)["squares"] == [number * number] * 3


def test_runs_one_after_another_know_nothing_of_each_other(dag: DAG) -> None:
    results = [dag.run(n=number) for number in range(5)]
    assert [run["told"] for run in results] == [["nobody", 3 * n * n] for n in range(5)]
    assert run_dag("reused")["told"] == ["nobody", 0]


def state() -> dict[str, Any]:
    return {
        "context": current_context.get(),
        "folder": run_folder.get(),
        "active": active(),
        "log": (log.current_log(), list(log._open)),
        "streams": (sys.stdout, sys.stderr),
        "handlers": list(logging.getLogger().handlers),
        "receivers": {
            name: signal.receivers
            for name, signal in vars(signals).items()
            if isinstance(signal, signals.Signal)
        },
        "registries": (dict(DAG_REGISTRY), dict(TASK_REGISTRY)),
        "threads": threading.active_count(),
        "modules": len(sys.modules),
    }


@pytest.mark.parametrize("executor", ["serial", "threads"])
def test_nothing_of_a_run_remains_in_the_process(dag: DAG, executor: str) -> None:
    @task
    def bad():
        raise ValueError

    def rounds(count: int) -> None:
        for _ in range(count):
            Runner(dag, executor=executor).run()
            with pytest.raises(TaskError):
                Runner(DAG.of("bad", bad), executor=executor).run()

    rounds(2)
    before = state()
    gc.collect()
    objects = len(gc.get_objects())
    rounds(10)
    gc.collect()
    assert state() == before
    assert len(gc.get_objects()) - objects < 200


def test_a_dag_may_be_run_inside_a_task_of_another() -> None:
    @task
    def inner(n: int = 1) -> Artifact("inner_result"):
        return [default_context.name, n]

    @task
    def outer() -> Artifact("result"):
        before = default_context.gluepy.run_id
        run = DAG.of("inner_dag", inner).run(n=5, name="inside")
        assert default_context.gluepy.run_id == before != run.id
        return run["inner_result"]

    run = DAG.of("outer_dag", outer).run()
    assert run["result"] == ["inside", 5]
    assert {one.dag for one in runs} == {"inner_dag", "outer_dag"}
    assert "artifacts/result.json" in run.files()
    assert "artifacts/inner_result.json" not in run.files()
