"""Data manager of polars, eager and lazy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, ClassVar, TypeAlias, cast

from gluepy.exceptions import DataError, MissingDependencyError
from gluepy.files.data.base import BaseDataManager, IfExists
from gluepy.files.data.formats import Format, compressed
from gluepy.files.data.places import (
    FILES,
    File,
    Folder,
    Place,
    announce,
    folder_of,
    lasting_source_of,
    source_of,
)
from gluepy.files.data.polars_objects import KINDS, SPECIAL, Url, options_of, url_of
from gluepy.files.data.problems import check_columns, refused
from gluepy.files.storages.base import BaseStorage

try:
    import polars as pl
except ImportError as error:
    raise MissingDependencyError("polars", "polars", "PolarsDataManager") from error

Options: TypeAlias = dict[str, Any]
Columns: TypeAlias = list[str] | None

# Which of polars' readers can be told that a path is no pattern.
_PATTERNS = ("csv", "parquet")


class PolarsDataManager(BaseDataManager):
    """Reads and writes `polars.DataFrame`; `scan` returns a `polars.LazyFrame`."""

    formats: ClassVar[tuple[str, ...]] = ("csv", "tsv", "json", "jsonl", "parquet", "feather")
    extra = "polars"
    frame = "a polars.DataFrame"
    supports_scan = True
    errors = (pl.exceptions.PolarsError,)

    def _accept(self, df: Any, where: str) -> pl.DataFrame | pl.LazyFrame:
        if isinstance(df, pl.DataFrame | pl.LazyFrame):
            return df
        if isinstance(df, pl.Series):
            return df.to_frame()
        if hasattr(df, "__arrow_c_stream__"):
            return pl.DataFrame(df)
        raise refused(self, df, where)

    def _source(self, place: Place) -> AbstractContextManager[Any]:
        return _source_of(place)

    # --- Files ---------------------------------------------------------------------------

    def _read_csv(
        self, file: Any, form: Format, columns: Columns, options: Options
    ) -> pl.DataFrame:
        if isinstance(file, Url):
            return _collected(_scanned(form, file, options), columns)
        source = _content(file, form)
        frame = pl.read_csv(source, columns=columns, **_options(form, source, options))
        return frame if columns is None else frame.select(columns)

    def _write_csv(self, file: Any, form: Format, df: Any, options: Options) -> None:
        if form.name == "tsv":
            options = {"separator": "\t", **options}
        _save(df, "csv", file, form, options)

    _read_tsv, _write_tsv = _read_csv, _write_csv

    def _read_json(
        self, file: Any, form: Format, columns: Columns, options: Options
    ) -> pl.DataFrame:
        return _selected(pl.read_json(_content(file, form), **options), columns)

    def _write_json(self, file: Any, form: Format, df: Any, options: Options) -> None:
        _save(df.lazy().collect(), "json", file, form, options)

    def _read_jsonl(
        self, file: Any, form: Format, columns: Columns, options: Options
    ) -> pl.DataFrame:
        try:
            if isinstance(file, Url):
                return _collected(_scanned(form, file, options), columns)
            with _literal(_content(file, form)) as source:
                return _selected(pl.read_ndjson(source, **options), columns)
        except pl.exceptions.PolarsError as error:
            if "empty reader" not in str(error):
                raise
            return _selected(pl.DataFrame(schema=options.get("schema")), columns)

    def _write_jsonl(self, file: Any, form: Format, df: Any, options: Options) -> None:
        _save(df, "ndjson", file, form, options)

    def _read_parquet(
        self, file: Any, form: Format, columns: Columns, options: Options
    ) -> pl.DataFrame:
        if isinstance(file, Url):
            return self._read_object(file, form, columns, options)
        source = _content(file, form)
        return pl.read_parquet(source, columns=columns, **_options(form, source, options))

    def _read_object(
        self, file: Url, form: Format, columns: Columns, options: Options
    ) -> pl.DataFrame:
        """Read a Parquet object, or the folder of them that bears its name."""
        try:
            return _collected(_scanned(form, file, options), columns)
        except (pl.exceptions.PolarsError, OSError):
            if not file.place.storage.isdir(file.place.path):
                raise
        with folder_of(file.place) as folder:
            return self._read_folder(folder, columns, options)

    def _write_parquet(self, file: Any, form: Format, df: Any, options: Options) -> None:
        _save(df, "parquet", file, form, options)

    def _read_feather(
        self, file: Any, form: Format, columns: Columns, options: Options
    ) -> pl.DataFrame:
        if isinstance(file, Url):
            return _collected(_scanned(form, file, options), columns)
        with _literal(_content(file, form)) as source:
            return pl.read_ipc(source, columns=columns, **options)

    def _write_feather(self, file: Any, form: Format, df: Any, options: Options) -> None:
        _save(df, "ipc", file, form, options)

    def _read_folder(self, folder: Folder, columns: Columns, options: Options) -> pl.DataFrame:
        return _collected(_lazy_folder(folder, options), columns)

    def _write_folder(self, folder: str, df: Any, keys: list[str], options: Options) -> None:
        frame = df.lazy().collect()
        check_columns(keys, frame.columns)
        # By Arrow, because polars alone leaves the keys in the files, which others refuse.
        by_arrow = {"partition_cols": keys, "basename_template": FILES}
        by_arrow |= options.pop("pyarrow_options", {})
        frame.write_parquet(folder, use_pyarrow=True, pyarrow_options=by_arrow, **options)

    # --- Lazy frames ---------------------------------------------------------------------

    def _scan(self, place: Place, columns: Columns, options: Options) -> pl.LazyFrame:
        frame = self._lazy(place, options)
        return frame if columns is None else frame.select(columns)

    def _lazy(self, place: Place, options: Options) -> pl.LazyFrame:
        is_literal = place.form.name in _PATTERNS or not SPECIAL & set(place.path)
        if place.form.name in KINDS and place.form.codec is None and is_literal:
            found = lasting_source_of(place)
            if found is not None:
                return _lazy_file(found, place, options)
        form = place.form.name
        frame = self.read(place.path, root=True, storage=place.storage, form=form, **options)
        return cast(pl.LazyFrame, frame.lazy())

    def read_batches(
        self,
        path: str,
        root: bool = False,
        *,
        size: int = 100_000,
        columns: Sequence[str] | None = None,
        storage: BaseStorage | str | None = None,
        form: str | None = None,
        **options: Any,
    ) -> Iterator[pl.DataFrame]:
        """Yield dataframes of at most ``size`` rows; see `BaseDataManager.read_batches`."""
        place = self._locate(path, root, storage, form)
        with self._explaining("read", place):
            frame = self._scan(place, None if columns is None else list(columns), options)
            for batch in _batches(frame, size):
                yield from batch.iter_slices(size)

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
        """Return the result of a query; see `BaseDataManager.read_sql`."""
        from gluepy.files.data.sql import reading

        if params:
            options = {"execute_options": {"parameters": params}, **options}
        if chunks is not None:
            return self._sql_chunks(sql, database, params, chunks, options)
        with reading(database, sql, params) as (connection, query):
            return pl.read_database(query, connection, **options)

    def _sql_chunks(
        self, sql: Any, database: str, params: Any, chunks: int, options: Options
    ) -> Iterator[pl.DataFrame]:
        from gluepy.files.data.sql import reading

        with reading(database, sql, params, stream=chunks) as (connection, query):
            yield from pl.read_database(
                query, connection, iter_batches=True, batch_size=chunks, **options
            )

    def write_sql(
        self,
        df: Any,
        table: str,
        database: str = "default",
        *,
        if_exists: IfExists = "fail",
        **options: Any,
    ) -> None:
        """Write a dataframe; see `BaseDataManager.write_sql`. The one option is ``schema``."""
        from gluepy.files.data.sql import pieces, write_tables

        frames = (self._accept(piece, table).lazy().collect() for piece in pieces(df))
        write_tables((f.to_arrow() for f in frames), table, database, if_exists, **options)


def _content(file: Any, form: Format) -> str | bytes:
    """Return a path, or else the content: polars takes it into memory, and panics on errors."""
    if isinstance(file, str) and form.codec is None:
        return file
    with compressed(file, "rb", form.codec) as source:
        content: bytes = source.read()
        return content


@contextmanager
def _literal(source: str | bytes) -> Iterator[Any]:
    """Yield a path that polars might take for a pattern as an open file."""
    if isinstance(source, str) and SPECIAL & set(source):
        with open(source, "rb") as opened:
            yield opened
    else:
        yield source


@contextmanager
def _source_of(place: Place) -> Iterator[Any]:
    """Yield what polars reads from: a URL if it has a client for it, else what others get."""
    url = url_of(place)
    if url is None:
        with source_of(place) as source:
            yield source
    else:
        announce(place)
        yield url


def _options(form: Format, source: Any, options: Options) -> Options:
    """Return options that also say that a path is no pattern, and how tabs are meant."""
    defaults: Options = {"separator": "\t"} if form.name == "tsv" else {}
    if isinstance(source, str | Url) and KINDS[form.name] in _PATTERNS:
        defaults["glob"] = False
    return {**defaults, **options}


def _scanned(form: Format, source: str | Url, options: Options) -> pl.LazyFrame:
    options = _options(form, source, options)
    if isinstance(source, Url):
        options = {"storage_options": source.options, **options}
        source = source.url
    scan = getattr(pl, f"scan_{KINDS[form.name]}")
    return cast(pl.LazyFrame, scan(source, **options))


def _lazy_file(source: File | Folder, place: Place, options: Options) -> pl.LazyFrame:
    if isinstance(source, Folder):
        return _lazy_folder(source, options)
    url = url_of(place)
    if url is not None or source.filesystem is None:
        return _scanned(place.form, url or source.path, options)
    return _lazy_dataset(source, place.form, options)


def _lazy_folder(folder: Folder, options: Options) -> pl.LazyFrame:
    """Return a folder of Parquet files, columns of the folders' names included."""
    hive: Options = {"hive_partitioning": True, **options}
    if folder.filesystem is None:
        return pl.scan_parquet(_pattern(folder.path), **hive)
    connection = options_of(folder.connection, folder.path)
    if connection is None:
        return _lazy_dataset(folder, Format("parquet", "/", folder=True), options)
    return pl.scan_parquet(f"s3://{folder.path}/", storage_options=connection, **hive)


