from __future__ import annotations

from typing import Any

import pytest

from gluepy.exceptions import CommandError, PlanError, UnknownLabelError
from gluepy.exec import DAG, Artifact, EvaluationTask, Task, Volatile, task
from gluepy.runs.plan import Selection, build
from gluepy.runs.runner import Runner


@pytest.fixture
def dag() -> DAG:
    class Clean(Task): ...

    class Fit(Task): ...

    class Measure(EvaluationTask): ...

    class Daily(DAG):
        tasks = [Clean, Fit, Clean]
        eval_tasks = [Measure]

    return Daily()


@pytest.fixture
def declared() -> DAG:
    @task(tags=["io"])
    def load() -> Volatile("rows"): ...

    @task(tags=["slow"])
    def fit(rows: Volatile) -> Artifact("model"): ...

    @task
    def count(rows: Volatile) -> Volatile("size"): ...

    @task(tags=["io", "last"])
    def report(model: Artifact, size: Volatile): ...

    return DAG.of("declared", report, count, fit, load)


def running(dag: DAG, **selection: Any) -> list[str]:
    return [step.name for step in build(dag, Selection(**selection)).running]


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        ({}, ["bootstraptask", "clean", "fit", "clean#2", "measure"]),
        ({"skip_eval": True}, ["bootstraptask", "clean", "fit", "clean#2"]),
        ({"eval_only": True}, ["bootstraptask", "measure"]),
        ({"from_task": "fit"}, ["fit", "clean#2", "measure"]),
        ({"from_task": "clean"}, ["clean", "fit", "clean#2", "measure"]),
        ({"from_task": "measure"}, ["measure"]),
        ({"from_task": "fit", "skip_eval": True}, ["fit", "clean#2"]),
        ({"to_task": "fit"}, ["bootstraptask", "clean", "fit"]),
        ({"from_task": "clean", "to_task": "fit"}, ["clean", "fit"]),
        ({"tasks": "fit"}, ["fit"]),
    ],
)
def test_the_selection_decides_what_runs(dag, selection: dict[str, Any], names: list[str]) -> None:
    assert running(dag, **selection) == names


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        ({}, ["load", "count", "fit", "report"]),
        ({"tasks": "+fit"}, ["load", "fit"]),
        ({"tasks": "fit+"}, ["fit", "report"]),
        ({"tasks": "+count+"}, ["load", "count", "report"]),
        ({"tasks": ["load", "fit"]}, ["load", "fit"]),
        ({"from_task": "fit"}, ["fit", "report"]),
        ({"to_task": "count"}, ["load", "count"]),
        ({"from_task": "load", "to_task": "fit"}, ["load", "fit"]),
        ({"tags": ["io"]}, ["load", "report"]),
        ({"tags": ["last", "slow"]}, ["fit", "report"]),
        ({"tags": ["io"], "to_task": "fit"}, ["load"]),
    ],
)
def test_a_part_of_a_graph_is_selected_by_names_and_tags(declared, selection, names) -> None:
    found = [name for name in running(declared, **selection) if name != "bootstraptask"]
    assert found == names


def test_what_is_not_selected_is_in_the_plan_with_the_reason(declared: DAG) -> None:
    rows = build(declared, Selection(tasks="+fit")).rows()
    assert {row["task"]: (row["action"], row["reason"]) for row in rows} == {
        "bootstraptask": ("run", ""),
        "load": ("run", ""),
        "count": ("skip", "not selected"),
        "fit": ("run", ""),
        "report": ("skip", "not selected"),
    }


def test_order_holds_through_tasks_that_are_not_selected(declared: DAG) -> None:
    plan = build(declared, Selection(tasks=["load", "report"]))
    assert plan.graph.parents("report") == ("load",)


def test_a_task_of_another_dag_can_run_alone(dag: DAG) -> None:
    class Elsewhere(Task): ...

    (step,) = build(dag, Selection(tasks="elsewhere")).running
    assert step.spec.entry is Elsewhere
    assert repr(step) == "<Step elsewhere>"


