"""Write or read one dataframe: by hand, or through ``data_manager``.

Arguments: how engine verb suffix rows place folder endpoint.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.work.memory import forget_peak, peak, used

Call = Callable[[], Any]
BUCKET = "bench"


def main() -> None:
    """Run the call, and print its seconds and its peak of memory."""
    how, engine, verb, suffix, rows, place, folder, endpoint = sys.argv[1:]
    name = f"{engine}.{suffix}"
    frame = make_frame(engine, int(rows)) if verb == "write" else None
    make = through_gluepy if how in ("gluepy", "fast") else by_hand
    call = make(how, engine, verb, name, frame, place, folder, endpoint)
    if verb == "read":
        prepare(engine, name, int(rows), place, folder, endpoint)
    call()  # imports what it needs, and warms the cache of the disk
    before = used()
    forget_peak()
    seconds = [timed(call) for _ in range(1 if suffix == "csv" else 3)]
    print(json.dumps({"seconds": seconds, "peak": peak() - before}))


def timed(call: Call) -> float:
    """Return how long a call takes."""
    started = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - started
    del result
    return seconds


def make_frame(engine: str, rows: int) -> Any:
    """Return a dataframe of ten columns of numbers and two of text, the same every time."""
    import numpy as np
    import pyarrow as pa

    chance = np.random.default_rng(1)
    columns = {f"n{at}": pa.array(chance.normal(size=rows)) for at in range(5)}
    columns |= {f"i{at}": pa.array(chance.integers(0, 1000, rows)) for at in range(5)}
    words = pa.array([f"word number {number}" for number in range(1000)])
    columns |= {f"t{at}": words.take(columns[f"i{at}"]) for at in range(2)}
    table = pa.table(columns)
    if engine == "arrow":
        return table
    if engine == "pandas":
        return table.to_pandas()
    import polars as pl

    return pl.from_arrow(table)


def prepare(engine: str, name: str, rows: int, place: str, folder: str, endpoint: str) -> None:
    """Write the file to read, by hand, in another process that leaves no memory here."""
    if place == "local" and os.path.exists(f"{folder}/by-hand-{name}"):
        return
    from subprocess import check_call

    suffix = name.rpartition(".")[2]
    arguments = ["prepare", engine, "write", suffix, str(rows), place, folder, endpoint]
    check_call([sys.executable, "-m", "benchmarks.work.data", *arguments], stdout=2)


def through_gluepy(
    how: str, engine: str, verb: str, name: str, frame: Any, place: str, folder: str, url: str
) -> Call:
    """Return the call of ``data_manager``."""
    os.environ["GLUEPY_SETTINGS_MODULE"] = "gluepy.conf.global_settings"
    from gluepy.files import data
    from gluepy.files.storages.local import LocalStorage

    manager = getattr(data, f"{engine.capitalize()}DataManager")
    storage: Any = LocalStorage(folder) if place == "local" else _s3(url)
    manage = manager(storage)
    options = {"engine": "pyarrow"} if how == "fast" else {}
    if verb == "read":
        return lambda: manage.read(f"by-hand-{name}", root=True)
    return lambda: manage.write(f"gluepy-{name}", frame, root=True, **options)


def _s3(endpoint: str) -> Any:
    from gluepy.files.storages.s3 import S3Storage

    region = "us-east-1"
    return S3Storage("", bucket=BUCKET, endpoint_url=endpoint, region_name=region)


def by_hand(
    how: str, engine: str, verb: str, name: str, frame: Any, place: str, folder: str, url: str
) -> Call:
    """Return the call of the engine itself; "durable" flushes, and renames at the end."""
    path = f"{folder}/by-hand-{name}" if place == "local" else f"{BUCKET}/by-hand-{name}"
    call = _HANDS[engine, verb](path, frame, None if place == "local" else _Remote(url))
    if how != "durable":
        return call
    target, final = f"{folder}/by-hand-{name}", f"{folder}/durable-{name}"

    def durable() -> None:
        call()
        for place in (target, folder):
            descriptor = os.open(place, os.O_RDONLY)
            os.fsync(descriptor)
            os.close(descriptor)
        os.replace(target, final)

    return durable


class _Remote:
    """What the engines need to reach an S3 server by themselves."""

    def __init__(self, endpoint: str) -> None:
        self.endpoint = endpoint
        self.options = {
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
            "aws_endpoint_url": endpoint,
            "aws_region": "us-east-1",
            "aws_allow_http": "true",
        }

    def filesystem(self) -> Any:
        """Return an Arrow filesystem."""
        from pyarrow.fs import S3FileSystem

        keys = {"access_key": "test", "secret_key": "test", "region": "us-east-1"}
        return S3FileSystem(endpoint_override=self.endpoint, **keys)


def _write_pandas(path: str, frame: Any, remote: _Remote | None) -> Call:
    filesystem = remote.filesystem() if remote else None
    return lambda: frame.to_parquet(path, filesystem=filesystem)


def _read_pandas(path: str, frame: Any, remote: _Remote | None) -> Call:
    import pandas as pd

    filesystem = remote.filesystem() if remote else None
    return lambda: pd.read_parquet(path, filesystem=filesystem)


def _write_polars(path: str, frame: Any, remote: _Remote | None) -> Call:
    if remote is None:
        return lambda: frame.write_parquet(path)
    return lambda: frame.write_parquet(f"s3://{path}", storage_options=remote.options)


def _read_polars(path: str, frame: Any, remote: _Remote | None) -> Call:
    import polars as pl

    if remote is None:
        return lambda: pl.read_parquet(path)
    return lambda: pl.scan_parquet(f"s3://{path}", storage_options=remote.options).collect()


def _write_arrow(path: str, frame: Any, remote: _Remote | None) -> Call:
    import pyarrow.parquet as pq

    filesystem = remote.filesystem() if remote else None
    return lambda: pq.write_table(frame, path, filesystem=filesystem)


def _read_arrow(path: str, frame: Any, remote: _Remote | None) -> Call:
    import pyarrow.parquet as pq

    filesystem = remote.filesystem() if remote else None
    return lambda: pq.read_table(path, filesystem=filesystem)


_HANDS: dict[tuple[str, str], Callable[[str, Any, _Remote | None], Call]] = {
    ("pandas", "write"): _write_pandas,
    ("pandas", "read"): _read_pandas,
    ("polars", "write"): _write_polars,
    ("polars", "read"): _read_polars,
    ("arrow", "write"): _write_arrow,
    ("arrow", "read"): _read_arrow,
}

if __name__ == "__main__":
    main()
