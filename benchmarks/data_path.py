"""Data path: dataframes through ``data_manager`` beside the same engine called by hand."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree

from benchmarks.environments import FOLDER
from benchmarks.harness import Case, Result, is_steady, measure, verdict
from benchmarks.report import ROOT, Table, at_most, machine, milliseconds, publish, ratio

ENGINES = ("pandas", "polars", "arrow")
HEADER = ("Parquet", "by hand, ms", "gluepy, ms", "ratio", "target", "", "extra MB", "target", "")
TIME, MEMORY, CSV = 1.03, 8, 8


def run(rounds: int | None = None, quick: bool = False) -> None:
    """Measure and publish both tables."""
    count = rounds or (2 if quick else 7)
    rows, lines = (20_000, 10_000) if quick else (2_000_000, 1_000_000)
    parquet(count, rows)
    csv(min(count, 3), lines)
    rmtree(FOLDER / "data", ignore_errors=True)


def parquet(count: int, rows: int) -> None:
    """Measure writing and reading Parquet on the local disk."""
    table = Table("data_path", HEADER)
    for engine in ENGINES:
        for verb in ("write", "read"):
            hands = ["hand", "control", "gluepy", *(["durable"] if verb == "write" else [])]
            cases = [worker(how, engine, verb, "parquet", rows, "local") for how in hands]
            results = measure(cases, count, warmup=0)
            steady = is_steady(results["hand"].median, results["control"].median)
            table.rows.append(row(f"{engine} {verb}", results, "hand", steady))
            if verb == "write":
                table.rows.append(row(f"{engine} {verb}, durable", results, "durable", steady))
    sizes = f"{rows:,} rows; n = {count} processes of 3 calls, {machine()}"
    table.notes = [sizes, versions("pandas", "polars", "pyarrow")]
    publish(table)


def row(label: str, results: dict[str, Result], floor: str, steady: bool) -> Sequence[str]:
    """Return the cells of one engine and verb."""
    by_hand, own = results[floor], results["gluepy"]
    times, extra = own.median / by_hand.median, own.fact("peak") - by_hand.fact("peak")
    # Readers work in threads, and how many pieces they hold at once differs by chance.
    swing = abs(results["control"].fact("peak") - results["hand"].fact("peak"))
    return (
        label,
        milliseconds(by_hand.median),
        milliseconds(own.median),
        ratio(times),
        at_most(TIME),
        verdict(times, TIME, steady=steady),
        f"{extra:+.1f}",
        at_most(MEMORY),
        verdict(extra, MEMORY, steady=swing <= MEMORY),
    )


def csv(count: int, rows: int) -> None:
    """Measure writing CSV with pandas: its own writer beside the one of Arrow."""
    cases = [worker(how, "pandas", "write", "csv", rows, "local") for how in ("gluepy", "fast")]
    results = measure(cases, count, warmup=0)
    own, fast = results["gluepy"].median, results["fast"].median
    table = Table(
        "csv", (f"CSV, {rows:,} rows, written by pandas", "ms", "times faster", "target", "")
    )
    table.rows.append(("write(path, df)", milliseconds(own), "1.00", "", ""))
    judged = verdict(own / fast, CSV, least=True)
    cells = (milliseconds(fast), ratio(own / fast), f"≥ {CSV}", judged)
    table.rows.append(('write(path, df, engine="pyarrow")', *cells))
    table.notes = [f"n = {count} processes of 1 call, {machine()}", versions("pandas", "pyarrow")]
    publish(table)


def worker(
    how: str, engine: str, verb: str, suffix: str, rows: int, place: str, endpoint: str = ""
) -> Case:
    """Return the case that runs ``benchmarks.work.data``."""
    folder = FOLDER / "data"
    folder.mkdir(parents=True, exist_ok=True)
    arguments = [how, engine, verb, suffix, str(rows), place, str(folder), endpoint]
    command: list[str | Path] = [sys.executable, "-m", "benchmarks.work.data", *arguments]
    make = partial(Case, how, command, ROOT, reports=True)
    return make(env={"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"})


def versions(*names: str) -> str:
    """Return ``pandas 3.0.0, polars 2.0.0.``."""
    return f"{', '.join(f'{name} {version(name)}' for name in names)}."
