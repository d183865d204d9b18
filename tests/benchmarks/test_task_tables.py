from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import pytest

from benchmarks import environments, overhead, parallel
from benchmarks.environments import Environment
from benchmarks.harness import Case, Result, measure
from benchmarks.overhead import CLUSTER, CONTROL, FURTHER, PEERS, SIZES, STEADY, Figures, Line
from benchmarks.work.graphs import SHAPES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return overhead.project(tmp_path)


@pytest.fixture
def here() -> Environment:
    environment = Environment("here")
    environment.python = Path(sys.executable)
    return environment


def tasks_of_runs(folder: Path) -> list[list[str]]:
    manifests = sorted((folder / "data").rglob("run.json"))
    runs = [json.loads(manifest.read_text()) for manifest in manifests]
    return [[task["status"] for task in run["tasks"]] for run in runs]


@pytest.mark.parametrize("size", [4, 13, 1000])
@pytest.mark.parametrize("shape", SHAPES)
def test_tasks_of_a_graph_read_earlier_ones_and_all_but_the_last_are_read(shape, size):
    graph = SHAPES[shape](size)
    assert len(graph) == size
    assert all(read < number for number, reads in enumerate(graph) for read in reads)
    assert {read for reads in graph for read in reads} == set(range(size - 1))


@pytest.mark.parametrize("shape", SHAPES)
def test_gluepy_runs_every_task_of_a_graph(folder, here, shape):
    case = overhead.case_of(Line("gluepy", "serial", shape, (0,), 2), 12, here, folder)

    result = measure([case], rounds=1, warmup=0)[case.name]

    assert len(result.seconds) == 2
    assert result.fact("start") > 0
    # The tiny graph twice, then the large one twice; each run has a task that starts it.
    assert tasks_of_runs(folder) == [["FINISHED"] * count for count in (5, 5, 13, 13)]


@pytest.mark.parametrize("how", ["floor", "processes", "distributed", "dask"])
def test_the_floor_processes_and_clusters_run_a_graph(folder, here, how):
    case = overhead.case_of(Line(how, how, "diamond", (0,)), 6, here, folder)

    result = measure([case], rounds=1, warmup=0)[case.name]

    assert len(result.seconds) == 1
    by_gluepy = [["FINISHED"] * count for count in (5, 5, 7)]
    assert tasks_of_runs(folder) == (by_gluepy if how in ("processes", "dask") else [])


def test_a_peer_is_left_out_from_where_it_fails_and_the_table_says_so(folder, here, monkeypatch):
    monkeypatch.setattr(environments, "clustered", lambda: here)
    figures = Figures((4, 0))
    line = Line("Floor", "floor", "chain", (0, 1))

    text = overhead._peer(figures, "gluepy-dask", "dask", line, folder, 1)

    assert f"dask {version('dask')} larger graphs left out: 'Floor, chain, 0' ended with" in text
    assert figures.has("Floor, chain", 0)
    assert not figures.has("Floor, chain", 1)


def figures_of(microseconds: dict[str, float], start: float = 0.5) -> Figures:
    """Return figures with so many microseconds per task, and workers that start in ``start``."""
    figures = Figures(SIZES)
    for line in [*STEADY, *FURTHER, *CLUSTER, *(line for *_, line in PEERS)]:
        figures.lines.setdefault(line.label, line)
        for place in line.sizes:
            seconds = SIZES[place] * microseconds.get(line.name, 100.0) / 1e6
            result = Result(Case(line.label, [], Path()), [seconds + start * line.is_started])
            result.facts.append({"start": start, "memory": 3.5})
            figures._results[line.label, place] = result
    return figures


def row(rows: Sequence[Sequence[str]], name: str) -> Sequence[str]:
    return next(row for row in rows if row[0] == name)


def test_the_table_of_overhead_shows_what_a_task_costs_without_the_start_of_workers():
    figures = figures_of({"floor": 2.0, "gluepy": 50.0, "gluepy, processes": 250.0})

    rows = overhead.to_table(figures, []).rows

    assert row(rows, "gluepy, chain") == (
        "gluepy, chain", "50.0", "50.0", "50.0", "50.0", "25.00", "3.5",
    )  # fmt: skip
    assert row(rows, "gluepy, processes, chain")[1:] == ("250", "250", "", "", "125", "3.5")


def test_overhead_is_judged_unless_the_machine_was_too_busy():
    slow = {"floor": 2.0, CONTROL: 2.1, "gluepy": 61.0, "gluepy, processes": 399.0}

    rows = overhead.to_targets(figures_of(slow), []).rows
    assert row(rows, "gluepy, chain, 1,000 tasks")[1:] == ("61 µs", "≤ 60 µs", "missed")
    assert row(rows, "gluepy, processes, diamond, 1,000 tasks")[1:] == ("399 µs", "≤ 400 µs", "met")
    assert row(rows, "gluepy, chain: 10,000 ÷ 1,000 tasks")[1:] == ("1.00", "≤ 1.15", "met")
    assert row(rows, "gluepy ÷ doit, chain of 1,000")[1:] == ("0.61", "", "")

    rows = overhead.to_targets(figures_of({**slow, CONTROL: 3.0}), []).rows
    assert row(rows, "gluepy, chain, 1,000 tasks")[3] == "no verdict"
    assert row(rows, "gluepy, chain: memory per task, 10,000 tasks")[3] == "met"


@pytest.mark.parametrize("name", [parallel.SERIAL, parallel.PROCESSES, parallel.FLOOR])
def test_tasks_that_compute_run_with_gluepy_and_in_a_pool(folder, here, name):
    case = parallel.case_of(name, parallel.CASES[name], here, folder, 100)

    result = measure([case], rounds=1, warmup=0)[name]

    assert len(result.seconds) == 1
    by_gluepy = [["FINISHED"] * (parallel.COUNT + 2)]
    assert tasks_of_runs(folder) == ([] if name == parallel.FLOOR else by_gluepy)


def test_parallel_runs_are_judged_by_what_they_gain_and_by_what_lies_under_them():
    seconds = {parallel.SERIAL: 8.0, parallel.PROCESSES: 4.2, parallel.OWN: 6.0}
    results = {
        name: Result(Case(name, [], Path()), [seconds.get(name, 4.0)]) for name in parallel.CASES
    }

    faster = parallel.to_table(results, []).rows
    assert row(faster, parallel.PROCESSES)[1:] == ("4.20", "1.90", "≥ 1.8", "met")
    assert row(faster, parallel.OWN)[1:] == ("6.00", "1.33", "≥ 1.8", "missed")

    beside = parallel.to_targets(results, []).rows
    assert row(beside, f"{parallel.PROCESSES} ÷ {parallel.FLOOR}")[1:] == (
        "1.050", "≤ 1.08", "met",
    )  # fmt: skip
    assert row(beside, f"{parallel.OWN} ÷ {parallel.BARE}")[1:] == ("1.500", "≤ 1.05", "missed")
