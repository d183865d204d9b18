"""The data path on S3, against a server of moto on this machine."""

from __future__ import annotations

from benchmarks.data_path import ENGINES, versions, worker
from benchmarks.harness import is_steady, measure, verdict
from benchmarks.report import Table, at_most, machine, milliseconds, publish, ratio
from benchmarks.servers import moto
from benchmarks.work.data import BUCKET

TARGET = 1.10


def run(rounds: int | None = None, quick: bool = False) -> None:
    """Measure and publish the table."""
    count = rounds or (1 if quick else 5)
    rows = 10_000 if quick else 200_000
    table = Table(
        "object_store", ("Parquet on S3", "by hand, ms", "gluepy, ms", "ratio", "target", "")
    )
    with moto(BUCKET) as url:
        for engine in ENGINES:
            for verb in ("write", "read"):
                cases = [
                    worker(how, engine, verb, "parquet", rows, "s3", url)
                    for how in ("hand", "control", "gluepy")
                ]
                results = measure(cases, count, warmup=0)
                floor, own = results["hand"].median, results["gluepy"].median
                steady = is_steady(floor, results["control"].median)
                judged = verdict(own / floor, TARGET, steady=steady)
                cells = (milliseconds(floor), milliseconds(own), ratio(own / floor))
                table.rows.append((f"{engine} {verb}", *cells, at_most(TARGET), judged))
    sizes = f"{rows:,} rows; n = {count} processes of 3 calls, {machine()}"
    table.notes = [sizes, versions("pandas", "polars", "pyarrow", "boto3", "moto")]
    publish(table)
