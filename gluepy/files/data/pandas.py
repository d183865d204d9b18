"""Data manager of pandas."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, ClassVar, TypeAlias, cast

from gluepy.exceptions import MissingDependencyError
from gluepy.files.data.base import BaseDataManager, IfExists
from gluepy.files.data.formats import FORMATS, Format, compressed
from gluepy.files.data.places import FILES, Folder
from gluepy.files.data.problems import check_columns, refused

try:
    import pandas as pd
except ImportError as error:
    raise MissingDependencyError("pandas", "pandas", "PandasDataManager") from error

Options: TypeAlias = dict[str, Any]
_LINES: Options = {"orient": "records", "lines": True}


class PandasDataManager(BaseDataManager):
    """Reads and writes `pandas.DataFrame`, as pandas itself does with the same options."""

    formats: ClassVar[tuple[str, ...]] = tuple(FORMATS)
    extra = "pandas"
    frame = "a pandas.DataFrame"

    def _accept(self, df: Any, where: str) -> pd.DataFrame:
        if isinstance(df, pd.DataFrame):
            return df
        if isinstance(df, pd.Series):
            return df.to_frame()
        from_arrow: Any = getattr(pd.DataFrame, "from_arrow", None)
        if from_arrow is not None and hasattr(df, "__arrow_c_stream__"):
            return cast(pd.DataFrame, from_arrow(df))
        raise refused(self, df, where)

    # --- Text ----------------------------------------------------------------------------

    def _read_csv(
        self, file: Any, form: Format, columns: list[str] | None, options: Options
    ) -> pd.DataFrame:
        with _decompressed(file, form, options) as source:
            frame: Any = pd.read_csv(source, **_csv_options(columns, options))
        return _ordered(frame, columns)

    def _write_csv(self, file: Any, form: Format, df: pd.DataFrame, options: Options) -> None:
        if options.get("engine") is not None:
            from gluepy.files.data.pandas_csv import write_fast

            with compressed(file, "wb", form.codec) as target:
                write_fast(df, target, options)
            return
        options.pop("engine", None)
        with _text(file, form, options) as target:
            df.to_csv(target, **options)

    def _read_tsv(
        self, file: Any, form: Format, columns: list[str] | None, options: Options
    ) -> pd.DataFrame:
        return self._read_csv(file, form, columns, {"sep": "\t", **options})

    def _write_tsv(self, file: Any, form: Format, df: pd.DataFrame, options: Options) -> None:
        self._write_csv(file, form, df, {"sep": "\t", **options})

    def _batches_csv(
        self, file: Any, form: Format, columns: list[str] | None, size: int, options: Options
    ) -> Iterator[pd.DataFrame]:
        with (
            _decompressed(file, form, options) as source,
            pd.read_csv(source, chunksize=size, **_csv_options(columns, options)) as reader,
        ):
            for frame in reader:
                yield _ordered(frame, columns)

    def _batches_tsv(
        self, file: Any, form: Format, columns: list[str] | None, size: int, options: Options
    ) -> Iterator[pd.DataFrame]:
        yield from self._batches_csv(file, form, columns, size, {"sep": "\t", **options})

    def _read_json(
        self, file: Any, form: Format, columns: list[str] | None, options: Options
    ) -> pd.DataFrame:
        with _decompressed(file, form, options) as source:
            frame = pd.read_json(source, **options)
        return frame if columns is None else _selected(frame, columns)

    def _write_json(self, file: Any, form: Format, df: pd.DataFrame, options: Options) -> None:
        with _text(file, form, options) as target:
            df.to_json(target, **options)

    def _read_jsonl(
        self, file: Any, form: Format, columns: list[str] | None, options: Options
    ) -> pd.DataFrame:
        return self._read_json(file, form, columns, {"lines": True, **options})

    def _write_jsonl(self, file: Any, form: Format, df: pd.DataFrame, options: Options) -> None:
        self._write_json(file, form, df, {**_LINES, **options})

    def _batches_jsonl(
        self, file: Any, form: Format, columns: list[str] | None, size: int, options: Options
    ) -> Iterator[pd.DataFrame]:
        with (
            _decompressed(file, form, options) as source,
            pd.read_json(source, lines=True, chunksize=size, **options) as reader,
        ):
            for frame in reader:
                yield frame if columns is None else _selected(frame, columns)

    # --- Parquet, Feather, Excel ---------------------------------------------------------

    def _read_parquet(
        self, file: Any, form: Format, columns: list[str] | None, options: Options
    ) -> pd.DataFrame:
        return pd.read_parquet(file, columns=columns, **options)

    def _write_parquet(self, file: Any, form: Format, df: pd.DataFrame, options: Options) -> None:
        df.to_parquet(file, **options)

    def _batches_parquet(
        self, file: Any, form: Format, columns: list[str] | None, size: int, options: Options
    ) -> Iterator[pd.DataFrame]:
        from gluepy.files.data.parquet import batches

        for batch in batches(file, columns, size, options):
            yield batch.to_pandas()

    def _read_folder(
        self, folder: Folder, columns: list[str] | None, options: Options
    ) -> pd.DataFrame:
        return pd.read_parquet(
            folder.path, columns=columns, filesystem=folder.filesystem, **options
        )

    def _write_folder(
        self, folder: str, df: pd.DataFrame, keys: list[str], options: Options
    ) -> None:
        check_columns(keys, list(df.columns))
        df.to_parquet(folder, partition_cols=keys, **{"basename_template": FILES, **options})

    def _read_feather(
        self, file: Any, form: Format, columns: list[str] | None, options: Options
    ) -> pd.DataFrame:
        return pd.read_feather(file, columns=columns, **options)

    def _write_feather(self, file: Any, form: Format, df: pd.DataFrame, options: Options) -> None:
        df.to_feather(file, **options)

    def _read_excel(
        self, file: Any, form: Format, columns: list[str] | None, options: Options
    ) -> pd.DataFrame:
        frame: Any = pd.read_excel(file, **_csv_options(columns, options))
        return _ordered(frame, columns)

    def _write_excel(self, file: Any, form: Format, df: pd.DataFrame, options: Options) -> None:
        # A workbook is a zip file, whose writer goes back in it; object stores cannot.
        from gluepy.files.data.workbooks import timeless

        buffer = io.BytesIO()
        df.to_excel(buffer, **{"engine": "openpyxl", **options})
        content = timeless(buffer)
        if isinstance(file, str):
            with open(file, "wb") as target:
                target.write(content)
        else:
            file.write(content)

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
        """Return the result of a query; see `BaseDataManager.read_sql`.

        With no DATABASES, but GCP_PROJECT_ID, the query goes to BigQuery.
        """
        from gluepy.files.data.sql import bigquery_project, reading

        project = bigquery_project(database)
        if project is not None:
            return _read_bigquery(sql, project, options)
        if chunks is None:
            with reading(database, sql, params) as (connection, query):
                return pd.read_sql(query, connection, params=params, **options)
        return self._sql_chunks(sql, database, params, chunks, options)

    def _sql_chunks(
        self, sql: Any, database: str, params: Any, chunks: int, options: Options
    ) -> Iterator[pd.DataFrame]:
        from gluepy.files.data.sql import reading

        with reading(database, sql, params, stream=chunks) as (connection, query):
            yield from pd.read_sql(query, connection, params=params, chunksize=chunks, **options)

    def write_sql(
        self,
        df: Any,
        table: str,
        database: str = "default",
        *,
        if_exists: IfExists = "fail",
        **options: Any,
    ) -> None:
        """Write a dataframe to a table; see `BaseDataManager.write_sql`."""
        from gluepy.files.data.sql import pieces, types_of, writing

        frames = (self._accept(piece, table) for piece in pieces(df))
        with writing(database, table) as connection:
            for frame in frames:
                unknown = _without_type(frame) if if_exists == "append" else []
                if unknown and "dtype" not in options:
                    types = types_of(connection, table, options.get("schema"), unknown)
                    frame.to_sql(table, connection, if_exists="append", dtype=types, **options)
                else:
                    frame.to_sql(table, connection, if_exists=if_exists, **options)
                if_exists = "append"


def _without_type(frame: pd.DataFrame) -> list[Any]:
    """Return the columns that hold nothing, which pandas takes for text in a database."""
    return [name for name in frame.columns[frame.isna().all()] if frame[name].dtype.kind == "O"]


def _csv_options(columns: list[str] | None, options: Options) -> Options:
    return options if columns is None else {"usecols": columns, **options}


def _ordered(frame: pd.DataFrame, columns: list[str] | None) -> pd.DataFrame:
    """Return the columns in the order asked for; one of them may have become the index."""
    if columns is None:
        return frame
    return frame[[name for name in columns if name in frame.columns]]


def _selected(frame: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    check_columns(columns, list(frame.columns))
    return frame[columns]


@contextmanager
def _decompressed(file: Any, form: Format, options: Options) -> Iterator[Any]:
    """Yield what pandas reads text from, and say in ``options`` that it is not compressed."""
    codec = None if "compression" in options else form.codec
    options.setdefault("compression", None)
    with compressed(file, "rb", codec) as source:
        yield source


@contextmanager
def _text(file: Any, form: Format, options: Options) -> Iterator[str | IO[str]]:
    """Yield what pandas writes text to, and say in ``options`` that it is not compressed."""
    if "compression" in options or (isinstance(file, str) and form.codec is None):
        options.setdefault("compression", None)
        yield file
        return
    options["compression"] = None
    encoding = options.get("encoding") or "utf-8"
    with compressed(file, "wb", form.codec) as target:
        text = io.TextIOWrapper(target, encoding=encoding, newline="", write_through=False)
        yield text
        text.detach()


def _read_bigquery(sql: Any, project: str, options: Options) -> pd.DataFrame:
    try:
        from google.cloud import bigquery
    except ImportError:
        raise MissingDependencyError(
            "google-cloud-bigquery", "bigquery", "read_sql on BigQuery"
        ) from None
    frame: pd.DataFrame = bigquery.Client(project=project).query(sql).to_dataframe(**options)
    return frame
