"""Tables and queries: the contract and more, on SQLite and PostgreSQL, with each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gluepy.catalog import access
from gluepy.catalog.datasets import find
from gluepy.exceptions import (
    ArtifactNotFoundError,
    CatalogError,
    DatasetError,
    MissingDependencyError,
)
from gluepy.files.data.sql import engine_of
from gluepy.test import override_settings
from gluepy.test.contracts.dataset import WHERE, DatasetContract
from tests.catalog.datasets.conftest import backend
from tests.files.data.engines import PANDAS, Engine
from tests.postgres import PASSWORD

DATA = {"number": [1, 2, 3], "price": [1.5, None, -2.0], "text": ["a", "größe 'x'", "数据"]}


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    is_file = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/a.db" if is_file else request.getfixturevalue("postgres_url")
    yield url
    with engine_of(url).begin() as connection:
        if not is_file:
            connection.execute(sa.text("set lock_timeout = '10s'"))
        metadata = sa.MetaData()
        metadata.reflect(connection)
        metadata.drop_all(connection)
        if not is_file:
            connection.execute(sa.text("drop schema if exists sales cascade"))
    engine_of(url).dispose()


@pytest.fixture
def database(url: str, engine: Engine) -> Iterator[str]:
    """Settings with a database, and the engine."""
    with override_settings(DATABASES={"warehouse": url}, **backend(engine)):
        yield url


class TestTable(DatasetContract):
    type = "sql_table"
    fields = {"table": "größe 数据", "database": "warehouse"}
    engine: Engine

    @pytest.fixture
    def settings(self, url: str, engine: Engine, tmp_path: Path) -> dict[str, Any]:
        type(self).engine = engine
        return {"DATABASES": {"warehouse": url}, **backend(engine)}

    def data(self):
        return self.engine.frame(DATA)

    def other(self):
        return self.engine.frame({"x": [1]})

    def content(self, data):
        return self.engine.content(data)


def table(**fields: Any) -> Any:
    return find("table")("orders", {"table": "orders", "database": "warehouse", **fields}, WHERE)


def query(text: str, **fields: Any) -> Any:
    return find("query")("found", {"query": text, "database": "warehouse", **fields}, WHERE)


def saved(engine: Engine, data: dict[str, list[Any]] = DATA, **fields: Any) -> None:
    access.save(table(**fields), engine.frame(data))


@pytest.mark.usefixtures("database")
def test_columns_and_chunks_are_fields(engine):
    saved(engine)
    assert engine.content(access.load(table(columns=["text"]))) == {"text": DATA["text"]}
    pieces = list(access.load(table(columns=["number"], chunks="2")))
    assert [engine.content(piece)["number"] for piece in pieces] == [[1, 2], [3]]


@pytest.mark.usefixtures("database")
def test_a_table_is_written_piece_by_piece(engine):
    pieces = (engine.frame({"number": [n, n + 10]}) for n in range(3))
    access.save(table(), pieces)
    assert sorted(engine.content(access.load(table()))["number"]) == [0, 1, 2, 10, 11, 12]


@pytest.mark.usefixtures("database")
def test_one_table_is_copied_to_another_by_pieces(engine):
    saved(engine)
    if "sqlite" not in str(engine_of("warehouse").url):
        access.save(table(table="copy"), access.load(table(chunks=1)))
        assert engine.content(access.load(table(table="copy"))) == DATA


@pytest.mark.usefixtures("database")
def test_if_exists_decides_what_saving_does(engine):
    saved(engine, {"number": [1]})
    saved(engine, {"number": [2]}, if_exists="append")
    assert engine.content(access.load(table()))["number"] == [1, 2]
    with pytest.raises(DatasetError, match="exist"):
        saved(engine, {"number": [3]}, if_exists="fail")
    saved(engine, {"number": [4]})
    assert engine.content(access.load(table()))["number"] == [4]


@pytest.mark.usefixtures("database")
def test_a_source_that_breaks_off_leaves_the_old_table(engine):
    saved(engine)

    def pieces() -> Iterator[Any]:
        yield engine.frame({"number": [9]})
        raise ValueError("the source ran dry")

    with pytest.raises(DatasetError, match="ran dry"):
        access.save(table(), pieces())
    assert engine.content(access.load(table())) == DATA


@pytest.mark.usefixtures("database")
def test_a_preview_counts_all_rows_and_fetches_few(engine):
    saved(engine, {"number": list(range(1000))})
    fetched: list[str] = []
    listen = sa.event.listens_for(engine_of("warehouse"), "before_cursor_execute")
    listen(lambda *args: fetched.append(args[2]))
    found = access.preview(table(), rows=2)
    assert (found.rows, found.is_estimated) == (1000, False)
    assert found.head == [{"number": "0"}, {"number": "1"}]
    assert list(found.columns) == ["number"]
    assert "LIMIT" in fetched[-1]


def test_a_schema_holds_a_table_of_its_own(engine, postgres_url):
    with override_settings(DATABASES={"warehouse": postgres_url}, **backend(engine)):
        with engine_of("warehouse").begin() as connection:
            connection.execute(sa.text("drop schema if exists sales cascade"))
            connection.execute(sa.text("create schema sales"))
        saved(engine, {"number": [1]}, schema="sales")
        assert not access.exists(table())
        assert engine.content(access.load(table(schema="sales"))) == {"number": [1]}
        assert table(schema="sales").location() == "warehouse: sales.orders"
        table(schema="sales").remove()
        assert not access.exists(table(schema="sales"))


# --- Queries ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("database")
def test_a_query_has_parameters_that_are_never_sql(engine):
    saved(engine)
    text = "select number from orders where text = :text"
    found = access.load(query(text, params={"text": "größe 'x'"}))
    assert engine.content(found) == {"number": [2]}
    nothing = access.load(query(text, params={"text": "' or 1=1 --"}))
    assert engine.content(nothing) == {"number": []}


@pytest.mark.usefixtures("database")
def test_a_query_comes_in_pieces(engine):
    saved(engine, {"number": list(range(5))})
    pieces = list(access.load(query("select number from orders order by 1", chunks=2)))
    assert [engine.content(piece)["number"] for piece in pieces] == [[0, 1], [2, 3], [4]]
    found = access.preview(query("select number from orders order by 1"), rows=2)
    assert (found.head, found.rows) == ([{"number": "0"}, {"number": "1"}], None)


@pytest.mark.usefixtures("database")
def test_a_query_may_stand_in_a_file_of_the_project(engine, project):
    saved(engine)
    (project / "sql").mkdir()
    (project / "sql" / "top.sql").write_text("select max(number) as top from orders;\n")
    found = find("sql_query")("top", {"query_file": "sql/top.sql", "database": "warehouse"})
    assert engine.content(access.load(found)) == {"top": [3]}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "neither a `query` nor a `query_file`"),
        ({"query": "select 1", "query_file": "a.sql"}, "both a `query` and a `query_file`"),
    ],
)
def test_a_query_has_one_text(fields, said):
    with pytest.raises(CatalogError, match=rf"The artifact.*line 7.*{said}"):
        access.load(find("query")("found", fields, WHERE))


def test_a_query_is_not_saved():
    with pytest.raises(DatasetError, match=r"'found'.*only be loaded.*sql_table"):
        access.save(query("select 1"), PANDAS.frame(DATA))


@pytest.mark.usefixtures("database")
def test_a_query_that_fails_names_the_artifact(engine):
    with pytest.raises(DatasetError, match=r"'found'.*line 7.*nosuch"):
        access.load(query("select * from nosuch"))


# --- ODBC -------------------------------------------------------------------------------------


def odbc(**fields: Any) -> Any:
    return find("odbc")("bank", fields, WHERE)


@pytest.mark.usefixtures("database")
def test_odbc_saves_to_a_table_and_loads_a_query(engine, url):
    access.save(odbc(connection_string=url, table="orders"), engine.frame(DATA))
    whole = odbc(connection_string=url, table="orders")
    assert engine.content(access.load(whole)) == DATA
    some = odbc(connection_string=url, table="orders", query="select number from orders")
    assert engine.content(access.load(some)) == {"number": DATA["number"]}


@pytest.mark.parametrize("port", [None, 1433, "1433"])
def test_odbc_makes_a_url_of_its_parts(port):
    found = odbc(
        protocole="mssql+pyodbc",
        username="jane",
        password="a:b@c/ü",
        host="db.example.org",
        port=port,
        database="bank",
        URL_query={"driver": "ODBC Driver 18 for SQL Server", "timeout": 5},
    )
    url = sa.make_url(found.url())
    assert (url.username, url.password, url.host) == ("jane", "a:b@c/ü", "db.example.org")
    assert (url.port, url.database) == (None if port is None else 1433, "bank")
    assert dict(url.query) == {"driver": "ODBC Driver 18 for SQL Server", "timeout": "5"}
    assert "a:b" not in found.location()


def test_the_parts_of_a_url_lead_to_a_real_database(engine, postgres_url):
    url = sa.make_url(postgres_url)
    parts = {
        "protocole": url.drivername,
        "username": url.username,
        "password": url.password,
        "host": url.host,
        "port": url.port,
        "database": url.database,
    }
    with override_settings(**backend(engine)):
        access.save(odbc(**parts, table="parts"), engine.frame(DATA))
        found = access.load(odbc(**parts, query="select text from parts where number = 3"))
        odbc(**parts, table="parts").remove()
    assert engine.content(found) == {"text": ["数据"]}


def test_a_connection_string_of_odbc_becomes_a_url(monkeypatch):
    text = "Driver={ODBC Driver 18};Server=db,1433;UID=jane;PWD={a;b+c};"
    monkeypatch.setattr("gluepy.catalog.datasets.database.find_spec", lambda name: object())
    found = odbc(connection_string=text, query="select 1")
    url = sa.make_url(found.url())
    assert url.drivername == "mssql+pyodbc"
    assert url.query["odbc_connect"] == text
    assert "a;b" not in found.location()
    assert "PWD" not in found.location()


def test_a_connection_string_of_odbc_needs_pyodbc(monkeypatch):
    monkeypatch.setattr("gluepy.catalog.datasets.database.find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"pyodbc.*gluepy\[odbc\]"):
        access.load(odbc(connection_string="Driver={x};Server=y", query="select 1"))


def test_a_text_that_is_no_connection_is_told_without_it():
    with pytest.raises(DatasetError, match="neither a URL nor") as caught:
        access.load(odbc(connection_string="hunter2", query="select 1"))
    assert "hunter2" not in str(caught.value)


def test_odbc_without_a_table_cannot_save():
    with pytest.raises(CatalogError, match=r"line 7.*names no table"):
        access.save(odbc(database="sqlite://"), PANDAS.frame(DATA))


# --- What goes wrong --------------------------------------------------------------------------


def test_a_database_and_a_connection_string_are_one_too_many():
    with pytest.raises(CatalogError, match=r"line 7.*`database` and a `connection_string`"):
        access.load(table(connection_string="sqlite://"))


def test_an_unknown_alias_has_close_names():
    databases = override_settings(DATABASES={"warehouse": "sqlite://"})
    with databases, pytest.raises(DatasetError, match="Did you mean 'warehouse'"):
        access.load(table(database="warehous"))


def test_no_error_shows_the_password(engine, postgres_url):
    wrong = postgres_url.replace("/postgres", "/nosuch")
    with override_settings(**backend(engine)), pytest.raises(DatasetError) as caught:
        access.load(table(database=wrong))
    error: BaseException | None = caught.value
    while error is not None:
        assert PASSWORD not in str(error)
        error = error.__cause__
    assert PASSWORD not in table(database=wrong).location()


def test_a_missing_table_says_where_it_was_looked_for():
    databases = override_settings(DATABASES={"warehouse": "sqlite://"})
    with databases, pytest.raises(ArtifactNotFoundError, match="no table at warehouse: orders"):
        access.load(table())
