"""What every data manager does: find the file, name the format, explain what went wrong.

A manager for another engine is a subclass with ``formats`` and, for each of them, the
primitives ``_read_<format>`` and ``_write_<format>``. A subclass that only overrides
``read`` and ``write`` works as well.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Literal

from gluepy.exceptions import DataError, UnsupportedFormatError
from gluepy.files.data.formats import FORMATS, format_of
from gluepy.files.data.places import Folder, Place, source_of, target_of
from gluepy.files.data.problems import explaining
from gluepy.files.storages import BaseStorage, default_storage, storages

IfExists = Literal["fail", "replace", "append"]


class BaseDataManager:
    """Dataframes at paths over a storage.

    Args:
        storage: Storage to work on, or its alias in STORAGES; None is `default_storage`.

    Attributes:
        formats: Names of the formats the manager reads and writes.
        extra: The extra of gluepy that installs the engine.
        frame: Name of the engine's dataframe, for errors.
        supports_scan: Whether `scan` works.
        errors: Further exceptions the engine raises on files it cannot read.
    """

    formats: ClassVar[tuple[str, ...]] = ()
    extra: ClassVar[str] = ""
    frame: ClassVar[str] = "a dataframe"
    supports_scan: ClassVar[bool] = False
    errors: ClassVar[tuple[type[Exception], ...]] = ()

    def __init__(self, storage: BaseStorage | str | None = None) -> None:
        self.storage = storage

    # --- Files ---------------------------------------------------------------------------

    def read(
        self,
        path: str,
        root: bool = False,
        *,
        columns: Sequence[str] | None = None,
        storage: BaseStorage | str | None = None,
        form: str | None = None,
        **options: Any,
    ) -> Any:
        """Return the dataframe at ``path``.

        Args:
            path: Path of a file, or of a folder of Parquet files; the suffix names the format.
            root: Whether ``path`` starts at the root of the storage, not at the run folder.
            columns: The columns to read, in that order; None reads all.
            storage: Storage to read from, or its alias; None is the manager's.
            form: Name of the format, such as ``csv``; None goes by the suffix.
            options: Further arguments of the engine's reader.

        Raises:
            FileNotFoundError: Nothing is there.
            UnsupportedFormatError: The suffix names no format the manager can read.
            DataError: The engine cannot read the content.
        """
        place = self._locate(path, root, storage, form)
        with self._explaining("read", place), self._source(place) as source:
            if isinstance(source, Folder):
                return self._read_folder(source, _columns(columns), options)
            read = self._primitive("read", place)
            return read(source, place.form, _columns(columns), options)

    def write(
        self,
        path: str,
        df: Any,
        root: bool = False,
        *,
        partition_by: Sequence[str] | str | None = None,
        storage: BaseStorage | str | None = None,
        form: str | None = None,
        **options: Any,
    ) -> None:
        """Write a dataframe to ``path``; what was there is replaced as a whole, or not at all.

        Args:
            path: Path of the file; the suffix names the format.
            df: The dataframe.
            root: Whether ``path`` starts at the root of the storage, not at the run folder.
            partition_by: Columns whose values become folders; ``path`` is then a folder of
                Parquet files.
            storage: Storage to write to, or its alias; None is the manager's.
            form: Name of the format, such as ``csv``; None goes by the suffix.
            options: Further arguments of the engine's writer.

        Raises:
            UnsupportedFormatError: The suffix names no format the manager can write.
            DataError: ``df`` is no dataframe of the engine, or the engine cannot write it.
        """
        place = self._locate(path, root, storage, form)
        df = self._accept(df, place.asked)
        with self._explaining("write", place):
            if partition_by is not None or place.form.folder:
                keys = _partition_keys(place, partition_by)
                with place.storage.writing_folder(place.path) as folder:
                    self._write_folder(folder, df, keys, options)
                return
            write = self._primitive("write", place)
            with target_of(place) as target:
                write(target, place.form, df, options)

    def scan(
        self,
        path: str,
        root: bool = False,
        *,
        columns: Sequence[str] | None = None,
        storage: BaseStorage | str | None = None,
        form: str | None = None,
        **options: Any,
    ) -> Any:
        """Return the engine's lazy frame over ``path``; reads what is asked of it, when it is.

        Raises:
            DataError: The engine has none; see ``supports_scan``.
        """
        if not self.supports_scan:
            raise DataError(
                f"{type(self).__name__} cannot scan '{path}': its engine has no lazy frames.",
                hint="Use read_batches, or PolarsDataManager.",
            )
        place = self._locate(path, root, storage, form)
        with self._explaining("scan", place):
            return self._scan(place, _columns(columns), options)

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
    ) -> Iterator[Any]:
        """Yield dataframes of at most ``size`` rows; one at a time is held in memory."""
        place = self._locate(path, root, storage, form)
        read = self._primitive("batches", place)
        with self._explaining("read", place), self._source(place) as source:
            yield from read(source, place.form, _columns(columns), size, options)

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
        """Return the result of a query as a dataframe.

        Args:
            sql: A query; its parameters are written ``:name``.
            database: Alias in DATABASES, or a SQLAlchemy URL.
            params: Values of the parameters, by name.
            chunks: Return an iterator over dataframes of that many rows instead.
            options: Further arguments of the engine's reader.

        Raises:
            SettingsError: DATABASES has no such alias.
            DataError: The database cannot be reached or refuses the query.
        """
        raise DataError(f"{type(self).__name__} cannot read from databases.")

    def write_sql(
        self,
        df: Any,
        table: str,
        database: str = "default",
        *,
        if_exists: IfExists = "fail",
        **options: Any,
    ) -> None:
        """Write a dataframe to a table, in one transaction.

        Args:
            df: The dataframe, or an iterator over pieces of it, which may be a large one.
            table: Name of the table.
            database: Alias in DATABASES, or a SQLAlchemy URL.
            if_exists: ``fail``, ``replace`` or ``append``.
            options: Further arguments of the engine's writer.

        Raises:
            SettingsError: DATABASES has no such alias.
            DataError: The table exists already, or the database refuses the rows.
        """
        raise DataError(f"{type(self).__name__} cannot write to databases.")

    # --- What an engine fills in ---------------------------------------------------------

    def _accept(self, df: Any, where: str) -> Any:
        """Return ``df`` as the engine's dataframe.

        Raises:
            DataError: It is none and cannot be made one.
        """
        return df

    def _read_folder(
        self, folder: Folder, columns: list[str] | None, options: dict[str, Any]
    ) -> Any:
        """Return what a folder of Parquet files holds."""
        raise DataError(f"{type(self).__name__} cannot read folders of Parquet files.")

    def _write_folder(self, folder: str, df: Any, keys: list[str], options: dict[str, Any]) -> None:
        """Fill a local folder with Parquet files, in folders named by the values of ``keys``."""
        raise DataError(f"{type(self).__name__} cannot write folders of Parquet files.")

    def _scan(self, place: Place, columns: list[str] | None, options: dict[str, Any]) -> Any:
        """Return the engine's lazy frame."""
        raise DataError(f"{type(self).__name__} has no lazy frames.")

    def _source(self, place: Place) -> AbstractContextManager[Any]:
        """Return the context of what the engine reads from: a path, a file or a `Folder`."""
        return source_of(place)

    # --- Finding the way -----------------------------------------------------------------

    def _primitive(self, verb: str, place: Place) -> Any:
        """Return the method that reads or writes a format."""
        primitive = getattr(self, f"_{verb}_{place.form.name}", None)
        if primitive is not None and not (verb == "write" and place.form.suffix == ".xls"):
            return primitive
        can = [key for key in self.formats if hasattr(self, f"_{verb}_{key}")]
        suffixes = ", ".join(s for key in can for s in FORMATS[key] if s != ".xls")
        doing = "read in batches" if verb == "batches" else verb
        raise UnsupportedFormatError(
            f"{type(self).__name__} cannot {doing} '{place.asked}'.",
            hint=f"It can {doing}: {suffixes}.",
        )

    def _locate(
        self, path: str, root: bool, storage: BaseStorage | str | None, form: str | None = None
    ) -> Place:
        path = os.fspath(path)
        found = format_of(path, self.formats, type(self).__name__, form)
        store = self._store(storage)
        return Place(path, store.relpath(path) if root else store.runpath(path), store, found)

    def _store(self, storage: BaseStorage | str | None) -> BaseStorage:
        chosen = self.storage if storage is None else storage
        if chosen is None:
            return default_storage
        found: BaseStorage = storages[chosen] if isinstance(chosen, str) else chosen
        return found

    def _explaining(self, verb: str, place: Place) -> AbstractContextManager[None]:
        return explaining(self, verb, place, self.errors)


def _columns(columns: Sequence[str] | None) -> list[str] | None:
    return None if columns is None else list(columns)


def _partition_keys(place: Place, partition_by: Sequence[str] | str | None) -> list[str]:
    keys = [partition_by] if isinstance(partition_by, str) else list(partition_by or [])
    if place.form.name == "parquet" and keys:
        return keys
    why = "only Parquet can be partitioned" if keys else "partition_by names no column"
    raise DataError(
        f"Cannot write '{place.asked}' as a folder: {why}.",
        hint="Give a path that ends in '/' or '.parquet', and partition_by=['column'].",
    )
