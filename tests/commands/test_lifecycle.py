"""Runs that are stopped, killed, fought over, run side by side, compared and removed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest

from tests.projects.factory import Project, status_of, wait_for

WAITING = """
import os
import time
from gluepy.conf import default_context, default_settings
from gluepy.exec import DAG, Task
from gluepy.files.storages import default_storage
from gluepy.ops import default_mlops

def flag(name):
    return os.path.join(default_settings.BASE_DIR, name)

class Before(Task):
    def run(self):
        default_storage.touch(default_storage.runpath("before.txt"), "done")
        default_mlops.log_metric("before", 1)

class Wait(Task):
    \"\"\"Says that it has started, and ends when it is told to.\"\"\"
    def run(self):
        open(flag("started"), "w").close()
        while not os.path.exists(flag("go")):
            time.sleep(0.01)
        default_storage.touch(default_storage.runpath("after.txt"), "done")

class Waiting(DAG):
    label = "waiting"
    tasks = [Before, Wait]
"""


@pytest.fixture
def waiting(project: Project) -> Project:
    project.module("shop", dags=WAITING)
    return project


def start(project: Project, *arguments: str) -> subprocess.Popen[str]:
    """Start the DAG `waiting`, and return when its second task runs."""
    process = project.start("dag", "waiting", *arguments)
    wait_for((project.root / "started").exists, "the task has not started")
    return process


def let_go(project: Project) -> None:
    (project.root / "go").touch()


def manifest(folder: Path) -> dict:
    return json.loads((folder / "run.json").read_text("utf-8"))


# --- Stopped and killed --------------------------------------------------------------------


@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143), ("SIGHUP", 129)])
def test_a_stopped_run_is_killed_in_manifest_and_tracker_and_can_be_retried(
    waiting: Project, name: str, code: int
) -> None:
    process = start(waiting)
    process.send_signal(getattr(signal, name))
    out, err = process.communicate(timeout=60)

    assert process.returncode == code, err
    assert out == ""
    assert err.splitlines()[-1].startswith("Error: ")
    assert "Traceback" not in err
    (folder,) = waiting.folders()
    assert status_of(folder) == ("KILLED", "KILLED")
    statuses = {task["label"]: task["status"] for task in manifest(folder)["tasks"]}
    assert statuses == {"bootstraptask": "FINISHED", "before": "FINISHED", "wait": "KILLED"}
    assert json.loads((folder / "metrics.json").read_text()) == {"before": 1}
    assert not (folder / "run.lock").exists()

    let_go(waiting)
    done = waiting.manage("dag", "waiting", "--retry", folder.name)

    assert done.returncode == 0, done.stderr
    assert status_of(folder) == ("FINISHED", "FINISHED")
    assert manifest(folder)["attempt"] == 2
    assert (folder / "after.txt").read_text() == "done"
    assert waiting.folders() == [folder]


def test_a_run_that_was_killed_hard_is_shown_as_killed_and_its_lock_is_taken_over(
    waiting: Project,
) -> None:
    process = start(waiting)
    (listed,) = waiting.json("runs", "ls")
    assert listed["status"] == "RUNNING"
    process.kill()
    process.communicate()
    (folder,) = waiting.folders()
    assert (folder / "run.lock").exists()
    for name in ("run.json", "tracking.json"):
        json.loads((folder / name).read_text("utf-8"))

    (listed,) = waiting.json("runs", "ls")
    assert (listed["run_id"], listed["status"]) == (folder.name, "KILLED")
    assert waiting.json("runs", "ls", "--status", "running") == []
    assert len(waiting.json("runs", "ls", "--status", "killed")) == 1

    let_go(waiting)
    done = waiting.manage("dag", "waiting", "--retry", folder.name)
    assert done.returncode == 0, done.stderr
    assert status_of(folder) == ("FINISHED", "FINISHED")
    assert not (folder / "run.lock").exists()


def test_a_second_process_on_one_run_folder_is_told_who_works_in_it(waiting: Project) -> None:
    first = start(waiting)
    (folder,) = waiting.folders()
    before = (folder / "run.json").read_bytes()

    second = waiting.manage("dag", "waiting", "--retry", folder.name)

    assert second.returncode == 1
    assert f"in use by process {first.pid} on " in second.stderr
    assert "Wait for it" in second.stderr
    assert (folder / "run.json").read_bytes() == before
    let_go(waiting)
    _, err = first.communicate(timeout=60)
    assert first.returncode == 0, err
    assert status_of(folder) == ("FINISHED", "FINISHED")


def test_a_failed_run_is_failed_everywhere_and_keeps_what_it_logged(project: Project) -> None:
    project.module(
        "shop",
        dags="""
        import os
        from gluepy.exec import DAG, Task
        from gluepy.ops import default_mlops
        class Fail(Task):
            def run(self):
                default_mlops.log_metric("so_far", 2)
                if not os.path.exists("mended"):
                    raise ValueError("not yet")
        class Never(Task):
            def run(self):
                pass
        class FailDag(DAG):
            label = "fail"
            tasks = [Fail, Never]
        """,
    )
    assert project.manage("dag", "fail").returncode == 1
    (folder,) = project.folders()
    assert status_of(folder) == ("FAILED", "FAILED")
    tasks = {task["label"]: task for task in manifest(folder)["tasks"]}
    assert tasks["fail"]["error"]["message"] == "not yet"
    assert tasks["never"]["status"] == "SKIPPED"
    assert manifest(folder)["metrics"] == {"so_far": 2}
    log = (folder / "logs/run.log").read_text()
    assert "ValueError: not yet" in log
    assert "Traceback" in log

    (project.root / "mended").touch()
    assert project.manage("dag", "fail", "--retry", f"/{folder.name}/").returncode == 0
    assert status_of(folder) == ("FINISHED", "FINISHED")
    assert manifest(folder)["error"] is None
    assert tasks.keys() == {task["label"] for task in manifest(folder)["tasks"]}


@pytest.mark.parametrize("call", ["sys.exit()", "sys.exit(0)", "sys.exit('enough')"])
def test_sys_exit_in_a_task_fails_the_run_and_does_not_end_it_quietly(
    project: Project, call: str
) -> None:
    project.module(
        "shop",
        dags=f"""
        import sys
        from gluepy.exec import DAG, Task
        class Leave(Task):
            def run(self):
                {call}
        class LeaveDag(DAG):
            label = "leave"
            tasks = [Leave]
        """,
    )
    done = project.manage("dag", "leave")
    assert done.returncode == 1
    assert "sys.exit(" in done.stderr
    assert status_of(project.folders()[0]) == ("FAILED", "FAILED")


def test_a_signal_receiver_that_raises_is_logged_and_breaks_nothing(project: Project) -> None:
    names = ("run_started", "run_finished", "task_started", "task_finished")
    project.write(
        "sample/checks.py",
        f"""
        from gluepy import signals
        def broken(**values):
            raise RuntimeError("receiver of " + "-".join(sorted(values)))
        for name in {names!r}:
            getattr(signals, name).connect(broken)
        """,
    )
    done = project.manage("dag", "sample")
    assert done.returncode == 0
    (folder,) = project.folders()
    assert status_of(folder) == ("FINISHED", "FINISHED")
    for name in names:
        assert f"of the signal '{name}' raised" in done.stderr
    assert "RuntimeError: receiver of run-seconds-task" in done.stderr


def test_a_failed_run_tells_the_receivers_of_its_signals(project: Project) -> None:
    project.module(
        "shop",
        dags="""
        from gluepy import signals
        from gluepy.exec import DAG, Task
        class Fail(Task):
            def run(self):
                raise ValueError("x")
        class FailDag(DAG):
            label = "fail"
            tasks = [Fail]
        def tell(name):
            @getattr(signals, name).connect
            def receive(run, **values):
                print(name, run.dag, values.get("task"), type(values.get("error")).__name__)
            receivers.append(receive)
        receivers = []
        for name in ("run_started", "task_failed", "run_failed", "run_finished"):
            tell(name)
        """,
    )
    done = project.manage("dag", "fail")
    assert done.stdout.splitlines() == [
        "run_started fail None NoneType",
        "task_failed fail fail ValueError",
        "run_failed fail None TaskError",
    ]


# --- Side by side --------------------------------------------------------------------------

PAIRED = """
import os
import threading
import time
from gluepy.conf import default_context, default_settings
from gluepy.exec import DAG, EvaluationTask, Task
from gluepy.files.storages import default_storage
from gluepy.ops import default_mlops
import logging

