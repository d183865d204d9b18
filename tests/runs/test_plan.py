from __future__ import annotations

from typing import Any

import pytest

from gluepy.exceptions import CommandError, UnknownLabelError
from gluepy.exec import DAG, EvaluationTask, Task
from gluepy.runs.plan import Selection, build_plan


@pytest.fixture
def dag() -> type[DAG]:
    class Clean(Task): ...

    class Fit(Task): ...

    class Measure(EvaluationTask): ...

    class Daily(DAG):
        tasks = [Clean, Fit, Clean]
        eval_tasks = [Measure]

    return Daily


@pytest.mark.parametrize(
    ("selection", "names"),
    [
        ({}, ["bootstraptask", "clean", "fit", "clean#2", "measure"]),
        ({"skip_eval": True}, ["bootstraptask", "clean", "fit", "clean#2"]),
        ({"eval_only": True}, ["bootstraptask", "measure"]),
        ({"from_task": "fit"}, ["fit", "clean", "measure"]),
        ({"from_task": "clean"}, ["clean", "fit", "clean#2", "measure"]),
        ({"from_task": "measure"}, ["measure"]),
        ({"from_task": "fit", "skip_eval": True}, ["fit", "clean"]),
        ({"task": "fit"}, ["fit"]),
    ],
)
def test_the_selection_decides_what_runs(dag, selection: dict[str, Any], names: list[str]) -> None:
    steps = build_plan(dag, Selection(**selection))
    assert [step.name for step in steps] == names
    assert [step.task.label for step in steps] == [name.partition("#")[0] for name in names]


def test_a_task_of_another_dag_can_run_alone(dag: type[DAG]) -> None:
    class Elsewhere(Task): ...

    (step,) = build_plan(dag, Selection(task="elsewhere"))
    assert step.task is Elsewhere
    assert repr(step) == "<Step elsewhere>"


@pytest.mark.parametrize("option", ["task", "from_task"])
def test_an_unknown_task_names_the_closest(dag: type[DAG], option: str) -> None:
    with pytest.raises(UnknownLabelError, match="Did you mean 'clean'"):
        build_plan(dag, Selection(**{option: "clen"}))


def test_the_run_cannot_start_from_a_task_the_dag_does_not_have(dag: type[DAG]) -> None:
    class Elsewhere(Task): ...

    with pytest.raises(UnknownLabelError, match="'elsewhere' not found in DAG 'daily'"):
        build_plan(dag, Selection(from_task="elsewhere"))


@pytest.mark.parametrize(
    "selection", [{"task": "a", "from_task": "b"}, {"skip_eval": True, "eval_only": True}]
)
def test_options_that_exclude_each_other_are_refused(selection: dict[str, Any]) -> None:
    with pytest.raises(CommandError):
        Selection(**selection)
