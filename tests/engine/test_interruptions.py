"""Runs that are cut off from outside, and continued."""

from __future__ import annotations

import json
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.engine.projects import FLOW
from tests.projects.factory import Project, status_of, wait_for

EXECUTORS = pytest.mark.parametrize("executor", ["serial", "threads", "processes"])


@pytest.fixture
def flow(project: Project) -> Project:
    project.module("flows", dags=FLOW)
    return project


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    path = tmp_path / "calls.txt"
    path.touch()
    return path


def finished_of(flow: Project) -> set[str]:
    """Return the tasks that the newest run has put down as finished."""
    code = """
    import gluepy; gluepy.setup()
    from gluepy.runs import runs
    tasks = runs.get("latest").manifest["tasks"]
    print(*[task["name"] for task in tasks if task["status"] == "FINISHED"])
    """
    return set(flow.python(code).stdout.split())


def check_resumed(flow: Project, calls: Path, before: set[str], executor: str) -> None:
    """Resume, and compare with a run that was never cut off."""
    called = Counter(calls.read_text().split())
    done = flow.manage(
        "dag", "flow", "--resume", "latest", "--executor", executor, CALLS=str(calls)
    )
    assert done.returncode == 0, done.stderr
    (folder,) = flow.folders()
    assert status_of(folder) == ("FINISHED", "FINISHED")
    assert json.loads((folder / "artifacts/report.json").read_text()) == {"sum": 1400, "count": 4}
    assert json.loads((folder / "metrics.json").read_text()) == {"sum": 1400}
    again = Counter(calls.read_text().split()) - called
    twice = {
        *(name for name in ("load", "report") if name in before and again[name]),
        *(f"square[{i}]" for i in range(4) if f"square[{i}]" in before and again[f"square{i}0"]),
    }
    assert twice == set()


@EXECUTORS
@pytest.mark.parametrize("task", ["load", "square20", "report", "measure"])
def test_a_run_whose_process_was_killed_is_continued(flow, calls, executor, task) -> None:
    run = flow.start(
        "dag", "flow", "--executor", executor, "--workers", "2", CALLS=str(calls), HANG=task
    )
    wait_for(lambda: task in calls.read_text().split(), task)
    run.kill()
    run.communicate()
    check_resumed(flow, calls, finished_of(flow), executor)


@EXECUTORS
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_run_that_was_told_to_stop_is_killed_and_continued(flow, calls, executor, number) -> None:
    run = flow.start(
        "dag", "flow", "--executor", executor, "--workers", "2", CALLS=str(calls), HANG="square10"
    )
    wait_for(lambda: "square10" in calls.read_text().split(), "square10")
    run.send_signal(number)
    run.communicate(timeout=30)
    assert run.returncode != 0
    assert status_of(flow.folders()[0]) == ("KILLED", "KILLED")
    check_resumed(flow, calls, finished_of(flow), executor)


@EXECUTORS
def test_a_run_that_failed_is_continued(flow, calls, executor) -> None:
    done = flow.manage(
        "dag", "flow", "--executor", executor, CALLS=str(calls), FAIL="square30 measure"
    )
    assert done.returncode == 1
    check_resumed(flow, calls, finished_of(flow), executor)


def test_a_worker_that_dies_fails_its_task_and_the_run_is_continued(flow, calls) -> None:
    done = flow.manage(
        *("dag", "flow", "--executor", "processes", "--on-failure", "continue"),
        CALLS=str(calls),
        KILL="square10",
    )
    assert done.returncode == 1
    assert "square[1]" in done.stderr
    assert {"square[0]", "square[2]", "square[3]", "count"} <= finished_of(flow)
    check_resumed(flow, calls, finished_of(flow), "processes")


def test_all_executors_leave_the_same(flow) -> None:
    for executor in ("serial", "threads", "processes"):
        flow.run("flow", "--executor", executor)
    outputs = [
        {
            str(file.relative_to(folder)): file.read_bytes()
            for file in sorted(folder.rglob("*"))
            if file.is_file() and file.parts[-2] in ("artifacts", "squares")
        }
        for folder in flow.folders()
    ]
    assert len(outputs[0]) == 6
    assert outputs[0] == outputs[1] == outputs[2]
    names = [
        [task["name"] for task in json.loads((folder / "run.json").read_text())["tasks"][:7]]
        for folder in flow.folders()
    ]
    assert names[0] == names[1] == names[2]


MEASURED = """
import os
import time

from gluepy.exec import DAG, Artifact, task
from gluepy.ops import default_mlops


@task
def train() -> Artifact("model"):
    default_mlops.log_metric("loss", 0.5)
    default_mlops.log_metric("tokens.token", 7)
    return 1


@task
def publish(model: Artifact) -> None:
    default_mlops.log_metric("published", 1)
    if "CALLS" in os.environ:
        with open(os.environ["CALLS"], "w") as file:
            file.write("publish")
        time.sleep(60)


class Measured(DAG):
    label = "measured"
    tasks = [publish, train]
"""


@EXECUTORS
def test_metrics_of_tasks_that_finished_before_a_kill_are_kept(project, calls, executor) -> None:
    project.module("measured", dags=MEASURED)
    project.settings('MLOPS_BACKEND = "gluepy.ops.local.LocalOpsBackend"')
    run = project.start("dag", "measured", "--executor", executor, CALLS=str(calls))
    wait_for(calls.read_text, "publish")
    run.kill()
    run.communicate()
    done = project.manage("dag", "measured", "--resume", "latest")
    assert done.returncode == 0, done.stderr
    (folder,) = project.folders()
    metrics = {"loss": 0.5, "tokens.token": 7, "published": 1}
    assert json.loads((folder / "metrics.json").read_text()) == metrics
    assert json.loads((folder / "run.json").read_text())["metrics"] == metrics
    tracked = json.loads((folder / "tracking.json").read_text())["metrics"]
    assert {one["key"]: one["value"] for one in tracked} == metrics


QUICK = """
import os
import signal

from gluepy.exec import DAG, Volatile, task
from gluepy.runs import manifest


def quick(number):
    @task(label=f"t{number}")
    def run() -> Volatile(f"v{number}"):
        if number == int(os.environ.get("LAST", -1)):
            os.kill(os.getpid(), signal.SIGKILL)
    return run


class Quick(DAG):
    label = "quick"
    tasks = [quick(number) for number in range(3000)]
"""


def test_thousands_of_quick_tasks_that_ended_are_known_after_a_kill(project: Project) -> None:
    project.module("quick", dags=QUICK)
    done = project.manage("dag", "quick", LAST="2500")
    assert done.returncode == -signal.SIGKILL
    finished = finished_of(project)
    assert len(finished) == 2501
    assert {f"t{number}" for number in range(2500)} < finished
    shown = project.manage("runs", "show", "latest")
    assert "KILLED" in shown.stdout
    assert project.manage("dag", "quick", "--resume", "latest").returncode == 0
    assert len(finished_of(project)) == 3001
