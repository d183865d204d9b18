"""Data manager of Arrow: it needs neither pandas nor polars and imports neither."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar, TypeAlias

from gluepy.exceptions import DataError, MissingDependencyError
from gluepy.files.data.base import BaseDataManager, IfExists
from gluepy.files.data.formats import Format, compressed
from gluepy.files.data.places import FILES, Folder, Place
from gluepy.files.data.problems import check_columns, refused

try:
    import pyarrow as pa
except ImportError as error:
    raise MissingDependencyError("pyarrow", "arrow", "ArrowDataManager") from error

Options: TypeAlias = dict[str, Any]
Columns: TypeAlias = list[str] | None


class ArrowDataManager(BaseDataManager):
    """Reads and writes `pyarrow.Table`; options are those of pyarrow's own functions."""

    formats: ClassVar[tuple[str, ...]] = ("csv", "tsv", "json", "jsonl", "parquet", "feather")
    extra = "arrow"
    frame = "a pyarrow.Table"
    supports_scan = True
    errors = (pa.ArrowException,)

    def _accept(self, df: Any, where: str) -> pa.Table:
        if isinstance(df, pa.Table):
            return df
        if isinstance(df, pa.RecordBatch):
            return pa.Table.from_batches([df])
        if hasattr(df, "__arrow_c_stream__"):
            return pa.table(df)
        raise refused(self, df, where)

    # --- Text ----------------------------------------------------------------------------

    def _read_csv(self, file: Any, form: Format, columns: Columns, options: Options) -> pa.Table:
        try:
            return _parsed_csv(file, form, _csv_options(form, columns, options))
        except pa.ArrowInvalid:
            if "parse_options" in options:
                raise
        # A line break in a value may have fallen on the border of two blocks: once more, with
        # blocks cut by a parser that looks for quotes, and a third slower for it.
        if not isinstance(file, str):
            file.seek(0)
        return _parsed_csv(file, form, _csv_options(form, columns, options, breaks=True))

    def _write_csv(self, file: Any, form: Format, df: pa.Table, options: Options) -> None:
        from pyarrow import csv

        if form.name == "tsv":
            options = {"write_options": csv.WriteOptions(delimiter="\t"), **options}
        with compressed(file, "wb", form.codec) as target:
            csv.write_csv(df, target, **options)

    def _batches_csv(
        self, file: Any, form: Format, columns: Columns, size: int, options: Options
    ) -> Iterator[pa.Table]:
        from pyarrow import csv

        with (
            compressed(file, "rb", form.codec) as source,
            csv.open_csv(source, **_csv_options(form, columns, options, breaks=True)) as reader,
        ):
            yield from _slices(reader, size)

    _read_tsv, _write_tsv, _batches_tsv = _read_csv, _write_csv, _batches_csv

    def _read_json(self, file: Any, form: Format, columns: Columns, options: Options) -> pa.Table:
        from gluepy.files.data.records import read_records

        with compressed(file, "rb", form.codec) as source:
            return _selected(pa.Table.from_pylist(read_records(source), **options), columns)

    def _write_json(self, file: Any, form: Format, df: pa.Table, options: Options) -> None:
        from gluepy.files.data.records import write_records

        with compressed(file, "wb", form.codec) as target:
            write_records(target, df.to_batches(max_chunksize=10_000), lines=False, **options)

    def _read_jsonl(self, file: Any, form: Format, columns: Columns, options: Options) -> pa.Table:
        from pyarrow import json

        with compressed(file, "rb", form.codec) as source:
            try:
                table = json.read_json(source, **options)
            except pa.ArrowInvalid as error:
                if str(error) != "Empty JSON file":
                    raise
                table = pa.table({})
        return _selected(table, columns)

    def _write_jsonl(self, file: Any, form: Format, df: pa.Table, options: Options) -> None:
        from gluepy.files.data.records import write_records

        with compressed(file, "wb", form.codec) as target:
            write_records(target, df.to_batches(max_chunksize=10_000), lines=True, **options)

    def _batches_jsonl(
        self, file: Any, form: Format, columns: Columns, size: int, options: Options
    ) -> Iterator[pa.Table]:
        from pyarrow import json

        open_json = getattr(json, "open_json", json.read_json)
        with compressed(file, "rb", form.codec) as source:
            batches = open_json(source, **options)
            batches = [batches] if isinstance(batches, pa.Table) else batches
            for table in _slices(batches, size):
                yield _selected(table, columns)

    # --- Parquet and Feather -------------------------------------------------------------

    def _read_parquet(
        self, file: Any, form: Format, columns: Columns, options: Options
    ) -> pa.Table:
        from gluepy.files.data.parquet import read

        return read(file, columns, options)

    def _write_parquet(self, file: Any, form: Format, df: pa.Table, options: Options) -> None:
        from pyarrow import parquet

        parquet.write_table(df, file, **options)

    def _batches_parquet(
        self, file: Any, form: Format, columns: Columns, size: int, options: Options
    ) -> Iterator[pa.Table]:
        from gluepy.files.data.parquet import batches

        yield from _slices(batches(file, columns, size, options), size)

    def _read_folder(self, folder: Folder, columns: Columns, options: Options) -> pa.Table:
        from pyarrow import parquet

        return parquet.read_table(
            folder.path, columns=columns, filesystem=folder.filesystem, **options
        )

    def _write_folder(self, folder: str, df: pa.Table, keys: list[str], options: Options) -> None:
        from pyarrow import parquet

        check_columns(keys, df.column_names)
        options = {"basename_template": FILES, **options}
        parquet.write_to_dataset(df, folder, partition_cols=keys, **options)

    def _read_feather(
        self, file: Any, form: Format, columns: Columns, options: Options
    ) -> pa.Table:
        from pyarrow import feather

        return feather.read_table(file, columns=columns, **options)

    def _write_feather(self, file: Any, form: Format, df: pa.Table, options: Options) -> None:
        from pyarrow import ipc

        # What feather.write_feather does, which looks for pandas first.
        options = {"compression": "lz4", **options}
        with ipc.new_file(file, df.schema, options=ipc.IpcWriteOptions(**options)) as writer:
            writer.write_table(df, max_chunksize=64 * 1024)

    # --- Lazy frames ---------------------------------------------------------------------

    def _scan(self, place: Place, columns: Columns, options: Options) -> Any:
        """Return a `pyarrow.dataset.Scanner`; options are those of `Dataset.scanner`."""
        from gluepy.files.data.datasets import dataset_of

        data = dataset_of(place)
        if data is None:
            from pyarrow.dataset import dataset

            form = place.form.name
            data = dataset(self.read(place.path, root=True, storage=place.storage, form=form))
        return data.scanner(columns=columns, **options)

    # --- Databases -----------------------------------------------------------------------

    def read_sql(
        self,
        sql: Any,
        database: str = "default",
        *,
        params: Any = None,
        chunks: int | None = None,
        **options: Any,
    ) -> Any:
        """Return the result of a query; see `BaseDataManager.read_sql`. There are no options."""
        from gluepy.files.data.sql import tables

        if options:
            raise DataError(f"ArrowDataManager.read_sql takes no option '{min(options)}'.")
        found = tables(database, sql, params, chunks)
        return found if chunks else pa.concat_tables(found, promote_options="permissive")

    def write_sql(
        self,
        df: Any,
        table: str,
        database: str = "default",
        *,
        if_exists: IfExists = "fail",
        **options: Any,
    ) -> None:
        """Write a table; see `BaseDataManager.write_sql`. The one option is ``schema``."""
        from gluepy.files.data.sql import pieces, write_tables

        frames = (self._accept(piece, table) for piece in pieces(df))
        write_tables(frames, table, database, if_exists, **options)


def _parsed_csv(file: Any, form: Format, options: Options) -> pa.Table:
    from pyarrow import csv

    with compressed(file, "rb", form.codec) as source:
        return csv.read_csv(source, **options)


def _csv_options(
    form: Format, columns: Columns, options: Options, *, breaks: bool = False
) -> Options:
    """Return options that also say which columns to read, and how tabs and lines are meant."""
    from pyarrow import csv

    delimiter = "\t" if form.name == "tsv" else ","
    parse = csv.ParseOptions(delimiter=delimiter, newlines_in_values=breaks)
    options = {"parse_options": parse, **options}
    if columns is not None:
        convert = options.setdefault("convert_options", csv.ConvertOptions())
        convert.include_columns = columns
    return options


def _selected(table: pa.Table, columns: Columns) -> pa.Table:
    if columns is None:
        return table
    check_columns(columns, table.column_names)
    return table.select(columns)


def _slices(batches: Any, size: int) -> Iterator[pa.Table]:
    for batch in batches:
        for start in range(0, batch.num_rows, size):
            part = batch.slice(start, size)
            yield part if isinstance(part, pa.Table) else pa.Table.from_batches([part])
