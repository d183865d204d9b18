from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gluepy.conf import default_context
from gluepy.exceptions import CommandError, PlanError, TaskError
from gluepy.exec import DAG, Artifact, Task, Volatile, task
from gluepy.files.storages import default_storage
from gluepy.ops import default_mlops
from gluepy.runs import runs
from gluepy.runs.runner import Runner
from gluepy.test import override_settings


class Flow:
    """A DAG whose tasks tell when they run, and raise on demand."""

    def __init__(self) -> None:
        self.ran: list[str] = []
        self.fails: set[str] = set()
        flow = self

        def ran(name: str) -> None:
            flow.ran.append(name)
            if name in flow.fails:
                raise RuntimeError(name)

        @task
        def load(rows: int = 3) -> Artifact("rows"):
            ran("load")
            return list(range(rows))

        @task
        def scale(rows: Artifact, factor: int = 2) -> Volatile("scaled"):
            ran("scale")
            return [row * factor for row in rows]

        @task
        def count(rows: Artifact) -> Artifact("count"):
            ran("count")
            return len(rows)

        @task
        def total(scaled: Volatile) -> Artifact("total"):
            ran("total")
            return sum(scaled)

        @task
        def report(total: Artifact, count: Artifact) -> Artifact("report"):
            ran("report")
            return f"{total} of {count}"

        self.dag = DAG.of("flow", load, scale, count, total, report)

    def run(self, **options: Any) -> Any:
        """Run or resume, and return what ran and the run."""
        self.ran.clear()
        try:
            run = Runner(self.dag, **options).run()
        except TaskError:
            run = runs.get("latest")
        return list(self.ran), run

    def plan(self, run: Any, **options: Any) -> dict[str, tuple[str, str]]:
        rows = Runner(self.dag, resume=run.id, **options).plan().rows()
        return {row["task"]: (row["action"], row["reason"]) for row in rows}


@pytest.fixture
def flow() -> Flow:
    return Flow()


def artifact(run: Any, name: str) -> str:
    return f"{run.folder}/artifacts/{name}.json"


def test_a_run_that_finished_has_nothing_left(flow: Flow) -> None:
    _, run = flow.run()
    assert {action for action, _ in flow.plan(run).values()} == {"reuse"}
    ran, again = flow.run(resume=run.id)
    assert ran == []
    assert (again.status, again["report"]) == ("FINISHED", "6 of 3")
    assert again.manifest["attempt"] == 2


def test_after_an_exception_what_is_left_runs_and_volatiles_are_computed_again(flow: Flow) -> None:
    flow.fails = {"total"}
    ran, run = flow.run()
    assert ran == ["load", "scale", "count", "total"]
    assert run.status == "FAILED"
    plan = flow.plan(run)
    assert plan["load"][0] == plan["count"][0] == "reuse"
    assert plan["scale"] == ("run", "its volatile 'scaled' is needed by 'total'")
    assert plan["total"] == ("run", "it has not finished")
    flow.fails = set()
    ran, again = flow.run(resume="latest")
    assert ran == ["scale", "total", "report"]
    assert (again.id, again.status, again["report"]) == (run.id, "FINISHED", "6 of 3")
    assert {one["status"] for one in again.manifest["tasks"]} == {"FINISHED"}


def test_a_volatile_that_nobody_needs_is_not_computed_again(flow: Flow) -> None:
    flow.fails = {"report"}
    _, run = flow.run()
    flow.fails = set()
    ran, _ = flow.run(resume=run.id)
    assert ran == ["report"]


