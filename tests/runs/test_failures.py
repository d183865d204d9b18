from __future__ import annotations

import threading
from typing import Any

import pytest

from gluepy import signals
from gluepy.exceptions import ArtifactError, TaskError, TaskOutputError, TaskTimeoutError
from gluepy.exec import DAG, Artifact, Task, Volatile, task
from gluepy.files.storages import default_storage
from gluepy.runs import runs
from gluepy.runs.runner import Runner

EXECUTORS = pytest.mark.parametrize("executor", ["serial", "threads"])


def states(run: Any) -> dict[str, str]:
    tasks = {task["name"]: task["status"] for task in run.manifest["tasks"]}
    tasks.pop("bootstraptask", None)
    return tasks


def reasons(run: Any) -> dict[str, str]:
    return {task["name"]: task["reason"] for task in run.manifest["tasks"] if task["reason"]}


def failing(dag: DAG, **options: Any) -> tuple[Any, TaskError]:
    with pytest.raises(TaskError) as caught:
        Runner(dag, **options).run()
    return runs.get("latest"), caught.value


@pytest.fixture
def told():
    """Collect what every signal tells of tasks and runs."""
    heard: list[tuple[str, str]] = []
    connected = []
    for name in ("started", "finished", "failed", "retried", "skipped"):
        signal = getattr(signals, f"task_{name}")
        connected.append((signal, hear(heard, name)))
    for name in ("started", "finished", "failed"):
        signal = getattr(signals, f"run_{name}")
        connected.append((signal, hear(heard, f"run {name}")))
    for signal, receiver in connected:
        signal.connect(receiver)
    yield heard
    for signal, receiver in connected:
        signal.disconnect(receiver)


def hear(heard: list, name: str):
    return lambda **values: heard.append((name, values.get("task", "")))


@pytest.fixture
def forked() -> DAG:
    """A fork: `bad` fails, `after` needs it, `other` and `last` do not."""

    @task
    def start() -> Volatile("s"):
        return 1

    @task
    def bad(s: Volatile) -> Volatile("b"):
        raise ValueError("no luck")

    @task
    def after(b: Volatile) -> Volatile("a"): ...

    @task
    def other(s: Volatile) -> Volatile("o"):
        return s

    @task
    def last(o: Volatile) -> Artifact("end"):
        return o

    return DAG.of("forked", start, bad, after, other, last)


@EXECUTORS
def test_stop_starts_nothing_more(forked: DAG, executor: str) -> None:
    run, error = failing(forked, executor=executor, workers=1)
    assert run.status == "FAILED"
    found = states(run)
    assert (found["bad"], found["after"], found["last"]) == ("FAILED", "SKIPPED", "SKIPPED")
    assert reasons(run)["after"] == "'bad' failed"
    assert isinstance(error.__cause__, ValueError)
    assert "no luck" in error.message


@EXECUTORS
def test_continue_runs_all_that_does_not_need_what_failed(forked: DAG, executor: str) -> None:
    run, _ = failing(forked, executor=executor, on_failure="continue")
    assert run.status == "FAILED"
    assert states(run) == {
        "start": "FINISHED",
        "bad": "FAILED",
        "after": "SKIPPED",
        "other": "FINISHED",
        "last": "FINISHED",
    }
    assert reasons(run) == {"after": "'bad' failed"}
    assert run["end"] == 1


def test_a_dag_says_itself_what_a_failure_stops(forked: DAG) -> None:
    class Careless(DAG):
        tasks = [forked]
        on_failure = "continue"

    run, _ = failing(Careless())
    assert states(run)["last"] == "FINISHED"
    run, _ = failing(Careless(), on_failure="stop")
    assert states(run)["last"] == "SKIPPED"


