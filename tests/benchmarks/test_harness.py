from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import data_path
from benchmarks.harness import Case, is_steady, measure, verdict
from benchmarks.report import Table, publish


def program(tmp_path: Path, name: str, seconds: float) -> Case:
    code = f"print({json.dumps({'seconds': [seconds, 3 * seconds], 'peak': 7})!r})"
    return Case(name, [sys.executable, "-c", code], tmp_path, reports=True)


def test_every_round_runs_every_case_and_starts_with_another(tmp_path):
    code = "import sys; print(sys.argv[1], file=open('order', 'a'))"
    names = ["a", "b", "c"]
    cases = [Case(name, [sys.executable, "-c", code, name], tmp_path) for name in names]

    results = measure(cases, rounds=3, warmup=0)

    assert (tmp_path / "order").read_text().split() == list("abcbcacab")
    assert [len(results[name].seconds) for name in names] == [3, 3, 3]
    assert all(seconds > 0 for seconds in results["a"].seconds)


def test_a_program_may_report_its_own_seconds_and_facts(tmp_path):
    results = measure([program(tmp_path, "a", 1.0)], rounds=2, warmup=1)

    assert results["a"].seconds == [1.0, 3.0, 1.0, 3.0]
    assert results["a"].median == 2.0
    assert results["a"].fact("peak") == 7


def test_a_program_that_fails_ends_the_measurement(tmp_path):
    broken = Case("broken", [sys.executable, "-c", "raise SystemExit(3)"], tmp_path)
    with pytest.raises(RuntimeError, match="'broken' ended with 3"):
        measure([broken], rounds=1)


def test_programs_do_not_inherit_the_python_of_this_shell(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    code = "import os, json; print(json.dumps({'python': sum('PYTHON' in k for k in os.environ)}))"
    results = measure([Case("a", [sys.executable, "-c", code], tmp_path, reports=True)], 1, 0)
    assert results["a"].fact("python") == 0


def test_a_control_far_from_the_floor_leaves_no_verdict():
    assert is_steady(1.0, 1.09)
    assert not is_steady(1.0, 1.2)
    assert not is_steady(1.0, 0.8)
    assert verdict(1.2, 1.3) == "met"
    assert verdict(1.4, 1.3) == "missed"
    assert verdict(9.0, 8, least=True) == "met"
    assert verdict(1.2, 1.3, steady=False) == "no verdict"
    assert verdict(1.2, None) == ""


def test_a_table_replaces_what_stands_between_its_markers(tmp_path, capsys):
    page = tmp_path / "page.md"
    page.write_text("Before\n<!-- begin t -->\nold\n<!-- end t -->\nAfter\n")
    table = Table("t", ("case", "ms"), [("floor", "1")], ["n = 1"])

    publish(table, page)
    publish(table, page)

    text = page.read_text()
    assert text.startswith(
        "Before\n<!-- begin t -->\n\n| case | ms |\n| --- | --: |\n| floor | 1 |"
    )
    assert text.endswith("n = 1  \n\n<!-- end t -->\nAfter\n")
    assert "old" not in text
    assert "| floor | 1 |" in capsys.readouterr().out


def test_the_data_path_measures_writing_and_reading(tmp_path, monkeypatch):
    monkeypatch.setattr(data_path, "FOLDER", tmp_path)
    for verb in ("write", "read"):
        cases = [
            data_path.worker(how, "arrow", verb, "parquet", 1000, "local")
            for how in ("hand", "gluepy")
        ]
        results = measure(cases, rounds=1, warmup=0)
        assert len(results["gluepy"].seconds) == 3
        assert results["gluepy"].fact("peak") >= 0
    assert sorted(os.listdir(tmp_path / "data")) == [
        "by-hand-arrow.parquet",
        "gluepy-arrow.parquet",
    ]


def test_an_unknown_table_is_an_error():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "cold_strat"], capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "there is no table 'cold_strat'" in done.stderr
