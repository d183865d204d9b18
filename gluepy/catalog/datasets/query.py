"""Queries of databases."""

from __future__ import annotations

import os
from typing import Any

from gluepy.catalog.base import Preview
from gluepy.catalog.datasets.database import Database
from gluepy.catalog.wording import artifact, sentence
from gluepy.conf import default_settings
from gluepy.exceptions import CatalogError, DataError


class Query(Database):
    """The result of a query.

    A placeholder in ``query`` becomes part of its text. Values that are not the project's own go
    into ``params``, where they are never taken for SQL.

    Fields:
        query: The query; its parameters are written ``:name``.
        query_file: A file that holds it, by its path from the project's folder.
        params: Values of its parameters.
        database: Alias in DATABASES, or a SQLAlchemy URL; ``connection_string`` is another way.
        chunks: Load an iterator over dataframes of that many rows.
    """

    type = ("sql_query", "query")
    paths = ("query_file",)

    query: str | None = None
    query_file: str | None = None
    params: dict[str, Any] = {}

    def load(self) -> Any:
        """Return the result as a dataframe, or with ``chunks`` an iterator over its pieces."""
        return self._read(self.text(), self.params)

    def save(self, data: Any) -> None:
        """Refuse: a query is only read."""
        raise DataError(
            "A query can only be loaded.", hint="To save rows, use an artifact of type: sql_table."
        )

    def exists(self) -> bool:
        """Return True: a query can always be asked, though it may fail."""
        return True

    def preview(self, rows: int = 5) -> Preview:
        """Return the columns and the first rows; how many there are nobody has counted."""
        return self._shown(self.text(), self.params, rows)

    def text(self) -> str:
        """Return the query.

        Raises:
            CatalogError: There is none, or there are two.
        """
        if (self.query is None) == (self.query_file is None):
            has = "neither a `query` nor" if self.query is None else "both a `query` and"
            raise CatalogError(
                sentence(f"{artifact(self.name, self.where)} has {has} a `query_file`"),
                hint="Give one of them.",
            )
        if self.query is not None:
            return self.query
        path = os.path.join(default_settings.BASE_DIR, str(self.query_file))
        with open(path, encoding="utf-8") as file:
            return file.read().rstrip().rstrip(";")