logger = logging.getLogger(__name__)

def meet(step):
    \"\"\"Wait until the other run is at the same step.\"\"\"
    me = default_context.me
    folder = os.path.join(default_settings.BASE_DIR, "meeting")
    os.makedirs(folder, exist_ok=True)
    open(os.path.join(folder, f"{step}-{me}"), "w").close()
    end = time.monotonic() + 20
    while not os.path.exists(os.path.join(folder, f"{step}-{3 - me}")):
        if time.monotonic() > end:
            raise TimeoutError(step)
        time.sleep(0.005)

class First(Task):
    def run(self):
        for step in range(5):
            meet(f"first{step}")
            me = default_context.me
            logger.info("step %s of run %s", step, me)
            print(f"printed by run {me}")
            default_mlops.log_metric(f"step{step}", me)
            default_storage.touch(default_storage.runpath(f"{step}.txt"), str(me))

class Second(Task):
    def run(self):
        meet("second")
        text = default_storage.open(default_storage.runpath("4.txt"), "r")
        if text != str(default_context.me):
            raise ValueError(text)
        default_mlops.log_param("me", text)

class Paired(DAG):
    label = "paired"
    tasks = [First, Second]
"""


def assert_apart(project: Project) -> None:
    """Fail if anything of one run stands in the folder of the other."""
    seen = set()
    for folder in project.folders():
        (me,) = {(folder / f"{step}.txt").read_text() for step in range(5)}
        seen.add(me)
        other = 3 - int(me)
        assert f"\nme: {me}\n" in f"\n{(folder / 'context.yaml').read_text()}"
        assert folder.name in (folder / "context.yaml").read_text()
        assert status_of(folder) == ("FINISHED", "FINISHED")
        assert manifest(folder)["metrics"] == {f"step{step}": int(me) for step in range(5)}
        assert json.loads((folder / "metrics.json").read_text()) == manifest(folder)["metrics"]
        tracked = json.loads((folder / "tracking.json").read_text())
        assert {metric["value"] for metric in tracked["metrics"]} == {int(me)}
        assert tracked["params"] == [{"key": "me", "value": me}]
        log = (folder / "logs/run.log").read_text()
        assert log.count(f"of run {me}\n") == log.count(f"printed by run {me}\n") == 5
        assert f"run {other}\n" not in log
        writes = [task["writes"] for task in manifest(folder)["tasks"]]
        assert all(folder.name in path for kinds in writes for path in kinds.get("storage", []))
    assert seen == {"1", "2"}


@pytest.fixture
def paired(project: Project) -> Project:
    project.module("shop", dags=PAIRED)
    project.write("configs/me.yaml", "me: 0\n")
    return project


def test_two_runs_in_two_processes_never_mix(paired: Project) -> None:
    both = [paired.start("dag", "paired", "--param", f"me={me}") for me in (1, 2)]
    for process in both:
        _, err = process.communicate(timeout=60)
        assert process.returncode == 0, err
    assert_apart(paired)


def test_two_runs_in_two_threads_of_one_process_never_mix(paired: Project) -> None:
    done = paired.python(
        """
        import gluepy
        gluepy.setup()
        from concurrent.futures import ThreadPoolExecutor
        from gluepy.exec import DAG_REGISTRY
        from gluepy.runs import run_dag
        with ThreadPoolExecutor(2) as pool:
            first = pool.submit(run_dag, "paired", params={"me": 1})
            second = pool.submit(DAG_REGISTRY["paired"]().run, me=2)
        for me, run in ((1, first.result()), (2, second.result())):
            assert run.status == "FINISHED"
            assert run.context.me == me
            assert set(run.metrics.values()) == {me}
        """
    )
    assert done.returncode == 0, done.stderr
    assert_apart(paired)


def test_threads_that_a_task_starts_belong_to_its_run(project: Project) -> None:
    project.module(
        "shop",
        dags="""
        import contextvars
        import logging
        from concurrent.futures import ThreadPoolExecutor
        from threading import Thread
        from gluepy.conf import default_context
        from gluepy.exec import DAG, Task
        from gluepy.files.storages import default_storage
        from gluepy.ops import default_mlops
        def work(number):
            logging.getLogger(__name__).info("thread %s", number)
            default_mlops.log_metric(f"thread{number}", number)
            path = default_storage.runpath(f"{number}.txt")
            default_storage.touch(path, default_context.gluepy.run_id)
        class Threaded(Task):
            def run(self):
                thread = Thread(target=work, args=(0,))
                thread.start()
                thread.join()
                with ThreadPoolExecutor(2) as pool:
                    list(pool.map(work, (1, 2)))
        class ThreadedDag(DAG):
            label = "threaded"
            tasks = [Threaded]
        """,
    )
    folder = project.run("threaded")
    log = (folder / "logs/run.log").read_text()
    for number in range(3):
        assert (folder / f"{number}.txt").read_text() == folder.name
        assert f" - thread {number}\n" in log
    assert manifest(folder)["metrics"] == {"thread0": 0, "thread1": 1, "thread2": 2}


# --- runs diff, compare, rm, prune ---------------------------------------------------------


def test_diff_shows_what_differs_and_nothing_else(project: Project) -> None:
    first = project.run("sample")
    second = project.run("sample", "--param", "sample.orders=10")
    changed = project.json("runs", "diff", first.name, second.name)
    assert changed["context"] == {"sample.orders": [1000, 10]}
    assert set(changed) == {"context", "metrics"}
    text = project.manage("runs", "diff", first.name, second.name).stdout
    assert "context: sample.orders" in text
    assert project.json("runs", "diff", first.name, first.name) == {}


def test_compare_shows_metrics_side_by_side(project: Project) -> None:
    first = project.run("sample")
    second = project.run("sample", "--param", "sample.orders=10")
    compared = project.json("runs", "compare", first.name, second.name)
    assert list(compared) == [first.name, second.name]
    assert compared[first.name]["revenue"] > compared[second.name]["revenue"]


def test_rm_removes_whole_runs_and_leaves_the_rest(project: Project) -> None:
    first, second = project.run("sample"), project.run("sample")
    done = project.manage("runs", "rm", first.name)
    assert done.returncode == 0, done.stderr
    assert first.name in done.stdout
    assert not first.exists()
    assert project.folders() == [second]
    done = project.manage("runs", "rm", first.name)
    assert done.returncode == 2
    assert f"'{second.name}'" in done.stderr


def aged(project: Project, folder: Path, days: int) -> None:
    """Make a run look as if it had started so many days before the day it did."""
    from datetime import datetime, timedelta

    record = manifest(folder)
    for name in ("started_at", "ended_at", "created_at"):
        moment = datetime.fromisoformat(record[name]) - timedelta(days=days)
        record[name] = moment.isoformat()
    (folder / "run.json").write_text(json.dumps(record), encoding="utf-8")


def test_prune_keeps_the_newest_of_each_dag(waiting: Project) -> None:
    let_go(waiting)
    other = waiting.run("waiting")
    folders = [waiting.run("sample") for _ in range(3)]
    dry = waiting.json("runs", "prune", "--keep", "1", "--dry-run")
    assert [run["run_id"] for run in dry] == [folder.name for folder in folders[:2]]
    assert len(waiting.folders()) == 4

    done = waiting.manage("runs", "prune", "--keep", "1")

    assert done.returncode == 0, done.stderr
    assert waiting.folders() == [other, folders[2]]


def test_prune_by_age_and_dag_removes_only_what_both_allow(waiting: Project) -> None:
    let_go(waiting)
    folders = [waiting.run("sample") for _ in range(3)]
    other = waiting.run("waiting")
    for folder, days in zip(folders, (40, 20, 1), strict=True):
        aged(waiting, folder, days)
    aged(waiting, other, 90)

    arguments = ("runs", "prune", "--older-than", "10d", "--dag", "sample")
    assert waiting.manage(*arguments, "--keep", "2").returncode == 0
    assert waiting.folders() == [*folders[1:], other]
    assert waiting.manage(*arguments).returncode == 0
    assert waiting.folders() == [folders[2], other]


def test_a_run_that_goes_on_is_neither_removed_nor_pruned(waiting: Project) -> None:
    process = start(waiting)
    (folder,) = waiting.folders()

    assert waiting.json("runs", "prune", "--keep", "0") == []
    done = waiting.manage("runs", "rm", folder.name)
    assert done.returncode == 1
    assert "a process works in it" in done.stderr

    let_go(waiting)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert waiting.folders() == [folder]
    assert len(waiting.json("runs", "prune", "--keep", "0")) == 1
    assert waiting.folders() == []


def test_a_manifest_that_cannot_be_read_hides_no_other_run(project: Project) -> None:
    broken, good = project.run("sample"), project.run("sample")
    (broken / "run.json").write_text("{")
    assert [run["run_id"] for run in project.json("runs", "ls")] == [good.name]
    done = project.manage("runs", "show", broken.name)
    assert done.returncode == 2
    assert "--retry" in done.stderr
    assert project.manage("dag", "sample", "--retry", broken.name).returncode == 0
    assert len(project.json("runs", "ls")) == 2


def test_a_run_can_be_named_by_id_folder_path_or_as_the_latest(project: Project) -> None:
    folder = project.run("sample")
    inside = folder.relative_to(project.root / "data").as_posix()
    names = (folder.name, inside, f"/{inside}/", f"data/{inside}", str(folder), "latest")
    for name in names:
        assert project.json("runs", "show", name)["run_id"] == folder.name
    relative = os.path.relpath(folder, project.root)
    assert project.manage("dag", "sample", "--retry", relative).returncode == 0
    assert project.folders() == [folder]