@pytest.mark.parametrize("harm", ["deleted", "edited", "torn"])
def test_an_output_that_is_not_as_it_was_is_made_again(flow: Flow, harm: str) -> None:
    _, run = flow.run()
    path = artifact(run, "count")
    content = default_storage.open(path)
    if harm == "deleted":
        default_storage.rm(path)
    else:
        default_storage.touch(path, b"9" * len(content) if harm == "edited" else content[:-1])
    assert flow.plan(run)["count"] == ("run", f"its output '{path}' is gone or changed")
    ran, again = flow.run(resume=run.id)
    assert ran == ["count"]
    assert again["count"] == 3


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"factor": 5}, ["scale", "total", "report"]),
        ({"rows": 4}, ["load", "scale", "count", "total", "report"]),
        ({"model.depth": 9}, []),
        ({"rows": 3, "factor": 2}, []),
    ],
)
def test_a_changed_parameter_runs_exactly_what_read_it_and_what_follows(
    flow: Flow, params: dict[str, Any], expected: list[str]
) -> None:
    _, run = flow.run()
    ran, again = flow.run(resume=run.id, params=params)
    assert ran == expected
    assert again["report"] == {0: "6 of 3", 3: "15 of 3", 5: "12 of 4"}[len(expected)]
    assert flow.run(resume=run.id)[0] == []


def test_why_a_changed_parameter_runs_tasks_again_is_told(flow: Flow) -> None:
    _, run = flow.run(params={"factor": 2})
    plan = flow.plan(run, params={"factor": 5})
    assert plan["scale"] == ("run", "'scale.factor' is 5 now")
    assert plan["total"] == ("run", "'scale' runs again")
    assert plan["load"][0] == "reuse"


def test_a_value_in_the_section_of_a_task_that_it_does_not_take_runs_nothing_again(
    flow: Flow,
) -> None:
    _, run = flow.run()
    assert flow.run(resume=run.id, params=["+scale.note=hello"])[0] == []


def test_a_context_value_that_a_task_read_by_itself_counts_as_well() -> None:
    ran: list[str] = []

    class Deep(Task):
        def run(self) -> None:
            ran.append(f"depth {default_context.model.depth}")

    class All(Task):
        depends_on = ["deep"]
        outputs = [Volatile("all")]

        def run(self) -> Any:
            ran.append("all")
            return default_context.to_dict()

    @task
    def other() -> Artifact("o"):
        ran.append("other")

    dag = DAG.of("d", other, Deep, All)
    run = dag.run()
    ran.clear()
    Runner(dag, resume=run.id, params={"model.depth": 5}).run()
    assert ran == ["depth 5", "all"]
    ran.clear()
    Runner(dag, resume=run.id, params={"n": 5}).run()
    assert ran == ["all"]


def test_an_input_that_is_given_anew_runs_its_readers_again() -> None:
    ran: list[str] = []

    @task
    def double(x: Artifact) -> Artifact("y"):
        ran.append("double")
        return 2 * x

    @task
    def other() -> Artifact("z"):
        ran.append("other")

    dag = DAG.of("d", double, other)
    run = dag.run(x=1)
    assert Runner(dag, resume=run.id).run()["y"] == 2
    assert Runner(dag, resume=run.id, params={"x": 5}).run()["y"] == 10
    assert ran == ["double", "other", "double"]


def test_retry_runs_all(flow: Flow) -> None:
    everything, run = flow.run()
    assert flow.run(retry=run.id)[0] == everything


def test_a_retry_that_is_cut_off_forgets_what_finished_before_it(flow: Flow) -> None:
    everything, run = flow.run()
    flow.fails = {"load"}
    flow.run(retry=run.id)
    flow.fails = set()
    assert flow.run(resume=run.id)[0] == everything


def test_a_task_that_changes_a_value_in_place_never_changes_it_twice() -> None:
    ran: list[str] = []
    fails = {"last"}

    @task
    def make() -> Artifact("x"):
        ran.append("make")
        return [1]

    @task
    def update(x: Artifact, by: int = 1) -> Artifact("x"):
        ran.append("update")
        return [x[0] + by]

    @task
    def last(x: Artifact) -> Artifact("end"):
        ran.append("last")
        if fails:
            raise ValueError
        return x

    dag = DAG.of("d", make, update, last)
    with pytest.raises(TaskError):
        dag.run()
    run = runs.get("latest")
    fails.clear()
    ran.clear()
    assert Runner(dag, resume=run.id).run()["end"] == [2]
    assert ran == ["last"]
    ran.clear()
    assert Runner(dag, resume=run.id, params={"by": 5}).run()["end"] == [6]
    assert ran == ["make", "update", "last"]
    default_storage.rm(artifact(run, "x"))
    ran.clear()
    assert Runner(dag, resume=run.id).run()["end"] == [6]
    assert ran[:2] == ["make", "update"]


