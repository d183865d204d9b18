from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from gluepy.checks import run_checks
from gluepy.exceptions import DuplicateLabelError, GluepyError, GraphError, TemplateError
from gluepy.exec import DAG, DAG_REGISTRY, Task, Volatile, bootstrap, task
from gluepy.exec.definitions import register
from gluepy.exec.tasks import REGISTRY as TASKS
from gluepy.test import override_settings
from tests.importable import Write

# The example of statisfactory's readme, as it stands there.
SEED = """\
fetch_design_matrix:
  operators:
    - jupyter.data_moving.move_artifacts.move_then
    - jupyter.design_matrix.build_design_matrix.concat_aspects
build_modelling_tuples:
  operators:
    - jupyter.modelling_tuple.build_modelling_tuple_droppers.build_modelling_tuple_droppers
    - jupyter.modelling_tuple.build_modelling_tuple_exam.build_modelling_tuple_p6
full_experience: # Combine the two previous pipelines into a single one with solved dependencies between crafts
  operators:
    - fetch_design_matrix
    - build_modelling_tuples
"""  # noqa: E501
SHOP = """
    from gluepy.exec import DAG, Task, Volatile, task

    @task
    def load() -> Volatile("rows"): return [1, 2]

    @task
    def top(rows: Volatile) -> Volatile("best"): return max(rows)

    class Clean(Task): label = "clean_shop"

    class Weekly(DAG):
        label = "weekly_shop"
        tasks = [load]

    def plain(): ...
    NUMBER = 3
    """


@pytest.fixture
def shop(tmp_path: Path, write_module: Write, monkeypatch: pytest.MonkeyPatch) -> Iterator[Write]:
    """Make a project with tasks, and return what writes a file of its DAGs."""

    def write(name: str, text: str) -> Path:
        file = tmp_path / "configs" / "dags" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), "utf-8")
        return file

    monkeypatch.setattr(sys, "meta_path", sys.meta_path[:])  # bootstrap adds to it
    write_module("shop_a/__init__.py", "")
    write_module("shop_a/tasks.py", SHOP)
    write_module("shop_a/broken.py", "import no_such_package_at_all\n")
    write_module("shop_a/raising.py", "raise RuntimeError('not today')\n")
    with override_settings(BASE_DIR=str(tmp_path), CONFIG_PATH=str(tmp_path / "configs")):
        yield write


def labels(dag: str) -> list[str]:
    return [step.spec.label for step in DAG_REGISTRY[dag]().steps()][1:]


def fault(dag: str) -> str:
    """Return what is said of a DAG when it is used."""
    with pytest.raises(GraphError) as caught:
        DAG_REGISTRY[dag]().steps()
    return str(caught.value)


def test_a_dag_is_registered_and_its_tasks_are_found(shop: Write) -> None:
    shop(
        "a.yaml",
        """
        nightly:
          operators: [shop_a.tasks.top, shop_a.tasks.load, shop_a.tasks.Clean]
          schedule: "0 6 * * *"
          tags: [sales]
          executor: threads
          on_failure: continue
          description: What was sold.
        """,
    )
    bootstrap()
    dag = DAG_REGISTRY["nightly"]
    assert labels("nightly") == ["top", "load", "clean_shop"]
    assert (dag.label, dag.schedule, dag.tags) == ("nightly", "0 6 * * *", ("sales",))
    assert (dag.executor, dag.on_failure) == ("threads", "continue")
    assert dag.description == "What was sold."
    assert issubclass(dag, DAG)
    assert dag.__doc__ == "What was sold."
    order = dag().graph().order
    assert order.index("load") < order.index("top")


def test_what_is_not_said_of_a_dag_is_as_for_any_other(shop: Write) -> None:
    shop("a.yaml", "nightly: {operators: shop_a.tasks.load, tags: }\n")
    register()
    dag = DAG_REGISTRY["nightly"]
    assert (dag.schedule, dag.tags, dag.executor) == (None, (), None)
    assert (dag.on_failure, dag.description) == ("stop", "")
    assert len(dag.tasks) == 1
    assert dag.tasks[0].label == "load"


def test_the_example_of_statisfactory_loads_as_written(shop: Write, write_module: Write) -> None:
    names = {
        "data_moving/move_artifacts": "move_then",
        "design_matrix/build_design_matrix": "concat_aspects",
        "modelling_tuple/build_modelling_tuple_droppers": "build_modelling_tuple_droppers",
        "modelling_tuple/build_modelling_tuple_exam": "build_modelling_tuple_p6",
    }
    # There is a package of this name on most machines that hold notebooks.
    write_module("jupyter/__init__.py", "")
    for path, name in names.items():
        text = f"from gluepy.exec import task\n@task\ndef {name}(): ...\n"
        write_module(f"jupyter/{path}.py", text)
    shop("definitions.yml", SEED)
    bootstrap()
    assert labels("full_experience") == list(names.values())
    assert labels("fetch_design_matrix") == list(names.values())[:2]


