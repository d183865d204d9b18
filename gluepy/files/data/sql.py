"""Databases behind the data managers: SQLAlchemy engines, transactions, rows."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from gluepy.conf import default_settings
from gluepy.conf.handlers import reset_on
from gluepy.exceptions import DataError, GluepyError, MissingDependencyError, SettingsError
from gluepy.files.data.problems import first_line
from gluepy.utils.text import did_you_mean

try:
    import sqlalchemy as sa
except ImportError as error:
    raise MissingDependencyError("SQLAlchemy", "sql", "read_sql and write_sql") from error

if TYPE_CHECKING:
    import pyarrow as pa

ROWS_AT_ONCE = 10_000
# What to do if a database is not to be reached.
_REACH = "Check host, port, user and password in its URL."
_URL = "Write it like 'postgresql+psycopg://user@host/name' or 'sqlite:///file'."
_ALIAS = re.compile(r"[\w.-]+")
_WORD = re.compile(r"[^\w.+-]")
# Drivers that are installed under another name than they are imported by.
_DRIVERS = {
    "psycopg": "psycopg[binary]",
    "psycopg2": "psycopg2-binary",
    "MySQLdb": "mysqlclient",
}

# What SQLAlchemy takes for a parameter in the text of a query.
_PARAMETER = re.compile(r"(?<![:\w\\]):(\w+)(?!:)")
# Engines by process and URL: connections must not be shared with a forked process.
_engines: dict[tuple[int, str], sa.Engine] = {}


def _dispose() -> None:
    for (process, _), engine in list(_engines.items()):
        engine.dispose(close=process == os.getpid())
    _engines.clear()


reset_on(_dispose, "DATABASES")


def url_of(database: str) -> str:
    """Return the SQLAlchemy URL of an alias in DATABASES; a URL is returned as it is.

    Raises:
        SettingsError: There is no such alias; with close names.
    """
    if "://" in database:
        return database
    known: dict[str, str] = default_settings.DATABASES
    if database not in known and not _ALIAS.fullmatch(database):
        raise SettingsError(
            f"The database '{shown(database)}' is neither an alias of DATABASES nor a URL.",
            hint=_URL,
        )
    if database not in known:
        raise SettingsError(
            f"DATABASES has no database '{database}'.",
            hint=did_you_mean(database, known) or f"Add '{database}' to DATABASES in the settings.",
        )
    return known[database]


def bigquery_project(database: str) -> str | None:
    """Return the project to query in BigQuery if the settings name it but no database."""
    if database != "default" or default_settings.DATABASES:
        return None
    project: str | None = default_settings.GCP_PROJECT_ID
    return project


def engine_of(database: str) -> sa.Engine:
    """Return the engine of a database, one for each URL and process."""
    key = (os.getpid(), url_of(database))
    if key not in _engines:
        _engines[key] = _engine(database, key[1])
    return _engines[key]


def _engine(database: str, url: str) -> sa.Engine:
    try:
        engine = sa.create_engine(url)
    except (sa.exc.ArgumentError, ValueError):  # the latter for a port that is no number
        raise SettingsError(
            f"The database '{shown(database)}' has no URL that SQLAlchemy can read.",
            hint=_URL,
        ) from None
    except ImportError as error:
        driver = error.name or first_line(error)
        needed_by = f"The database '{shown(database)}'"
        raise MissingDependencyError(driver, "", needed_by, _DRIVERS.get(driver, "")) from error
    if engine.dialect.name == "sqlite":
        _let_sqlite_roll_back(engine)
    return engine


def _let_sqlite_roll_back(engine: sa.Engine) -> None:
    """Begin transactions ourselves: Python's driver leaves DROP TABLE out of its own."""

    @sa.event.listens_for(engine, "connect")
    def manual(connection: Any, _: Any) -> None:
        connection.isolation_level = None

    @sa.event.listens_for(engine, "begin")
    def begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN")


@contextmanager
def reading(
    database: str, sql: Any, params: Any = None, stream: int | None = None
) -> Iterator[tuple[sa.Connection, Any]]:
    """Yield a connection and the query as SQLAlchemy executes it.

    Args:
        database: Alias or URL.
        sql: Text, or anything SQLAlchemy executes.
        params: Parameters; without any, a colon in the text is just a colon.
        stream: Fetch that many rows at a time by a cursor of the server, None fetches all.
    """
    if isinstance(sql, str):
        sql = sa.text(sql if params else _PARAMETER.sub(r"\\:\1", sql))
    with _explaining(database, "read from"), engine_of(database).connect() as connection:
        if stream is not None:
            connection.execution_options(stream_results=True, max_row_buffer=stream)
        yield connection, sql


@contextmanager
def connecting(database: str) -> Iterator[sa.Connection]:
    """Yield a connection in a transaction, for what is neither reading nor writing rows."""
    with _explaining(database, "ask"), engine_of(database).begin() as connection:
        yield connection


@contextmanager
def writing(database: str, table: str) -> Iterator[sa.Connection]:
    """Yield a connection in a transaction, which an exception rolls back."""
    doing = f"write the table '{table}' to"
    with _explaining(database, doing), engine_of(database).begin() as connection:
        yield connection


@contextmanager
def _explaining(database: str, doing: str) -> Iterator[None]:
    try:
        yield
    except GluepyError:
        raise
    except (sa.exc.SQLAlchemyError, ValueError, ArithmeticError, OSError) as error:
        told = first_line(_driver(error))
        raise DataError(
            f"Cannot {doing} the database '{shown(database)}': {told}",
            hint=_REACH if "connect" in told.lower() or "password" in told.lower() else "",
        ) from error


