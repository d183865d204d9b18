"""Storage: each verb beside what lies under it."""

from __future__ import annotations

import sys
from functools import partial

from benchmarks.data_path import versions
from benchmarks.environments import FOLDER
from benchmarks.harness import Case, is_steady, measure, verdict
from benchmarks.report import ROOT, Table, at_most, machine, publish, ratio
from benchmarks.servers import moto
from benchmarks.work.data import BUCKET

# What is done, its floor, and the largest ratio that is good.
LOCAL = [("ls", "os.scandir with is_dir", 1.5), ("exists", "os.path.exists", 1.3)]
REMOTE = [("put", "boto3 put_object", 1.1), ("get", "boto3 get_object", 1.1)]


def run(rounds: int | None = None, quick: bool = False) -> None:
    """Measure and publish the table."""
    count = rounds or (2 if quick else 15)
    files, objects = (200, 10) if quick else (10_000, 200)
    table = Table("storage", ("storage", "floor, µs", "gluepy, µs", "ratio", "target", ""))
    with moto(BUCKET) as url:
        for verb, floor, target in LOCAL:
            label = f"local {verb} beside {floor}"
            _add(table, label, verb, count, files, "", target)
        for verb, floor, target in REMOTE:
            label = f"S3 {verb} of 4 KiB beside {floor}, processor time"
            _add(table, label, verb, min(count, 5), objects, url, target)
    sizes = f"{files:,} files, {objects:,} objects; microseconds per file"
    table.notes = [f"{sizes}; n = {count}, {machine()}", versions("boto3", "moto")]
    publish(table)


def _add(
    table: Table, label: str, verb: str, count: int, size: int, url: str, target: float
) -> None:
    make = partial(Case, cwd=ROOT, reports=True)
    module = "benchmarks.work.storage"
    command = [sys.executable, "-m", module, verb, str(size), str(FOLDER / "storage"), url]
    cases = [make(how, [*command, how]) for how in ("floor", "control", "gluepy")]
    results = measure(cases, count, warmup=0)
    floor, own = results["floor"].median, results["gluepy"].median
    steady = is_steady(floor, results["control"].median)
    judged = verdict(own / floor, target, steady=steady)
    cells = (f"{floor * 1e6 / size:.2f}", f"{own * 1e6 / size:.2f}", ratio(own / floor))
    table.rows.append((label, *cells, at_most(target), judged))