def test_calls_that_were_handed_over_and_dropped_are_skipped() -> None:
    handed, skipping = threading.Event(), threading.Event()

    @task
    def bad() -> Volatile("b"):
        handed.wait(30)
        raise ValueError

    def waiting(name: str):
        @task(label=name)
        def work() -> Volatile(name):
            skipping.wait(30)

        return work

    def started(task: str, **_: Any) -> None:
        if task == "w2":
            handed.set()

    def skipped(task: str, **_: Any) -> None:
        if task == "w3":
            skipping.set()

    signals.task_started.connect(started)
    signals.task_skipped.connect(skipped)
    try:
        dag = DAG.of("d", bad, *(waiting(f"w{number}") for number in range(5)))
        run, _ = failing(dag, executor="threads", workers=2)
    finally:
        signals.task_started.disconnect(started)
        signals.task_skipped.disconnect(skipped)
    found = states(run)
    assert (found["bad"], found["w0"]) == ("FAILED", "FINISHED")
    assert [found[f"w{number}"] for number in (2, 3, 4)] == ["SKIPPED"] * 3
    assert run.manifest["tasks"][4]["started_at"] is None


def attempts(*outcomes: Any):
    """Return a function that raises or returns one outcome after another."""
    left = list(outcomes)

    def step() -> Any:
        outcome = left.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return step


@EXECUTORS
def test_a_task_is_tried_again_as_often_as_it_says(executor: str, told) -> None:
    step = attempts(ValueError("one"), ValueError("two"), 3)

    @task(retries=2, retry_delay=0.01)
    def flaky() -> Volatile("n"):
        return step()

    run = Runner(DAG.of("d", flaky), executor=executor).run()
    assert run["n"] == 3
    assert run.manifest["tasks"][1]["attempts"] == 3
    assert [name for name, task in told if task == "flaky"] == [
        *("started", "retried", "started", "retried", "started", "finished")
    ]
    log = default_storage.open(f"{run.folder}/logs/run.log", "r")
    assert "Task 'flaky' failed (ValueError: one); again in 0.0 seconds" in log


def test_the_last_failure_of_a_retried_task_is_its_error() -> None:
    step = attempts(ValueError("one"), KeyError("two"))

    @task(retries=1)
    def flaky():
        step()

    run, error = failing(DAG.of("d", flaky))
    assert isinstance(error.__cause__, KeyError)
    assert run.manifest["tasks"][1]["error"]["type"] == "KeyError"
    assert run.manifest["tasks"][1]["attempts"] == 2


def test_others_run_while_a_task_waits_for_its_next_try() -> None:
    order: list[str] = []
    step = attempts(ValueError(), None)

    @task(retries=1, retry_delay=0.2)
    def flaky() -> Volatile("f"):
        order.append("flaky")
        step()

    @task
    def other() -> Volatile("o"):
        order.append("other")

    DAG.of("d", flaky, other).run()
    assert order == ["flaky", "other", "flaky"]


def test_the_delay_of_each_try_is_told() -> None:
    told: list[float] = []

    @signals.task_retried.connect
    def note(delay: float, error: Exception, **_: Any) -> None:
        told.append(delay)

    @task(retries=3, retry_delay={"first": 0.01, "factor": 2})
    def bad():
        raise ValueError

    try:
        failing(DAG.of("d", bad))
    finally:
        signals.task_retried.disconnect(note)
    assert told == [0.01, 0.02, 0.04]


def test_in_threads_a_task_that_takes_too_long_fails_and_is_left_alone() -> None:
    released = threading.Event()

    @task(timeout=0.05)
    def slow():
        released.wait(30)

    run, error = failing(DAG.of("d", slow), executor="threads")
    released.set()
    assert isinstance(error.__cause__, TaskTimeoutError)
    assert "took longer than its timeout of 0.05 s" in error.message
    assert states(run) == {"slow": "FAILED"}


def test_a_timeout_can_be_tried_again() -> None:
    released, step = threading.Event(), attempts(30, 0)

    @task(timeout=0.05, retries=1)
    def slow() -> Volatile("done"):
        released.wait(step())
        return True

    run = Runner(DAG.of("d", slow), executor="threads").run()
    released.set()
    assert run["done"]