def test_operators_may_be_dags_and_labels_of_any_kind(shop: Write) -> None:
    @task
    def known() -> Volatile("x"):
        return 1

    class InPython(DAG):
        tasks = [known]

    shop("a.yaml", "whole: {+operators: [part, shop_a.tasks.Weekly, inpython], +tags: a}\n")
    shop("b/part.yml", "{% set n = 'known' %}\npart: {operators: [{{ n }}, shop_a.tasks.top]}\n")
    register()
    assert labels("whole") == ["known", "top", "load"]
    assert DAG_REGISTRY["whole"].tags == ("a",)


def test_a_dag_may_have_the_name_of_its_task(shop: Write) -> None:
    class Train(Task):
        label = "train"

    shop("a.yaml", "train: {operators: [train]}\nmore: {operators: [train]}\n")
    register()
    assert labels("train") == labels("more") == ["train"]


def test_a_dag_in_yaml_runs_and_is_added_to_others(shop: Write, tmp_path: Path) -> None:
    shop("a.yaml", "all: {operators: [shop_a.tasks.top, shop_a.tasks.load]}\n")
    register()
    with override_settings(STORAGE_ROOT=str(tmp_path / "data")):
        assert DAG_REGISTRY["all"]().run()["best"] == 2
    assert (DAG_REGISTRY["all"]() + TASKS["clean_shop"]).label == "all+clean_shop"


def test_nothing_is_imported_before_a_dag_is_used(shop: Write) -> None:
    shop("a.yaml", "nightly: {operators: [shop_a.tasks.load, shop_a.nowhere.x]}\n")
    bootstrap()
    assert "shop_a" not in sys.modules
    assert "shop_a.nowhere" in fault("nightly")


def test_registering_again_changes_nothing_until_a_file_does(shop: Write) -> None:
    file = shop("a.yaml", "one: {operators: [two]}\ntwo: {operators: [shop_a.tasks.load]}\n")
    register()
    before = DAG_REGISTRY["one"]
    register()
    assert DAG_REGISTRY["one"] is before
    shop("a.yaml", "one: {operators: [two]}\ntwo: {operators: [shop_a.tasks.top]}\n")
    register()
    assert labels("one") == ["top"]
    os.remove(file)
    register()
    assert "one" not in DAG_REGISTRY


def test_a_project_without_dags_in_yaml_reads_none(tmp_path: Path) -> None:
    before = dict(DAG_REGISTRY)
    with override_settings(BASE_DIR=str(tmp_path), CONFIG_PATH="configs"):
        bootstrap()
    assert dict(DAG_REGISTRY) == before


def test_a_path_that_is_set_must_exist(shop: Write) -> None:
    wrong = override_settings(DAGS_PATH="nowhere")
    with wrong, pytest.raises(TemplateError, match="DAGS_PATH names 'nowhere'"):
        bootstrap()


@pytest.mark.parametrize(
    ("operator", "said"),
    [
        (
            "shop_a.taskz.load",
            "there is no module 'shop_a.taskz'. Did you mean 'shop_a.tasks.load'?",
        ),
        ("shop_b.tasks.load", "there is no module 'shop_b'."),
        ("shop_a.tasks.laod", "the module 'shop_a.tasks' has no 'laod'. Did you mean 'load'?"),
        ("shop_a.broken.load", "importing 'shop_a.broken' failed: ModuleNotFoundError: No module"),
        ("shop_a.raising.load", "importing 'shop_a.raising' failed: RuntimeError: not today"),
        ("shop_a.tasks.plain", "is the function plain, not a task or DAG. Write @task above"),
        ("shop_a.tasks.NUMBER", "is a int, not a task or DAG."),
        ("nigthly", "there is no such task or DAG. Did you mean 'nightly'?"),
        ("zzz", "there is no such task or DAG."),
    ],
)
def test_an_operator_that_is_no_task_is_told_with_its_line(
    shop: Write, operator: str, said: str
) -> None:
    shop("a.yaml", f"nightly: {{operators: []}}\nx:\n  operators:\n  - nightly\n  - {operator}\n")
    register()
    text = fault("x")
    assert text.startswith(f"configs/dags/a.yaml, line 5: the DAG 'x' lists '{operator}', ")
    assert said in text


