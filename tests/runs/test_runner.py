from __future__ import annotations

import json
import os
import signal
import threading

import pytest

from gluepy import signals
from gluepy.conf import default_context
from gluepy.exceptions import (
    CommandError,
    ContextError,
    PlanError,
    RunKilledError,
    RunLockedError,
    RunNotFoundError,
    TaskError,
    UnknownLabelError,
)
from gluepy.exec import DAG, Artifact, EvaluationTask, Task, task
from gluepy.files.storages import default_storage
from gluepy.ops import BaseOpsBackend, default_mlops
from gluepy.runs import run_dag, runs
from gluepy.runs.lock import RunLock, holder_of
from gluepy.runs.runner import Runner
from gluepy.test import override_settings

pytestmark = pytest.mark.usefixtures("any_storage")


def read(run, name: str) -> str:
    return default_storage.open(f"{run.folder}/{name}", "r")


def task_states(run) -> dict[str, str]:
    return {task["name"]: task["status"] for task in run.manifest["tasks"]}


@pytest.fixture
def dag_of():
    """Make a DAG of functions, each a task of the function's name."""

    def make(*functions, evaluate=(), label: str = "made") -> type[DAG]:
        def task(function, base: type[Task]) -> type[Task]:
            body = {"run": lambda self: function(), "__module__": __name__}
            return type(function.__name__.title(), (base,), body)

        return type(
            "Made",
            (DAG,),
            {
                "label": label,
                "tasks": [task(function, Task) for function in functions],
                "eval_tasks": [task(function, EvaluationTask) for function in evaluate],
                "__module__": __name__,
            },
        )

    return make


def test_a_run_leaves_a_folder_that_tells_all(daily) -> None:
    run = run_dag("daily")
    assert run.status == "FINISHED"
    assert run.folder.endswith(run.id)
    assert run.files() == [
        "context.yaml",
        "logs/run.log",
        "metrics.json",
        "out.txt",
        "run.json",
        "tracking.json",
    ]
    assert json.loads(read(run, "metrics.json")) == run.metrics == {"length": 7}
    assert task_states(run) == dict.fromkeys(
        ["bootstraptask", "write", "check", "measure"], "FINISHED"
    )
    write = run.manifest["tasks"][1]
    assert write["writes"] == {"storage": [f"{run.folder}/out.txt"]}
    log = read(run, "logs/run.log")
    assert "---------- Started task 'Write'\n" in log
    assert "---------- Completed task 'Write' in 0." in log


def test_a_retry_by_id_runs_again_in_the_folder_with_the_context_it_had(daily, project) -> None:
    first = run_dag("daily", params=["n=5"])
    (project / "configs" / "context.yaml").write_text("n: 100\nmodel: {depth: 200}\n")
    for reference in (first.id, first.folder, f"/{first.folder}/", "latest"):
        again = run_dag("daily", retry=reference, params=["model.depth=3"])
        assert (again.id, again.folder) == (first.id, first.folder)
        assert (again.context.n, again.context.model.depth) == (5, 3)
    assert again.manifest["attempt"] == 5


def test_a_retry_of_a_path_that_is_new_makes_a_run_named_like_it(daily) -> None:
    run = run_dag("daily", retry="elsewhere/nightly-7/")
    assert (run.id, run.folder) == ("nightly-7", "elsewhere/nightly-7")
    assert runs.get("elsewhere/nightly-7").status == "FINISHED"
    with pytest.raises(RunNotFoundError, match="There is no run 'nightly-8'"):
        run_dag("daily", retry="nightly-8")


def test_a_part_of_a_dag_keeps_what_the_rest_did(daily) -> None:
    first = run_dag("daily")
    again = run_dag("daily", retry=first.id, task="check")
    tasks = {task["name"]: task for task in again.manifest["tasks"]}
    assert set(tasks) == {"bootstraptask", "write", "check", "measure"}
    assert tasks["write"] == first.manifest["tasks"][1]
    assert tasks["check"]["started_at"] > first.manifest["tasks"][2]["started_at"]
    assert again.metrics == {"length": 7}


def test_eval_only_measures_an_old_run_and_needs_one(daily) -> None:
    first = run_dag("daily", skip_eval=True)
    assert first.metrics == {}
    assert run_dag("daily", retry=first.id, eval_only=True).metrics == {"length": 7}
    with pytest.raises(CommandError, match="--eval-only requires --retry"):
        run_dag("daily", eval_only=True)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ({"label": "dayly"}, UnknownLabelError),
        ({"label": "daily", "task": "wrte"}, UnknownLabelError),
        ({"label": "daily", "params": ["no.such=1"]}, ContextError),
        ({"label": "daily", "patches": ["no.yaml"], "strict": True}, ContextError),
        ({"label": "daily", "retry": "nobody"}, RunNotFoundError),
    ],
)
def test_what_the_caller_got_wrong_is_said_before_anything_is_written(daily, call, error) -> None:
    with pytest.raises(error):
        run_dag(**call)
    assert list(default_storage.walk("")) == []


