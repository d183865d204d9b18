"""Tables of databases."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Literal

from gluepy.catalog.base import Preview
from gluepy.catalog.datasets.database import Database, import_sqlalchemy
from gluepy.catalog.datasets.engines import first_of, without_row_numbers
from gluepy.catalog.wording import artifact, sentence
from gluepy.exceptions import ArtifactNotFoundError
from gluepy.files.data import data_manager
from gluepy.files.data.problems import check_columns


class Rows(Database, register=False):
    """What is read from, and written to, one table.

    Subclasses say by ``named`` which.
    """

    if_exists: Literal["replace", "append", "fail"] = "replace"
    columns: list[str] | None = None

    def named(self) -> tuple[str, str | None]:
        """Return the name of the table, and its schema."""
        raise NotImplementedError

    def load(self) -> Any:
        """Return the rows as a dataframe, or with ``chunks`` an iterator over its pieces."""
        return self._read(self._select())

    def save(self, data: Any) -> None:
        """Write a dataframe, or an iterator over the pieces of one, in one transaction."""
        table, schema = self.named()
        try:
            first, rows = first_of(data)
            options = without_row_numbers(first, self.save_options)
            if schema is not None:
                options = {"schema": schema, **options}
            data_manager.write_sql(rows, table, self.url(), if_exists=self.if_exists, **options)
        finally:
            if isinstance(data, Generator):
                data.close()  # it may hold a connection

    def exists(self) -> bool:
        """Tell whether there is such a table."""
        return self._has_table(*self.named())

    def remove(self) -> None:
        """Drop the table, if there is one."""
        sa = import_sqlalchemy()
        table, schema = self.named()
        with self._connected() as connection:
            sa.Table(table, sa.MetaData(), schema=schema).drop(connection, checkfirst=True)

    def preview(self, rows: int = 5) -> Preview:
        """Return the columns, the first rows, and how many there are."""
        sa = import_sqlalchemy()
        select = self._select()
        with self._connected() as connection:
            count = connection.scalar(sa.select(sa.func.count()).select_from(self._table()))
            kinds = {
                column["name"]: str(column["type"])
                for column in sa.inspect(connection).get_columns(*self.named())
            }
        found = self._shown(select.limit(max(rows, 1)), {}, rows)
        found.columns = {name: kinds.get(name, "") for name in found.columns}
        found.rows = count
        return found

    def location(self) -> str:
        """Return database and table."""
        table, schema = self.named()
        return f"{super().location()}: {schema + '.' if schema else ''}{table}"

    def _table(self) -> Any:
        sa = import_sqlalchemy()
        table, schema = self.named()
        return sa.table(table, schema=schema)

    def _select(self) -> Any:
        """Return the query for the rows.

        Each column is named: drivers remember what ``*`` stood for in a table since replaced.

        Raises:
            ArtifactNotFoundError: There is no such table.
        """
        sa = import_sqlalchemy()
        table, schema = self.named()
        with self._connected() as connection:
            found = sa.inspect(connection)
            is_there = found.has_table(table, schema)
            there = [one["name"] for one in found.get_columns(table, schema)] if is_there else []
        if not is_there:
            about = artifact(self.name, self.where)
            raise ArtifactNotFoundError(
                sentence(f"nothing is stored of {about}: there is no table at {self.location()}")
            )
        check_columns(self.columns or (), there)
        return sa.select(*map(sa.column, self.columns or there)).select_from(self._table())


class Table(Rows):
    """A table.

    Fields:
        table: Its name.
        schema: The schema it is in.
        database: Alias in DATABASES, or a SQLAlchemy URL; ``connection_string`` is another way.
        if_exists: Whether saving replaces the table, appends to it, or fails.
        columns: The columns to load.
        chunks: Load an iterator over dataframes of that many rows.
    """

    type = ("sql_table", "table")

    table: str
    schema: str | None = None

    def named(self) -> tuple[str, str | None]:
        """Return the name of the table, and its schema."""
        return self.table, self.schema