def _driver(error: BaseException) -> BaseException:
    """Return the driver's own error: SQLAlchemy's text goes on with the whole statement."""
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, sa.exc.DBAPIError) and found.orig is not None:
            return found.orig
        found = found.__cause__
    return error


def shown(database: str) -> str:
    """Return the alias or URL without its password."""
    from gluepy.conf.secrets import mask

    if _ALIAS.fullmatch(database):
        return database
    try:
        # What stands in the query may be a secret too: a whole connection string, say.
        url = sa.make_url(database).set(query={})
        return mask(url.render_as_string(hide_password=True))
    except (sa.exc.ArgumentError, ValueError):
        return _cut(database)


def _cut(text: str) -> str:
    """Return what of a text that is no URL holds no password."""
    if "@" not in text and "=" not in text:
        return text
    return f"{_WORD.split(text)[0]}…"


# --- Rows, for the engines that have no reader or writer of their own -----------------------


def tables(database: str, sql: Any, params: Any, size: int | None) -> Iterator[pa.Table]:
    """Yield the result of a query as Arrow tables of ``size`` rows; at least one."""
    import pyarrow as pa

    with reading(database, sql, params, stream=size) as (connection, query):
        result = connection.execute(query, params or {})
        names = list(result.keys())
        empty = True
        for rows in result.partitions(size or ROWS_AT_ONCE):
            empty = False
            columns = [pa.array(values) for values in zip(*rows, strict=True)]
            yield pa.Table.from_arrays(columns, names=names)
        if empty:
            yield pa.Table.from_arrays([pa.nulls(0)] * len(names), names=names)


def pieces(df: Any) -> Iterator[Any]:
    """Yield a dataframe, or what an iterator over dataframes yields.

    Raises:
        DataError: The iterator yields nothing, so that no columns are known.
    """
    if not isinstance(df, Iterator):
        yield df
        return
    is_empty = True
    for piece in df:
        is_empty = False
        yield piece
    if is_empty:
        raise DataError(
            "There are no dataframes to write: the iterator is empty.",
            hint="Yield a dataframe without rows, so that the columns are known.",
        )


def types_of(
    connection: sa.Connection, table: str, schema: str | None, names: list[Any]
) -> dict[Any, Any]:
    """Return the types that columns have in a table; none if there is no such table."""
    found = sa.inspect(connection)
    if not found.has_table(table, schema=schema):
        return {}
    types = {column["name"]: column["type"] for column in found.get_columns(table, schema=schema)}
    return {name: types[name] for name in names if name in types}


def write_tables(
    data: Iterable[pa.Table],
    table: str,
    database: str,
    if_exists: str,
    schema: str | None = None,
) -> None:
    """Write Arrow tables to a table of a database, in one transaction."""
    if if_exists not in ("fail", "replace", "append"):
        raise DataError(f"if_exists is 'fail', 'replace' or 'append', not '{if_exists}'.")
    with writing(database, table) as connection:
        target: sa.Table | None = None
        for piece in data:
            if target is None:
                columns = [sa.Column(field.name, _sql_type(field)) for field in piece.schema]
                target = sa.Table(table, sa.MetaData(), *columns, schema=schema)
                _prepare(connection, target, database, if_exists)
            for batch in _microseconds(piece).to_batches(max_chunksize=ROWS_AT_ONCE):
                if batch.num_rows:
                    connection.execute(target.insert(), batch.to_pylist())


def _prepare(connection: sa.Connection, target: sa.Table, database: str, if_exists: str) -> None:
    """Make a table, in place of the one that is there if it is to be replaced."""
    exists = sa.inspect(connection).has_table(target.name, schema=target.schema)
    if exists and if_exists == "fail":
        raise DataError(
            f"The table '{target.name}' exists already in the database '{shown(database)}'.",
            hint="Pass if_exists='replace' or if_exists='append'.",
        )
    if exists and if_exists == "replace":
        target.drop(connection)
    target.create(connection, checkfirst=if_exists == "append")


def _microseconds(data: pa.Table) -> pa.Table:
    """Return the table without nanoseconds, which no database and no Python type holds."""
    import pyarrow as pa

    for index, field in enumerate(data.schema):
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns":
            kind = pa.timestamp("us", field.type.tz)
            column = data.column(index).cast(kind, safe=False)
            data = data.set_column(index, field.with_type(kind), column)
    return data


def _sql_type(field: Any) -> Any:
    """Return the SQLAlchemy type of an Arrow field."""
    from pyarrow import types

    kind = field.type
    if types.is_dictionary(kind):
        kind = kind.value_type
    for is_kind, make in (
        (types.is_boolean, lambda: sa.Boolean()),
        (types.is_integer, lambda: sa.BigInteger()),
        (types.is_floating, lambda: sa.Float(53)),
        (types.is_decimal, lambda: sa.Numeric(kind.precision, kind.scale)),
        (types.is_timestamp, lambda: sa.DateTime(timezone=kind.tz is not None)),
        (types.is_date, lambda: sa.Date()),
        (types.is_time, lambda: sa.Time()),
        (types.is_duration, lambda: sa.Interval()),
    ):
        if is_kind(kind):
            return make()
    if types.is_null(kind) or "string" in str(kind):
        return sa.Text()
    if "binary" in str(kind):
        return sa.LargeBinary()
    raise DataError(
        f"The column '{field.name}' of type {field.type} has no counterpart in a database.",
        hint="Convert it to text or numbers first.",
    )