@pytest.mark.parametrize("option", ["tasks", "from_task", "to_task"])
def test_an_unknown_task_names_the_closest(dag: DAG, option: str) -> None:
    with pytest.raises(UnknownLabelError, match="Did you mean 'clean'"):
        build(dag, Selection(**{option: "clen"}))


@pytest.mark.parametrize("name", ["+clen", "clen+", ["fit", "clen"]])
def test_an_unknown_task_among_others_names_the_closest(dag: DAG, name) -> None:
    with pytest.raises(UnknownLabelError, match=r"'clen' not found in DAG 'daily'.*'clean'"):
        build(dag, Selection(tasks=name))


def test_an_unknown_tag_names_the_closest(declared: DAG) -> None:
    with pytest.raises(UnknownLabelError, match=r"No task of the DAG has the tag 'slwo'.*'slow'"):
        build(declared, Selection(tags=["slwo"]))


def test_the_run_cannot_start_from_a_task_the_dag_does_not_have(dag: DAG) -> None:
    class Elsewhere(Task): ...

    with pytest.raises(UnknownLabelError, match="'elsewhere' not found in DAG 'daily'"):
        build(dag, Selection(from_task="elsewhere"))


@pytest.mark.parametrize(
    "selection", [{"tasks": "a", "from_task": "b"}, {"skip_eval": True, "eval_only": True}]
)
def test_options_that_exclude_each_other_are_refused(selection: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        Selection(**selection)


def test_a_missing_parameter_is_found_before_anything_runs() -> None:
    ran = []

    @task
    def first():
        ran.append(1)

    @task
    def top(n: int, k: int = 3) -> Volatile("best"): ...

    with pytest.raises(PlanError, match=r"The task 'top' needs the parameter 'n'.*--param top.n="):
        DAG.of("d", first, top).run()
    assert ran == []
    assert [step.name for step in Runner(DAG.of("d", top), params={"n": 1}).plan().running]


def test_an_input_that_nobody_produces_is_found_before_anything_runs(declared: DAG) -> None:
    @task
    def show(modle: Artifact): ...

    with pytest.raises(PlanError, match=r"'show' reads the artifact 'modle', which.*'model'"):
        (declared + show).run()
    with pytest.raises(PlanError, match=r"'fit' reads the volatile 'rows'.*--task .fit"):
        Runner(declared, selection=Selection(tasks="fit")).plan()


def test_an_input_that_only_its_reader_produces_is_found_too() -> None:
    @task
    def update(x: Artifact) -> Artifact("x"): ...

    with pytest.raises(PlanError, match="'update' reads the artifact 'x', which no other task"):
        DAG.of("d", update).run()


def test_an_input_with_a_default_or_one_that_the_run_folder_holds_is_fine() -> None:
    @task
    def make() -> Artifact("x"):
        return 5

    @task
    def show(x: Artifact, y: Volatile = 2) -> Volatile("sum"):
        return x + y

    dag = DAG.of("d", make, show)
    run = dag.run()
    assert run["sum"] == 7
    again = Runner(dag, retry=run.id, selection=Selection(tasks="show")).run()
    assert again["sum"] == 7


def test_a_plan_does_nothing(declared: DAG, project) -> None:
    Runner(declared).plan()
    assert list((project / "data").rglob("*")) == []


def test_what_happens_after_a_failure_is_one_of_two() -> None:
    @task
    def make() -> Artifact("x"): ...

    class Careless(DAG):
        tasks = [make]
        on_failure = "contineu"

    with pytest.raises(CommandError, match=r"on_failure is 'contineu'. It is 'stop' or 'continue'"):
        Careless().run()


def test_an_executor_that_does_not_exist_names_the_closest() -> None:
    with pytest.raises(CommandError, match=r"no executor 'thread'. Did you mean 'threads'"):
        Runner(DAG.of("d"), executor="thread")
