"""What the README of statisfactory shows of crafts, volatiles and pipelines, in gluepy's names.

A craft is a function task, a pipeline a DAG. Until there is a catalog, an artifact that no
task produces is given to the run by its name.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from gluepy import signals
from gluepy.exceptions import CycleError, DuplicateLabelError, GraphError, PlanError, TaskError
from gluepy.exec import DAG, Artifact, Volatile, task
from gluepy.graph import render
from gluepy.runs import runs
from gluepy.test import override_settings


@pytest.fixture(autouse=True)
def session(tmp_path: Path) -> Iterator[None]:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "context.yaml").write_text("{}\n")
    with override_settings(
        BASE_DIR=str(tmp_path),
        CONFIG_PATH=str(tmp_path / "configs"),
        STORAGE_ROOT=str(tmp_path / "data"),
    ):
        yield


@pytest.fixture
def master() -> pd.DataFrame:
    return pd.DataFrame({"id": range(20)})


def columns(frame: pd.DataFrame) -> list[str]:
    return list(frame.columns)


# --- Analysing data, one Craft at a time --------------------------------------------------


def test_a_craft_loads_its_input_and_stores_its_result(master: pd.DataFrame) -> None:
    @task()
    def add_cols(data_matrix: Artifact) -> Artifact("dataframe"):
        return data_matrix.assign(col=1)

    run = DAG.of("crafts", add_cols).run(data_matrix=master)
    assert columns(run["dataframe"]) == ["id", "col"]
    assert "artifacts/dataframe.parquet" in run.files()


def test_a_craft_may_only_read(master: pd.DataFrame, capsys: pytest.CaptureFixture[str]) -> None:
    @task()
    def show_df(masterFile: Artifact):
        sys.stdout.write(f"{masterFile.shape}\n")

    DAG.of("crafts", show_df).run(masterFile=master)
    assert "(20, 1)" in capsys.readouterr().out


def test_a_craft_makes_a_new_artifact(master: pd.DataFrame) -> None:
    @task()
    def add_col(masterFile: Artifact) -> Artifact("masterFile2"):
        masterFile["foo"] = 1
        return masterFile

    run = DAG.of("crafts", add_col).run(masterFile=master)
    assert columns(run["masterFile2"]) == ["id", "foo"]
    assert columns(run["masterFile"]) == ["id"]
    assert columns(master) == ["id"]


def test_a_craft_takes_normal_parameters(master: pd.DataFrame) -> None:
    @task()
    def show_top(masterFile: Artifact, top: int = 10) -> Volatile("head"):
        return masterFile.head(top)

    dag = DAG.of("crafts", show_top)
    assert len(dag.run(masterFile=master)["head"]) == 10
    assert len(dag.run(masterFile=master, top=5)["head"]) == 5
    assert len(show_top(master)) == 10
    assert len(show_top(master, 5)) == len(show_top(masterFile=master, top=5)) == 5


def test_a_craft_returns_several_artifacts_with_the_of_notation(master: pd.DataFrame) -> None:
    @task()
    def duplicate(masterFile: Artifact) -> Artifact.of("masterFile", "DuplicatedMasterFile"):
        return masterFile, masterFile

    run = DAG.of("crafts", duplicate).run(masterFile=master)
    assert run["masterFile"].equals(run["DuplicatedMasterFile"])
    assert {"artifacts/masterFile.parquet", "artifacts/DuplicatedMasterFile.parquet"} <= set(
        run.files()
    )


# --- Writing a Pipeline for lazy statisticians --------------------------------------------


@pytest.fixture
def shown() -> list[Any]:
    return []


@pytest.fixture
def add_col():
    @task()
    def add_col(masterFile: Artifact, val=1) -> Artifact("augmentedFile"):
        masterFile["foo"] = val
        return masterFile

    return add_col


@pytest.fixture
def show_top(shown: list[Any]):
    @task()
    def show_top(augmentedFile: Artifact, top=5):
        shown.append(augmentedFile.head(top))

    return show_top


def test_a_sum_of_crafts_is_run_in_the_order_of_their_dependencies(
    master, add_col, show_top, shown
) -> None:
    p = show_top + add_col
    p.run(masterFile=master)
    assert columns(shown[0]) == ["id", "foo"]


def test_a_pipeline_is_printed_in_the_order_it_runs_in(add_col, show_top) -> None:
    p = show_top + add_col
    drawn = render.ascii(p.graph())
    assert drawn.index("add_col") < drawn.index("show_top")
    assert "flowchart" in p._repr_mimebundle_()["text/vnd.mermaid"]


def test_a_pipeline_has_a_name_if_it_is_given_one(master, add_col, show_top) -> None:
    p = DAG.of("A pipeline named Désir", add_col, show_top)
    assert p.run(masterFile=master).dag == "A pipeline named Désir"
    assert runs.get("latest").dag == "A pipeline named Désir"


def test_one_pipeline_is_run_with_different_options(master, add_col, show_top, shown) -> None:
    p = add_col + show_top
    p.run(masterFile=master, top=10)
    p.run(masterFile=master, top=10, val="boum")
    assert [len(frame) for frame in shown] == [10, 10]
    assert [set(frame["foo"]) for frame in shown] == [{1}, {"boum"}]


def test_a_namespaced_parameter_beats_a_shared_one(master, add_col, show_top, shown) -> None:
    p = add_col + show_top
    p.run(masterFile=master, add_col={"val": 3}, show_top={"top": 2}, val=7, top=10)
    (frame,) = shown
    assert (len(frame), set(frame["foo"])) == (2, {3})


def test_a_namespace_may_be_the_dotted_path_of_the_craft(master, add_col, show_top, shown) -> None:
    (add_col + show_top).run(**{"masterFile": master, add_col.spec.path: {"val": 3}})
    assert set(shown[0]["foo"]) == {3}


def test_pipelines_are_merged_and_neither_is_changed() -> None:
    order: list[int] = []

    def craft(number: int):
        @task(label=f"craft_{number}")
        def made() -> Volatile(f"v{number}"):
            order.append(number)

        return made

    craft_1, craft_2, craft_3 = craft(1), craft(2), craft(3)
    p1 = DAG.of("p1", craft_1)
    p = craft_2 + craft_3
    x, y = p1 + p, p + p1
    x.run()
    y.run()
    assert order == [1, 2, 3, 2, 3, 1]
    assert (len(p1.tasks), len(p.tasks)) == (1, 2)


# --- Volatile beasts ----------------------------------------------------------------------


def test_a_volatile_is_handed_on_and_is_in_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    @task()
    def create_var() -> Volatile("myValue"):
        """Create a variable called myValue."""
        return 10

    @task()
    def print_var(myValue: Volatile):
        """Print the myValue variable."""
        sys.stdout.write(f"{myValue}\n")

    out = (print_var + create_var).run()
    assert out["myValue"] == 10
    assert "10\n" in capsys.readouterr().out
    assert not [name for name in out.files() if name.startswith("artifacts")]


def test_volatiles_have_the_of_notation_and_mix_with_artifacts() -> None:
    @task()
    def make() -> Volatile.of("a", "b") + Artifact.of("c"):
        return 1, 2, 3

    @task()
    def add(a: Volatile, b: Volatile, c: Artifact) -> Volatile("sum"):
        return a + b + c

    out = (add + make).run()
    assert [out[name] for name in ("a", "b", "c", "sum")] == [1, 2, 3, 6]


# --- Where statisfactory fails its users --------------------------------------------------


def test_a_cycle_is_an_error_that_names_the_way_round() -> None:
    @task
    def first(b: Volatile) -> Volatile("a"): ...

    @task
    def second(a: Volatile) -> Volatile("b"): ...

    @task
    def behind(b: Volatile): ...

    with pytest.raises(CycleError, match=r"first -> second -> first"):
        (first + second + behind).run()


def test_a_craft_that_reads_and_writes_one_artifact_runs_in_a_pipeline_too() -> None:
    @task
    def make() -> Artifact("x"):
        return 1

    @task
    def update(x: Artifact) -> Artifact("x"):
        return x + 1

    @task
    def show(x: Artifact) -> Volatile("seen"):
        return x

    assert (show + update + make).run()["seen"] == 2


def test_two_crafts_of_one_name_are_an_error_and_none_is_dropped() -> None:
    @task
    def craft(): ...

    with pytest.raises(DuplicateLabelError, match="Duplicate Task label 'craft'"):

        @task(label="craft")
        def other(): ...


def test_two_crafts_that_produce_one_name_are_an_error_before_anything_runs() -> None:
    ran: list[int] = []

    @task
    def one() -> Artifact("x"):
        ran.append(1)

    @task
    def two() -> Artifact("x"): ...

    with pytest.raises(GraphError, match="'one' and 'two' both produce 'x'"):
        (one + two).run()
    assert ran == []


def test_the_order_is_the_same_in_every_run() -> None:
    order: list[str] = []

    def craft(name: str):
        @task(label=name)
        def made(start: Volatile) -> Volatile(name):
            order.append(name)

        return made

    @task
    def begin() -> Volatile("start"): ...

    names = [f"c{number}" for number in (5, 3, 9, 1, 7, 0)]
    p = sum([*map(craft, names), begin])
    for _ in range(3):
        order.clear()
        p.run()
        assert order == names


def test_hooks_for_errors_are_reached() -> None:
    heard: list[Any] = []

    @task
    def bad():
        raise ValueError("no luck")

    def hook(task: str, error: Exception, **_: Any) -> None:
        heard.append((task, str(error)))

    signals.task_failed.connect(hook)
    try:
        with pytest.raises(TaskError, match="no luck") as caught:
            DAG.of("p", bad).run()
    finally:
        signals.task_failed.disconnect(hook)
    assert heard == [("bad", "no luck")]
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_missing_parameter_is_an_error_that_names_craft_and_parameter() -> None:
    @task
    def show_top(top, x: Volatile = 1): ...

    with pytest.raises(PlanError, match="The task 'show_top' needs the parameter 'top'"):
        DAG.of("p", show_top).run()


def test_an_artifact_that_cannot_be_had_is_an_error_before_anything_runs(add_col) -> None:
    with pytest.raises(PlanError, match="'add_col' reads the artifact 'masterFile', which no"):
        DAG.of("p", add_col).run()


def test_a_parameter_that_nobody_has_is_an_error(master, add_col) -> None:
    with pytest.raises(KeyError, match="vla"):
        DAG.of("p", add_col).run(masterFile=master, vla=3)


def test_a_craft_of_any_argument_name_is_called_right() -> None:
    @task
    def odd(name=1, asset=2, artifact=3, session=4, payload=5, self_=6) -> Volatile("seen"):
        return name, asset, artifact, session, payload, self_

    assert DAG.of("p", odd).run(name=9, payload=8)["seen"] == (9, 2, 3, 4, 8, 6)


def test_a_parameter_called_like_an_option_of_pandas_stays_a_parameter(master) -> None:
    @task
    def cut(masterFile: Artifact, index: int = 3, columns: str = "id") -> Artifact("cut"):
        return masterFile.head(index)[[columns]]

    run = DAG.of("p", cut).run(masterFile=master, index=7)
    assert (len(run["cut"]), columns(run["cut"])) == (7, ["id"])