def test_a_run_that_cannot_be_planned_leaves_no_folder() -> None:
    @task
    def count(numbers: Artifact) -> None: ...

    with pytest.raises(PlanError, match="'numbers'"):
        DAG.of("counted", count).run()
    assert not default_storage.exists("runs")


def test_a_retry_by_another_dag_says_whose_run_it_was(daily, dag_of, caplog) -> None:
    first = run_dag("daily")
    again = Runner(dag_of(lambda: None, label="other"), retry=first.id).run()
    assert again.dag == "other"
    said = f"The run '{first.id}' was one of the DAG 'daily'; from now on it is one of 'other'."
    assert said in caplog.messages


def test_a_task_that_raises_ends_the_run_and_the_error_says_where(dag_of) -> None:
    ran = []

    def fine() -> None:
        ran.append("fine")

    def bad() -> None:
        raise ValueError("no rows\nat all")

    def later() -> None:
        ran.append("later")

    dag_of(fine, bad, later)
    with pytest.raises(TaskError) as error:
        run_dag("made")
    run = runs.get("latest")
    assert isinstance(error.value.__cause__, ValueError)
    assert error.value.message.startswith(f"Task 'bad' of DAG 'made' failed at {__file__}:")
    assert error.value.message.endswith(": ValueError: no rows")
    assert ran == ["fine"]
    assert run.status == "FAILED"
    assert task_states(run) == {
        "bootstraptask": "FINISHED",
        "fine": "FINISHED",
        "bad": "FAILED",
        "later": "SKIPPED",
    }
    assert run.manifest["error"]["type"] == "TaskError"
    assert run.manifest["tasks"][2]["error"]["message"] == "no rows\nat all"
    assert default_mlops.get_run(run.id)["status"] == "FAILED"


def test_the_log_of_the_run_has_the_traceback_that_the_error_points_to(dag_of, capsys) -> None:
    def bad() -> None:
        raise ValueError("no rows")

    dag_of(bad)
    with pytest.raises(TaskError) as error:
        run_dag("made")
    run = runs.get("latest")
    assert f"traceback: {run.location}/logs/run.log" in error.value.hint
    assert "Traceback (most recent call last)" in read(run, "logs/run.log")
    assert "ValueError: no rows" in read(run, "logs/run.log")
    assert "Traceback" not in capsys.readouterr().err


def test_sys_exit_in_a_task_fails_the_run(dag_of) -> None:
    def leave() -> None:
        raise SystemExit(0)

    dag_of(leave)
    with pytest.raises(TaskError, match=r"called sys\.exit\(0\)"):
        run_dag("made")
    assert runs.get("latest").status == "FAILED"