def test_signals_tell_the_whole_story_in_order(forked: DAG, told) -> None:
    failing(forked, on_failure="continue")
    assert told == [
        ("run started", ""),
        ("started", "bootstraptask"),
        ("finished", "bootstraptask"),
        ("started", "start"),
        ("finished", "start"),
        ("started", "bad"),
        ("failed", "bad"),
        ("skipped", "after"),
        ("started", "other"),
        ("finished", "other"),
        ("started", "last"),
        ("finished", "last"),
        ("run failed", ""),
    ]


def test_loading_and_storing_is_announced() -> None:
    heard: list[tuple[str, str]] = []
    load = signals.before_load.connect(lambda name, **_: heard.append(("load", name)))
    save = signals.after_save.connect(
        lambda name, path, **_: heard.append(("save", f"{name} {path.rpartition('/')[2]}"))
    )

    @task
    def make() -> Artifact("a"):
        return [1]

    @task
    def show(a: Artifact): ...

    try:
        DAG.of("d", make, show).run()
    finally:
        signals.before_load.disconnect(load)
        signals.after_save.disconnect(save)
    assert heard == [("save", "a a.json"), ("load", "a")]


def test_a_receiver_that_raises_breaks_nothing(forked: DAG, caplog) -> None:
    names = [
        *("run_started", "run_finished", "run_failed", "task_started", "task_finished"),
        *("task_failed", "task_retried", "task_skipped", "before_load", "after_save"),
    ]

    def broken(**_: Any) -> None:
        raise RuntimeError("receiver")

    for name in names:
        getattr(signals, name).connect(broken)
    try:
        run, error = failing(forked, on_failure="continue")
    finally:
        for name in names:
            getattr(signals, name).disconnect(broken)
    assert isinstance(error.__cause__, ValueError)
    assert states(run)["last"] == "FINISHED"
    assert "of the signal 'task_skipped' raised" in caplog.text


@pytest.mark.parametrize(
    ("returned", "message"),
    [
        ((1,), "'pair' returned 1 value, but declares 2: 'a' and 'b'"),
        ((1, 2, 3), "'pair' returned 3 values, but declares 2: 'a' and 'b'"),
        (None, "'pair' returned one NoneType, but declares 'a' and 'b'"),
        ("ab", "'pair' returned one str, but declares 'a' and 'b'"),
    ],
)
def test_too_many_or_too_few_values_are_an_error_that_names_task_and_values(
    returned, message: str
) -> None:
    @task
    def pair() -> (Artifact("a"), Volatile("b")):
        return returned

    run, error = failing(DAG.of("d", pair))
    assert isinstance(error.__cause__, TaskOutputError)
    assert message in str(error.__cause__)
    assert not [path for path in run.files() if path.startswith("artifacts")]


def test_a_value_that_is_not_declared_is_an_error_and_none_is_not() -> None:
    @task
    def silent(): ...

    @task
    def loud():
        return 3

    run, error = failing(DAG.of("d", silent, loud))
    assert "The task 'loud' returned a int, but declares no output" in str(error.__cause__)
    assert states(run)["silent"] == "FINISHED"


def test_the_run_of_an_old_class_may_return_what_it_likes() -> None:
    class Old(Task):
        def run(self) -> int:
            return 3

    assert DAG.of("d", Old).run().status == "FINISHED"


def test_a_value_that_cannot_be_stored_is_an_error_that_says_what_to_do() -> None:
    @task
    def make() -> Artifact("lock"):
        return threading.Lock()

    _, error = failing(DAG.of("d", make))
    assert isinstance(error.__cause__, ArtifactError)
    assert "The artifact 'lock', a lock, cannot be stored" in str(error.__cause__)
    assert "Declare it as Volatile" in str(error.__cause__)
