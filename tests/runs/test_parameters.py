from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gluepy.exceptions import ContextError, PlanError, TaskDefinitionError, UnknownParameterError
from gluepy.exec import DAG, Artifact, Task, Volatile, task
from gluepy.runs.runner import Runner


@pytest.fixture
def top():
    @task
    def top(n: int = 10, k: int = 1) -> Volatile("best"):
        return n, k

    return top


@pytest.fixture
def dag(top) -> DAG:
    @task
    def low(n: int = 20) -> Volatile("worst"):
        return n

    return DAG.of("both", top, low)


def context(project: Path, text: str) -> None:
    (project / "configs" / "context.yaml").write_text(text)


def values(run) -> tuple[Any, Any]:
    return run["best"][0], run["worst"]


def test_without_a_value_the_default_is_taken(dag: DAG) -> None:
    assert values(dag.run()) == (10, 20)


def test_the_context_section_of_the_task_beats_the_default(dag: DAG, project: Path) -> None:
    context(project, "n: 1\ntop: {n: 11}\n")
    assert values(dag.run()) == (11, 20)


def test_the_section_may_be_named_by_the_dotted_path(dag: DAG, top, project: Path) -> None:
    context(project, f'"{top.spec.path}": {{n: 12, k: 5}}\ntop: {{n: 11}}\n')
    assert dag.run()["best"] == (11, 5)


def test_a_shared_value_beats_the_section_and_reaches_every_task(dag: DAG, project: Path) -> None:
    context(project, "top: {n: 11}\n")
    assert values(dag.run(n=3)) == (3, 3)


@pytest.mark.parametrize("order", [1, -1])
def test_a_value_for_one_task_beats_the_shared_one(dag: DAG, order: int) -> None:
    given = dict([("n", 3), ("top", {"n": 4})][::order])
    assert values(dag.run(**given)) == (4, 3)


def test_a_value_for_one_task_may_be_named_by_its_dotted_path(dag: DAG, top) -> None:
    assert values(dag.run(**{top.spec.path: {"n": 4}})) == (4, 20)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["n=3"], (3, 3)),
        (["top.n=4"], (4, 20)),
        (["top.n=4", "n=3"], (4, 3)),
        (["model.depth=7"], (10, 20)),
    ],
)
def test_flags_mean_the_same_as_a_call(dag: DAG, flags: list[str], expected) -> None:
    run = Runner(dag, params=flags).run()
    assert values(run) == expected
    assert run.context.model.depth in (2, 7)


def test_what_a_call_gives_is_in_the_context_so_a_retry_needs_nothing_else(dag: DAG) -> None:
    run = dag.run(n=3, top={"k": 2})
    assert run.context.top.to_dict() == {"n": 3, "k": 2}
    again = Runner(dag, retry=run.id).run()
    assert (again["best"], again["worst"]) == ((3, 2), 3)


def test_a_context_value_can_be_given_as_well(dag: DAG) -> None:
    run = dag.run(**{"model.depth": 9, "n": 3})
    assert run.context.model.depth == 9


def test_a_parameter_nobody_has_is_an_error_with_the_closest(dag: DAG) -> None:
    @task
    def fit(learning_rate: float = 0.1): ...

    with pytest.raises(UnknownParameterError, match=r"'learning_rat'.*mean 'learning_rate'"):
        (dag + fit).run(learning_rat=1)
    with pytest.raises(UnknownParameterError, match=r"'fit' has no parameter 'rate'.*learning"):
        (dag + fit).run(fit={"rate": 1})
    with pytest.raises(UnknownParameterError, match="no parameter 'nope'"):
        dag.run(nope={"n": 1})


def test_values_arrive_as_plain_python() -> None:
    @task
    def show(sizes: list, options: dict) -> Volatile("seen"):
        return type(sizes), type(options), type(options["deep"]), sizes, options

    seen = DAG.of("d", show).run(sizes=[1, 2], options={"deep": {"a": None}})["seen"]
    assert seen == (list, dict, dict, [1, 2], {"deep": {"a": None}})


def test_null_is_a_value() -> None:
    @task
    def show(n: int = 3) -> Volatile("seen"):
        return n

    assert DAG.of("d", show).run(n=None)["seen"] is None


def test_a_value_that_the_context_cannot_hold_is_an_error_that_names_it(dag: DAG) -> None:
    with pytest.raises(ContextError, match=r"'top.n' is a object, which YAML cannot hold"):
        dag.run(n=object())


def test_keyword_arguments_of_any_name_get_the_rest_of_the_section(project: Path) -> None:
    context(project, "show: {a: 1, b: 2}\n")

    @task
    def show(x: Volatile, a: int = 0, **rest: Any) -> Volatile("seen"):
        return a, rest

    @task
    def make() -> Volatile("x"):
        return 0

    dag = DAG.of("d", show, make)
    assert dag.run()["seen"] == (1, {"b": 2})
    assert dag.run(show={"c": 3, "a": 5})["seen"] == (5, {"b": 2, "c": 3})


def test_a_class_takes_parameters_like_a_function() -> None:
    class Show(Task):
        outputs = [Volatile("seen")]

        def run(self, n: int, k: int = 2):
            return n, k

    with pytest.raises(PlanError, match="'show' needs the parameter 'n'"):
        DAG.of("d", Show).run()
    assert DAG.of("d", Show).run(n=1)["seen"] == (1, 2)


def test_an_input_can_be_given_by_its_name() -> None:
    @task
    def add(a: Artifact, b: Volatile, n: int = 1) -> Artifact("sum"):
        return a + b + n

    dag = DAG.of("d", add)
    run = dag.run(a=10, b=20, n=3)
    assert (run["sum"], run["a"]) == (33, 10)
    assert Runner(dag, retry=run.id, params={"b": 1}).run()["sum"] == 14


def test_an_input_that_a_task_produces_cannot_be_given() -> None:
    @task
    def make() -> Artifact("a"): ...

    @task
    def show(a: Artifact): ...

    with pytest.raises(PlanError, match="'a' is given, but the task 'make' of this run produces"):
        DAG.of("d", make, show).run(a=1)


def test_a_task_with_any_parameter_that_cannot_be_named_is_refused() -> None:
    with pytest.raises(TaskDefinitionError, match="'n' cannot be passed by name"):

        @task
        def show(n, /): ...