@pytest.mark.parametrize(
    ("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, RunKilledError)]
)
def test_a_run_stopped_by_a_signal_is_killed_everywhere(dag_of, number, error) -> None:
    def stop() -> None:
        os.kill(os.getpid(), number)

    dag_of(stop)
    with pytest.raises(error):
        run_dag("made")
    run = runs.get("latest")
    assert run.manifest["status"] == "KILLED"
    assert task_states(run)["stop"] == "KILLED"
    assert default_mlops.get_run(run.id)["status"] == "KILLED"
    assert holder_of(run.folder) is None


class Interrupting(BaseOpsBackend):
    """A tracker during whose first call somebody types Ctrl-C."""

    ended: list[str] = []

    def create_run(self, dag, run_id=None, config=None, username=None):
        os.kill(os.getpid(), signal.SIGINT)
        return super().create_run(dag, run_id, config, username)

    def set_terminated(self, run_id, status, end_time=None):
        self.ended.append(status)


def test_ctrl_c_while_the_run_is_being_announced_ends_it_as_killed(daily) -> None:
    Interrupting.ended.clear()
    with override_settings(MLOPS_BACKEND=Interrupting), pytest.raises(KeyboardInterrupt):
        run_dag("daily")
    run = runs.get("latest")
    assert run.manifest["status"] == "KILLED"
    assert Interrupting.ended == ["KILLED"]
    assert set(task_states(run).values()) == {"PENDING"}


class Refusing(BaseOpsBackend):
    """A tracker whose service does not answer."""

    def create_run(self, dag, run_id=None, config=None, username=None):
        raise ConnectionError("refused")


def test_a_tracker_that_fails_at_the_start_fails_the_run(daily) -> None:
    with override_settings(MLOPS_BACKEND=Refusing), pytest.raises(ConnectionError):
        run_dag("daily")
    run = runs.get("latest")
    assert run.manifest["status"] == "FAILED"
    assert run.manifest["error"]["type"] == "ConnectionError"
    assert holder_of(run.folder) is None


def test_a_run_folder_in_use_is_refused_and_left_as_it_is(daily) -> None:
    first = run_dag("daily")
    before = read(first, "run.json")
    with RunLock(first.folder), pytest.raises(RunLockedError):
        run_dag("daily", retry=first.id)
    assert read(first, "run.json") == before


def test_two_runs_in_two_threads_see_their_own_context_folder_and_metrics(dag_of) -> None:
    ready = threading.Barrier(2, timeout=30)

    def work() -> None:
        ready.wait()
        for number in range(20):
            default_storage.touch(default_storage.runpath(f"{number}.txt"), str(default_context.n))
            default_mlops.log_metric("n", default_context.n)
        ready.wait()

    dag_of(work)
    found = {}

    def start(n: int) -> None:
        found[n] = run_dag("made", params={"n": n})

    threads = [threading.Thread(target=start, args=(n,)) for n in (10, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for n, run in found.items():
        assert {read(run, f"{number}.txt") for number in range(20)} == {str(n)}
        assert run.metrics == {"n": n}
        assert run.context.n == n
        assert found[30 - n].id not in read(run, "run.json")
    assert found[10].id != found[20].id


def test_the_context_of_the_process_is_untouched_by_a_run(daily) -> None:
    before = default_context.gluepy.run_id
    run = run_dag("daily", params=["n=7"])
    assert (default_context.n, default_context.gluepy.run_id) == (1, before)
    assert run.id != before


def test_a_task_may_run_another_dag_which_is_a_run_of_its_own(dag_of) -> None:
    inner_runs = []

    def inner() -> None:
        default_storage.touch(default_storage.runpath("inner.txt"), "x")

    def outer() -> None:
        inner_runs.append(run_dag("inner_dag"))
        default_storage.touch(default_storage.runpath("outer.txt"), "x")

    dag_of(inner, label="inner_dag")
    dag_of(outer)
    run = run_dag("made")
    assert "outer.txt" in run.files()
    assert "inner.txt" not in run.files()
    assert "inner.txt" in inner_runs[0].files()


def test_signals_tell_the_story_of_a_run(dag_of) -> None:
    story = []

    def fine() -> None: ...

    def bad() -> None:
        raise ValueError

    dag_of(fine, bad)
    names = ["run_started", "run_finished", "run_failed"]
    names += ["task_started", "task_finished", "task_failed"]
    receivers = []
    for name in names:

        def hear(name=name, **values):
            story.append((name, values.get("task"), values["run"].manifest["status"]))

        receivers.append((getattr(signals, name), hear))
        getattr(signals, name).connect(hear)
    try:
        with pytest.raises(TaskError):
            run_dag("made", from_task="fine")
        run_dag("made", task="fine")
    finally:
        for signal_, hear in receivers:
            signal_.disconnect(hear)
    assert story == [
        ("run_started", None, "RUNNING"),
        ("task_started", "fine", "RUNNING"),
        ("task_finished", "fine", "RUNNING"),
        ("task_started", "bad", "RUNNING"),
        ("task_failed", "bad", "RUNNING"),
        ("run_failed", None, "FAILED"),
        ("run_started", None, "RUNNING"),
        ("task_started", "fine", "RUNNING"),
        ("task_finished", "fine", "RUNNING"),
        ("run_finished", None, "FINISHED"),
    ]


def test_a_receiver_that_fails_does_not_fail_the_run(daily) -> None:
    def broken(**values) -> None:
        raise ValueError("receiver")

    signals.task_finished.connect(broken)
    try:
        run = run_dag("daily")
    finally:
        signals.task_finished.disconnect(broken)
    assert run.status == "FINISHED"
    assert "ValueError: receiver" in read(run, "logs/run.log")


def test_a_context_of_another_kind_is_refused(daily) -> None:
    class Dicts:
        def create_context(self, **options):
            return {"gluepy": {}}

    with override_settings(CONTEXT_BACKEND=Dicts), pytest.raises(ContextError, match="a dict"):
        run_dag("daily")
