"""The catalog: loading beside the engine alone, many entries, tables in bounded memory."""

from __future__ import annotations

import sys
from functools import partial
from importlib.metadata import version
from pathlib import Path
from shutil import rmtree

from benchmarks.data_path import versions
from benchmarks.databases import database
from benchmarks.environments import FOLDER, Environment, Unavailable, gluepy, link_programs
from benchmarks.harness import Case, is_steady, measure, run_once, verdict
from benchmarks.overhead import DRAFT
from benchmarks.report import ROOT, Table, at_most, machine, milliseconds, publish, ratio

ENGINES = ("pandas", "polars", "arrow")
TIME = 1.03
CHUNK = 50_000
PLACE = FOLDER / "catalog"
KEDRO = ("kedro>=1.0", "kedro-datasets>=9.0", "pandas")


def run(rounds: int | None = None, quick: bool = False) -> None:
    """Measure and publish the three tables."""
    page = DRAFT if quick else None
    PLACE.mkdir(parents=True, exist_ok=True)
    try:
        loading(rounds or (2 if quick else 7), 20_000 if quick else 4_200_000, page)
        entries(rounds or (2 if quick else 7), 500 if quick else 10_000, page)
        rows(20_000 if quick else 5_000_000, page)
    finally:
        rmtree(PLACE, ignore_errors=True)


def loading(count: int, size: int, page: Path | None) -> None:
    """Measure ``catalog.load`` of a Parquet file beside the engine's own reader."""
    table = Table("catalog_load", ("load of Parquet", "engine, ms", "gluepy, ms", "ratio", "", ""))
    (PLACE / "data").mkdir(exist_ok=True)
    for engine in ENGINES:
        cases = [worker(how, engine, size, how=how) for how in ("engine", "control", "gluepy")]
        results = measure(cases, count, warmup=1)
        alone, own = results["engine"].median, results["gluepy"].median
        steady = is_steady(alone, results["control"].median)
        judged = verdict(own / alone, TIME, steady=steady)
        cells = (milliseconds(alone), milliseconds(own), ratio(own / alone), at_most(TIME), judged)
        table.rows.append((engine, *cells))
    megabytes = (PLACE / "data" / "by-hand-pandas.parquet").stat().st_size / 1e6
    size_note = f"{size:,} rows, {megabytes:.0f} MB; n = {count} processes of 3 calls"
    table.notes = [f"{size_note}, {machine()}", versions("pandas", "polars", "pyarrow")]
    publish(table, page)


def worker(name: str, engine: str, size: int, how: str) -> Case:
    """Return a case of ``benchmarks.work.catalog``."""
    arguments = ["load", "engine" if how == "control" else how, engine, str(size), str(PLACE)]
    command = [sys.executable, "-m", "benchmarks.work.catalog", *arguments]
    return Case(name, command, ROOT, reports=True)


def entries(count: int, number: int, page: Path | None) -> None:
    """Measure what it takes to get at one of many entries, beside Kedro."""
    header = (f"one of {number:,} entries", "first, ms", "next, ms", "process, ms", "peak, MB")
    table = Table("catalog_entries", header)
    notes = [f"n = {count} processes, {machine()}"]
    cases = []
    for name, make in (("gluepy", _own), ("Kedro", _kedro)):
        try:
            case, note = make(name, number)
        except Unavailable as error:
            notes.append(f"{name} is left out: {error}")
            continue
        cases.append(case)
        notes.append(note)
    results = measure(cases, count, warmup=1)
    for name, result in results.items():
        times = [milliseconds(result.fact(fact)) for fact in ("first", "next", "process")]
        table.rows.append((name, *times, f"{result.fact('peak'):.0f}"))
    if len(results) > 1:
        share = results["gluepy"].fact("first") / results["Kedro"].fact("first")
        table.rows.append(("gluepy ÷ Kedro", f"{share:.3f}", "", "", ""))
    table.notes = notes
    publish(table, page)


def _own(name: str, number: int) -> tuple[Case, str]:
    environment = gluepy()
    case = _entries_case(name, "own", environment, number)
    return case, f"gluepy {version('gluepy')}: an artifact ready to be loaded, and its description."


def _kedro(name: str, number: int) -> tuple[Case, str]:
    environment = Environment("kedro-catalog", *KEDRO).make()
    case = _entries_case(name, "kedro", environment, number)
    return (
        case,
        f"{environment.versions('kedro', 'kedro-datasets')}: OmegaConfigLoader and DataCatalog; "
        "the first entry imports pandas; OMEGACONF_MAX_YAML_EXPANDED_NODES is none.",
    )


def _entries_case(name: str, how: str, environment: Environment, number: int) -> Case:
    folder = PLACE / how
    folder.mkdir(parents=True, exist_ok=True)
    link_programs(folder)
    command = [environment.python, "-m", "benchmarks.work.catalog", "entries", how, str(number)]
    # Without it Kedro's reader refuses files with more than 10,000 values.
    unlimited = {"OMEGACONF_MAX_YAML_EXPANDED_NODES": "none"}
    return Case(name, [*command, "."], folder, env=unlimited, reports=True)


def rows(number: int, page: Path | None) -> None:
    """Measure writing and reading a table piece by piece, and of a tenth of it."""
    header = ("table, by pieces", "rows", "s", "rows a second", "peak, MB", "of a tenth, MB")
    table = Table("catalog_rows", header)
    kind = ""
    for engine in ENGINES:
        with database(PLACE) as url:
            kind = url.partition(":")[0]
            for verb in ("write", "read"):
                case = partial(_rows_case, engine, verb, url)
                # The tenth lies in a table of its own.
                small, large = (run_once(case(size))[2] for size in (number // 10, number))
                seconds = large["seconds"][0]
                speed = f"{number / seconds:,.0f}"
                peaks = (f"{large['peak']:.0f}", f"{small['peak']:.0f}")
                cells = (f"{number:,}", f"{seconds:.1f}", speed, *peaks)
                table.rows.append((f"{engine} {verb}", *cells))
    pieces = f"pieces of {CHUNK:,} rows, one process each, {kind}"
    table.notes = [f"{pieces}, {machine()}", versions("pandas", "polars", "pyarrow", "SQLAlchemy")]
    publish(table, page)


def _rows_case(engine: str, verb: str, url: str, size: int) -> Case:
    arguments = [verb, engine, url, str(size), str(CHUNK), str(PLACE)]
    command = [sys.executable, "-m", "benchmarks.work.catalog", "rows", *arguments]
    return Case(verb, command, ROOT, reports=True)