def test_a_value_that_gets_another_type_in_place_is_still_known() -> None:
    ran: list[str] = []

    @task
    def make() -> Artifact("x"):
        ran.append("make")
        return [1]

    @task
    def update(x: Artifact) -> Artifact("x"):
        ran.append("update")
        return {*x}

    dag = DAG.of("d", make, update)
    run = dag.run()
    ran.clear()
    assert Runner(dag, resume=run.id).run()["x"] == {1}
    assert ran == []


def test_files_of_tasks_that_declare_nothing_count_like_artifacts(daily, project: Path) -> None:
    run = Runner(daily).run()
    (path,) = (project / "data").rglob("out.txt")
    rows = Runner(daily, resume=run.id).plan().rows()
    assert {row["action"] for row in rows} == {"reuse"}
    path.write_text("edited")
    actions = {row["task"]: row["action"] for row in Runner(daily, resume=run.id).plan().rows()}
    assert actions == {
        "bootstraptask": "reuse",
        "write": "run",
        "check": "reuse",
        "measure": "reuse",
    }


def test_the_run_of_another_dag_is_not_continued(flow: Flow) -> None:
    _, run = flow.run()

    @task
    def other() -> Artifact("o"): ...

    with pytest.raises(CommandError, match=r"one of the DAG 'flow', not of 'other'"):
        Runner(DAG.of("other", other), resume=run.id).run()
    with pytest.raises(CommandError, match="--retry and --resume exclude each other"):
        Runner(flow.dag, resume=run.id, retry=run.id)


def test_a_selection_can_be_resumed(flow: Flow) -> None:
    from gluepy.runs.plan import Selection

    flow.fails = {"total"}
    _, run = flow.run()
    flow.fails = set()
    ran, _ = flow.run(resume=run.id, selection=Selection(to_task="total"))
    assert ran == ["scale", "total"]
    assert flow.run(resume=run.id)[0] == ["report"]


def test_a_volatile_that_was_given_must_be_given_again() -> None:
    fails = [True]

    @task
    def double(x: Volatile) -> Artifact("y"):
        if fails.pop():
            raise ValueError
        return 2 * x

    dag = DAG.of("d", double)
    with pytest.raises(TaskError):
        dag.run(x=1)
    with pytest.raises(PlanError, match="'double' reads the volatile 'x'"):
        Runner(dag, resume="latest").run()
    fails.append(False)
    assert Runner(dag, resume="latest", params={"x": 4}).run()["y"] == 8


def test_what_the_tracker_writes_is_no_output_of_the_task_that_logs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("gluepy.ops.local.INTERVAL", 0.0)
    ran: list[str] = []

    @task
    def train() -> Artifact("model"):
        ran.append("train")
        default_mlops.log_metric("loss", 1)
        return 1

    @task
    def publish(model: Artifact) -> None:
        default_mlops.log_metric("published", 1)

    dag = DAG.of("tracked", train, publish)
    with override_settings(MLOPS_BACKEND="gluepy.ops.local.LocalOpsBackend"):
        run = Runner(dag).run()
        assert run.storage.exists("tracking.json")
        again = Runner(dag, resume=run.id).run()
    assert ran == ["train"]
    assert again.metrics == {"loss": 1, "published": 1}
    written = {path for one in again.manifest["tasks"] for path in one["outputs"]}
    assert written == {f"{run.folder}/artifacts/model.json"}
