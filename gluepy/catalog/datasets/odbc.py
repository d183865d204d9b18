"""The type ``odbc`` of statisfactory: a query, a table, or both, of one database."""

from __future__ import annotations

from typing import Any

from gluepy.catalog.base import Preview
from gluepy.catalog.datasets.database import import_sqlalchemy
from gluepy.catalog.datasets.table import Rows
from gluepy.catalog.wording import artifact, sentence
from gluepy.exceptions import CatalogError


class Odbc(Rows):
    """What a query of a database returns, and the table that is written to.

    The database is given by ``connection_string``, by ``database`` as an alias or URL, or by
    ``protocole`` and what follows, where ``database`` is its name on the server.

    Fields:
        query: What is loaded; without one, the whole table.
        params: Values of its parameters, which are written ``:name``.
        table: What is saved to.
        db_schema: The schema the table is in.
        protocole: Dialect and driver, such as ``mssql+pyodbc``.
        username, password, host, port: How to get there.
        URL_query: Further parts of the URL.
    """

    type = "odbc"

    query: str | None = None
    params: dict[str, Any] = {}
    table: str | None = None
    db_schema: str | None = None
    protocole: str | None = None
    username: str | None = None
    password: str | None = None
    host: str | None = None
    port: int | None = None
    URL_query: dict[str, Any] = {}

    def url(self) -> str:
        """Return the alias or URL of the database."""
        if self.protocole is None:
            return super().url()
        sa = import_sqlalchemy()
        url = sa.URL.create(
            self.protocole,
            username=self.username or None,
            password=self.password or None,
            host=self.host or None,
            port=self.port,
            database=self.database,
            query={str(key): str(value) for key, value in self.URL_query.items()},
        )
        return str(url.render_as_string(hide_password=False))

    def named(self) -> tuple[str, str | None]:
        """Return the name of the table, and its schema."""
        if self.table is None:
            raise CatalogError(
                sentence(f"{artifact(self.name, self.where)} names no table"),
                hint="Add: table: …",
            )
        return self.table, self.db_schema

    def load(self) -> Any:
        """Return what the query returns, or the whole table."""
        return super().load() if self.query is None else self._read(self.query, self.params)

    def exists(self) -> bool:
        """Tell whether there is such a table; a query can always be asked."""
        return self.query is not None or super().exists()

    def preview(self, rows: int = 5) -> Preview:
        """Return the columns and the first rows."""
        if self.query is None:
            return super().preview(rows)
        return self._shown(self.query, self.params, rows)

    def location(self) -> str:
        """Return the database, and the table if there is one."""
        from gluepy.files.data.sql import shown

        return shown(self.url()) if self.table is None else super().location()