def test_the_error_of_an_import_is_the_cause(shop: Write) -> None:
    shop("a.yaml", "x: {operators: [shop_a.raising.load]}\n")
    register()
    with pytest.raises(GraphError) as caught:
        len(DAG_REGISTRY["x"].tasks)
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_dags_that_contain_each_other_are_told_with_the_way_round(shop: Write) -> None:
    shop("a.yaml", "a: {operators: [b]}\nb:\n  operators:\n  - shop_a.tasks.load\n  - c\n")
    shop("b.yaml", "c: {operators: [b]}\nd: {operators: [d]}\n")
    register()
    assert fault("a").startswith(
        "configs/dags/a.yaml, line 5: the DAG 'b' contains itself: b -> c -> b."
    )
    assert "the DAG 'd' contains itself: d -> d." in fault("d")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x: [shop_a.tasks.load]", "line 1: the DAG 'x' is ['shop_a.tasks.load'], not a mapping."),
        ("x:", "is None, not a mapping."),
        ("x: {tags: [a]}", "has no operators. Write operators: [package.module.task]."),
        ("x:\n  operators: []\n  scedule: a", "line 3: the DAG 'x' has 'scedule', which means"),
        ("x: {operators: [], scedule: a}", "Did you mean 'schedule'?"),
        ("x: {tasks: [a]}", "Did you mean 'operators'?"),
        ("x: {operators: [], zzz: a}", "Known: operators, tags, schedule, executor"),
        ("x: {operators: {a: b}}", "Write operators: [a, b]."),
        ("x:\n  operators:\n  - a\n  - 3", "line 4: the DAG 'x' lists 3 under 'operators'"),
        ("x: {operators: [], +operators: []}", "both 'operators' and '+operators'"),
        ("x: {operators: [], schedule: 6}", "has 'schedule: 6', which is no text."),
        ("x: {operators: [], on_failure: halt}", "Write 'stop' or 'continue'."),
        ("x: {operators: [], tags: [1]}", "lists 1 under 'tags', which is no text."),
        ("- x", "line 1: the file holds a list, not DAGs."),
    ],
)
def test_a_definition_that_makes_no_sense_stops_the_bootstrap(
    shop: Write, text: str, said: str
) -> None:
    shop("a.yaml", text)
    with pytest.raises(GraphError) as caught:
        bootstrap()
    assert str(caught.value).startswith("configs/dags/a.yaml, line ")
    assert said in str(caught.value)


def test_two_definitions_of_one_name_are_told_with_both_places(shop: Write) -> None:
    shop("a.yaml", "\nx: {operators: []}\n")
    shop("b.yaml", "x: {operators: []}\n")
    with pytest.raises(DuplicateLabelError) as caught:
        register()
    said = "b.yaml, line 1: the DAG 'x' is already defined in configs/dags/a.yaml, line 2."
    assert str(caught.value).startswith(f"configs/dags/{said}")


def test_the_label_of_a_dag_in_python_is_taken(shop: Write) -> None:
    class Taken(DAG):
        tasks = []

    shop("a.yaml", "taken: {operators: []}\n")
    with pytest.raises(DuplicateLabelError) as caught:
        register()
    assert str(caught.value).startswith(
        "configs/dags/a.yaml, line 1: the DAG label 'taken' is taken by"
        f" {__name__}.test_the_label_of_a_dag_in_python_is_taken.<locals>.Taken ({__file__})."
    )


def test_the_checks_find_what_is_wrong_with_each_dag_in_yaml(shop: Write) -> None:
    shop("a.yaml", "x: {operators: [nope.nothing]}\ny: {operators: [y]}\nz: {operators: []}\n")
    register()
    told: list[Any] = run_checks(deep=True)
    found = [one for one in told if (one.obj or "")[-2:] in ("x'", "y'", "z'")]
    assert [(one.id, one.obj) for one in found] == [
        ("exec.E002", "DAG 'x'"),
        ("exec.E002", "DAG 'y'"),
        ("exec.W001", "DAG 'z'"),
    ]
    assert "configs/dags/a.yaml, line 1: the DAG 'x' lists 'nope.nothing'" in found[0].msg
    assert "See" not in found[0].hint


def test_errors_of_dags_in_yaml_are_errors_of_gluepy(shop: Write) -> None:
    shop("a.yaml", "x: {operators: [a}\n")
    with pytest.raises(GluepyError, match=r"configs/dags/a\.yaml, line 1: "):
        bootstrap()
