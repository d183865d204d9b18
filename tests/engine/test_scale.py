"""Runs of thousands of tasks: what a task costs does not grow with how many there are."""

from __future__ import annotations

import inspect
import logging
import tracemalloc
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gluepy.exec import DAG, Volatile, task
from gluepy.files.storages import default_storage
from gluepy.runs import runs
from gluepy.runs.manifest import Manifest
from gluepy.test import override_settings
from tests.projects.factory import Project


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "context.yaml").write_text("{}\n")
    logging.getLogger("gluepy").setLevel(logging.INFO)  # put back after every test
    with override_settings(
        BASE_DIR=str(tmp_path),
        CONFIG_PATH=str(tmp_path / "configs"),
        STORAGE_ROOT=str(tmp_path / "data"),
    ):
        yield tmp_path


def step(number: int, reads: list[int]) -> Any:
    """Return a task that reads the volatiles of other tasks and does nothing."""

    def function(**values: Any) -> int:
        return sum(values.values()) + 1 if len(values) < 2 else len(values)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    names = [f"v{read}" for read in reads]
    function.__name__ = f"t{number}"
    function.__signature__ = inspect.Signature([inspect.Parameter(name, kind) for name in names])
    function.__annotations__ = {
        **dict.fromkeys(names, Volatile),
        "return": Volatile(f"v{number}"),
    }
    return task(function)


def chain(count: int) -> DAG:
    return DAG.of("chain", *(step(n, [n - 1] if n else []) for n in range(count)))


def diamond(count: int) -> DAG:
    middle = range(1, count - 1)
    sides = [step(n, [0]) for n in middle]
    return DAG.of("diamond", step(count - 1, list(middle)), *sides, step(0, []))


def test_a_chain_of_ten_thousand_tasks_and_what_is_known_of_it(
    settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[int] = []
    write = Manifest.write
    monkeypatch.setattr(Manifest, "write", lambda self: (written.append(1), write(self)))
    run = chain(10_000).run()
    assert run["v9999"] == 10_000
    assert Counter(one["status"] for one in run.manifest["tasks"]) == {"FINISHED": 10_001}
    assert len(written) < 60
    assert not default_storage.exists(f"{run.folder}/logs/tasks.jsonl")
    again = runs.get(run.id)
    assert [one["name"] for one in again.manifest["tasks"]][1:] == [
        f"t{number}" for number in range(10_000)
    ]


def test_a_diamond_of_a_thousand_tasks(settings: Path) -> None:
    dag = diamond(1_000)
    assert dag.run()["v999"] == 998
    order = dag.graph().order
    assert order[:2] == ("bootstraptask", "t0")
    assert order[-1] == "t999"


def test_a_task_costs_little_memory(settings: Path) -> None:
    logging.getLogger("gluepy").setLevel(logging.WARNING)  # pytest keeps every record
    dag = chain(2_000)
    chain_of_two = DAG.of("warm", *dag.tasks[:2])
    chain_of_two.run()
    tracemalloc.start()
    try:
        run = dag.run()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert run.status == "FINISHED"
    assert peak / 2_000 < 4 * 1024


WIDE = """
from gluepy.exec import DAG, Artifact, Volatile, task


@task
def numbers() -> Volatile("numbers"):
    return list(range(2000))


@task
def square(number: int) -> Volatile("squares"):
    return number * number


class Wide(DAG):
    label = "wide"
    tasks = [square.map(number=Volatile("numbers")), numbers]
"""


def test_runs_show_has_every_element_of_a_wide_run(project: Project) -> None:
    project.module("wide", dags=WIDE)
    project.run("wide", "--executor", "threads")
    shown = project.manage("runs", "show", "latest")
    assert shown.returncode == 0
    assert "square[1999]" in shown.stdout
    assert len(project.json("runs", "show", "latest")["tasks"]) == 2003
