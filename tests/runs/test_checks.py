from __future__ import annotations

from pathlib import Path

import pytest

from gluepy.checks import run_checks
from gluepy.exec import DAG, TASK_REGISTRY, Artifact, task


@pytest.fixture
def write(project: Path):
    (project / "configs" / "catalog").mkdir()
    return (project / "configs" / "catalog" / "data.yaml").write_text


def said() -> list[str]:
    return [str(one) for one in run_checks(deep=True) if one.id.startswith("runs.")]


def make(name: str, *tasks) -> None:
    type(name, (DAG,), {"tasks": list(tasks)})


@task
def clean(orders: Artifact, day: int = 1) -> Artifact("cleaned"):
    return orders


@task
def report(cleaned: Artifact) -> Artifact("reported"):
    return cleaned


@task
def other(orders: Artifact) -> Artifact("reported"):
    return orders


for one in (clean, report, other):
    del TASK_REGISTRY[one.label]  # other tests have tasks of these names


def entries(**paths: str) -> str:
    fields = {"orders": "orders.csv", "cleaned": "c.csv", "reported": "r.csv", **paths}
    return "".join(f"{name}: {{type: csv, path: {path}}}\n" for name, path in fields.items())


def test_tasks_and_catalog_that_fit_have_no_messages(write):
    write(entries(cleaned="'!{day}.csv'"))
    make("A", clean, report)
    assert [one for one in said() if "cleaned" not in one] == []


def test_an_executor_that_is_not_there_is_an_error():
    type("A", (DAG,), {"tasks": [clean], "executor": "thraeds"})
    assert said() == [
        "ERROR (runs.E002) DAG 'a': There is no executor 'thraeds'. Did you mean 'threads'?"
    ]


def test_without_a_catalog_nothing_is_said():
    make("A", clean, report)
    assert said() == []


def test_two_artifacts_at_one_place_are_an_error(write):
    write(entries(cleaned="x.csv", reported="x.csv"))
    make("A", clean, report)
    (message,) = said()
    assert message == (
        "ERROR (runs.E001) DAG 'a': the tasks 'clean' and 'report' write 'cleaned' and "
        "'reported', which both lie at 'x.csv'. Give one of them another path."
    )


def test_tasks_of_two_dags_that_write_one_file_are_a_warning(write):
    write(entries(reported="r.csv, root: true"))
    make("A", clean, report)
    make("B", other)
    (message,) = said()
    assert message.startswith("WARNING (runs.W001) The task 'report' of the DAG 'a' and 'other'")


@pytest.mark.parametrize("how", ["r.csv", "r.csv, root: true, versioned: true"])
def test_tasks_of_two_dags_may_write_what_each_run_keeps(write, how):
    write(entries(reported=how))
    make("A", clean, report)
    make("B", other)
    assert said() == []


def test_a_placeholder_that_nobody_fills_is_a_warning(write):
    write(entries(cleaned="'!{day}.csv'", orders="'!{n}-!{model.depth}.csv'"))
    make("A", clean, report)
    (message,) = said()
    assert message == (
        "WARNING (runs.W002) The artifact 'cleaned' (configs/catalog/data.yaml, line 2) needs "
        "'day', and neither the task 'report' nor the context nor a parameter set has it. Give "
        "the task a parameter 'day', or the context a key."
    )


def test_a_parameter_set_fills_placeholders(write, project):
    write(entries(reported="'!{region}.csv'"))
    make("A", clean, report)
    assert len(said()) == 1
    (project / "configs" / "parameters").mkdir()
    (project / "configs" / "parameters" / "a.yaml").write_text("north: {region: n}\n")
    assert said() == []


def test_a_name_that_is_nearly_one_of_the_catalog_is_a_warning(write):
    write(entries().replace("orders", "ordres") + "'x{y}': {type: csv, path: x}\n")
    make("A", clean, report)
    warning, info = said()
    assert warning == (
        "WARNING (runs.W003) The task 'clean' reads the artifact 'orders', which the catalog does "
        "not name. Did you mean 'ordres' (configs/catalog/data.yaml, line 1)?"
    )
    assert info.startswith("INFO (runs.I001)")


def test_names_that_stay_within_the_run_are_nobodys_typo(write):
    write("orders: {type: csv, path: o}\ncleaned_: {type: csv, path: c}\n")
    make("A", clean, report)
    assert [one for one in said() if "W003" in one] == []


def test_an_artifact_that_no_task_names_is_told(write):
    write(entries(spare="spare.csv"))
    make("A", clean, report)
    (message,) = said()
    assert message == (
        "INFO (runs.I001) The artifact 'spare' (configs/catalog/data.yaml, line 4) is not read or "
        "written by any task by name."
    )


def test_where_no_task_declares_anything_none_is_told(write):
    write(entries())
    assert said() == []
