"""Databases: where tables and queries are, and what both load."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote_plus

from gluepy.catalog.base import Dataset, Preview
from gluepy.catalog.datasets.engines import shown
from gluepy.catalog.secrecy import mask_text
from gluepy.catalog.wording import artifact, sentence
from gluepy.exceptions import CatalogError, DataError, MissingDependencyError
from gluepy.files.data import data_manager


class Database(Dataset, register=False):
    """Rows of a database.

    Fields:
        database: Alias in DATABASES, or a SQLAlchemy URL.
        connection_string: A SQLAlchemy URL, or one of ODBC (``Driver=…;Server=…``).
        chunks: Load an iterator over dataframes of that many rows, which holds one at a time.
    """

    database: str | None = None
    connection_string: str | None = None
    chunks: int | None = None

    def url(self) -> str:
        """Return the alias or URL of the database.

        Raises:
            CatalogError: Two are given.
            MissingDependencyError: pyodbc is not installed, and it is a connection of ODBC.
        """
        if self.connection_string is None:
            return self.database or "default"
        if self.database is not None:
            raise CatalogError(
                sentence(
                    f"{artifact(self.name, self.where)} has a `database` and a `connection_string`"
                ),
                hint="Keep one of them.",
            )
        if "://" in self.connection_string:
            return self.connection_string
        return _of_odbc(self.connection_string)

    def location(self) -> str:
        """Return the database, without its password."""
        from gluepy.files.data import sql

        return mask_text(sql.shown(self.url()))

    # --- Shared by tables and queries --------------------------------------------------------

    def _read(self, query: Any, params: dict[str, Any] | None = None) -> Any:
        return data_manager.read_sql(
            query, self.url(), params=params or None, chunks=self.chunks, **self.load_options
        )

    def _shown(self, query: Any, params: dict[str, Any], rows: int) -> Preview:
        """Return the preview of a query of which only the first rows are fetched."""
        from gluepy.files.data.sql import reading

        size = max(rows, 1)
        with reading(self.url(), query, params or None, stream=size) as (connection, prepared):
            result = connection.execute(prepared, params or {})
            names, found = list(result.keys()), result.fetchmany(size)
            result.close()
        columns = {name: _kind(row[index] for row in found) for index, name in enumerate(names)}
        head = [dict(zip(names, map(shown, row), strict=True)) for row in found[:rows]]
        return Preview(columns, None, head)

    def _has_table(self, table: str, schema: str | None) -> bool:
        import_sqlalchemy()
        from sqlalchemy import inspect

        with self._connected() as connection:
            return bool(inspect(connection).has_table(table, schema=schema))

    @contextmanager
    def _connected(self) -> Iterator[Any]:
        """Yield a connection of SQLAlchemy, in a transaction."""
        from gluepy.files.data.sql import connecting

        with connecting(self.url()) as connection:
            yield connection


def import_sqlalchemy() -> Any:
    """Return SQLAlchemy.

    Raises:
        MissingDependencyError: It is not installed.
    """
    try:
        import sqlalchemy
    except ImportError:
        raise MissingDependencyError("SQLAlchemy", "sql", "A database") from None
    return sqlalchemy


def _of_odbc(text: str) -> str:
    if "=" not in text:
        raise DataError(
            "The connection string is neither a URL nor one of ODBC.",
            hint="Write 'postgresql+psycopg://…', or 'Driver={…};Server=…;Database=…'.",
        )
    if find_spec("pyodbc") is None:
        raise MissingDependencyError("pyodbc", "odbc", "A connection string of ODBC")
    return f"mssql+pyodbc:///?odbc_connect={quote_plus(text)}"


def _kind(values: Iterable[Any]) -> str:
    """Return the type of the first value that is not missing."""
    return next((type(value).__name__ for value in values if value is not None), "")