def _lazy_dataset(source: File | Folder, form: Format, options: Options) -> pl.LazyFrame:
    from gluepy.files.data.datasets import open_dataset

    return pl.scan_pyarrow_dataset(open_dataset(source, form), **options)


def _batches(frame: pl.LazyFrame, size: int) -> Iterator[pl.DataFrame]:
    if hasattr(frame, "collect_batches"):
        yield from frame.collect_batches(chunk_size=size)
        return
    start = 0
    while (part := frame.slice(start, size).collect()).height:
        yield part
        start += size


def _collected(frame: pl.LazyFrame, columns: Columns) -> pl.DataFrame:
    return (frame if columns is None else frame.select(columns)).collect()


def _selected(frame: pl.DataFrame, columns: Columns) -> pl.DataFrame:
    return frame if columns is None else frame.select(columns)


def _pattern(folder: str) -> str:
    """Return a folder as polars takes it, its own name taken literally."""
    if SPECIAL & set(folder):
        raise DataError(
            "polars takes the folder's name for a pattern.",
            hint="Use a name without any of *?[]{}#%.",
        )
    return f"{folder}/"


def _save(
    df: pl.DataFrame | pl.LazyFrame, kind: str, file: Any, form: Format, options: Options
) -> None:
    """Write a frame; a lazy one is streamed to the file as it is computed."""
    with compressed(file, "wb", form.codec) as target:
        if isinstance(df, pl.LazyFrame) and not isinstance(target, str):
            df = df.collect()
        verb = "sink" if isinstance(df, pl.LazyFrame) else "write"
        getattr(df, f"{verb}_{kind}")(target, **options)
