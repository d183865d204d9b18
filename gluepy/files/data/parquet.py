"""Parquet files through Arrow, without what drags other engines in.

`pyarrow.dataset`, which `pyarrow.parquet.read_table` uses, imports pandas if it is there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gluepy.files.data.formats import Format
from gluepy.files.data.places import Folder
from gluepy.files.data.problems import check_columns

# Arguments that make `ParquetFile`; any other one needs `read_table`.
_OPENING = ("memory_map", "buffer_size", "pre_buffer", "read_dictionary", "decryption_properties")

PARQUET = Format("parquet", ".parquet")


def read(file: Any, columns: list[str] | None, options: dict[str, Any]) -> pa.Table:
    """Return a Parquet file as a table."""
    if set(options) - {*_OPENING, "use_threads"}:
        return pq.read_table(file, columns=columns, **options)
    # Fetching pages ahead helps where each request takes its time; on a disk it costs memory.
    options = {"pre_buffer": not isinstance(file, str), **options}
    threads = options.pop("use_threads", True)
    with pq.ParquetFile(file, **options) as opened:
        check(opened, columns)
        return opened.read(columns=columns, use_threads=threads)


def batches(
    file: Any, columns: list[str] | None, size: int, options: dict[str, Any]
) -> Iterator[pa.RecordBatch]:
    """Yield a Parquet file, or a folder of them, in batches of at most ``size`` rows."""
    if isinstance(file, Folder):
        from gluepy.files.data.datasets import open_dataset

        data = open_dataset(file, PARQUET)
        yield from data.to_batches(columns=columns, batch_size=size, **options)
        return
    with pq.ParquetFile(file) as opened:
        check(opened, columns)
        yield from opened.iter_batches(size, columns=columns, **options)


def check(opened: pq.ParquetFile, columns: list[str] | None) -> None:
    """Raise a DataError if the file has not all of ``columns``; Arrow would leave them out."""
    if columns is not None:
        check_columns(columns, opened.schema_arrow.names)
