"""Databases: the same through every manager, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from gluepy.exceptions import DataError, MissingDependencyError, SettingsError
from gluepy.files.data.sql import engine_of
from gluepy.test import override_settings
from tests.files.data.engines import ENGINES, PANDAS, Engine
from tests.postgres import PASSWORD

DATA = {
    "number": [1, 2, 3],
    "price": [1.5, None, 2.5],
    "name": ["a", None, "größe, 'quote' \"数据\"\nline"],
}


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/data.db"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def database(url: str) -> Iterator[str]:
    with override_settings(DATABASES={"default": url, "warehouse": url}):
        yield "default"
        with engine_of("default").begin() as connection:
            metadata = sa.MetaData()
            metadata.reflect(connection)
            metadata.drop_all(connection)


@pytest.fixture(params=ENGINES, ids=str)
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param


def write(engine: Engine, data: dict[str, list[Any]], table: str = "sales", **options: Any) -> None:
    options |= {"index": False} if engine is PANDAS else {}
    engine.manager().write_sql(engine.frame(data), table, **options)


def read(engine: Engine, sql: str = "select * from sales", **options: Any) -> dict[str, list[Any]]:
    return engine.content(engine.manager().read_sql(sql, **options))


@pytest.mark.usefixtures("database")
def test_a_table_is_written_and_read(engine):
    write(engine, DATA)
    assert read(engine) == DATA
    assert read(engine, database="warehouse") == DATA


@pytest.mark.usefixtures("database")
def test_a_url_is_as_good_as_an_alias(engine, url):
    write(engine, DATA, database=url)
    assert read(engine, database=url) == DATA


@pytest.mark.usefixtures("database")
def test_parameters_are_named(engine):
    write(engine, DATA)
    found = read(engine, "select number from sales where number > :least", params={"least": 1})
    assert found == {"number": [2, 3]}


@pytest.mark.usefixtures("database")
def test_colons_and_percent_signs_are_text_without_parameters(engine):
    write(engine, {"note": ["at 12:30", "50% :off", "x"]})
    assert read(engine, "select note from sales where note like '50% :o%'") == {
        "note": ["50% :off"]
    }


@pytest.mark.usefixtures("database")
def test_a_result_without_rows_keeps_its_columns(engine):
    write(engine, DATA)
    assert read(engine, "select * from sales where number > 9") == {name: [] for name in DATA}


@pytest.mark.usefixtures("database")
def test_chunks_have_the_size_asked_for(engine):
    write(engine, {"number": list(range(10))})
    chunks = engine.manager().read_sql("select number from sales order by 1", chunks=4)
    found = [engine.content(chunk)["number"] for chunk in chunks]
    assert found == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


@pytest.mark.usefixtures("database")
def test_a_table_is_not_overwritten_unless_asked(engine):
    write(engine, DATA)
    with pytest.raises(DataError, match=r"'sales'.*exists"):
        write(engine, DATA)
    write(engine, {**DATA, "number": [4, 5, 6]}, if_exists="append")
    assert read(engine)["number"] == [1, 2, 3, 4, 5, 6]
    write(engine, {"other": [1]}, if_exists="replace")
    assert read(engine) == {"other": [1]}


@pytest.mark.parametrize("if_exists", ["replace", "append"])
@pytest.mark.usefixtures("database")
def test_a_write_that_fails_leaves_the_old_table(engine, if_exists):
    write(engine, DATA)

    def refuse(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        if statement.lstrip().upper().startswith("INSERT"):
            raise ValueError("the disk is on fire")

    sa.event.listen(engine_of("default"), "after_cursor_execute", refuse)
    with pytest.raises(DataError, match=r"'sales'.*on fire"):
        write(engine, DATA, if_exists=if_exists)
    sa.event.remove(engine_of("default"), "after_cursor_execute", refuse)
    assert read(engine) == DATA


@pytest.mark.usefixtures("database")
def test_what_is_no_frame_is_refused(engine):
    with pytest.raises(DataError, match=r"'sales'.*dict"):
        engine.manager().write_sql({"a": [1]}, "sales")


@pytest.mark.usefixtures("database")
def test_a_query_that_fails_names_the_database_and_the_reason(engine):
    with pytest.raises(DataError, match=r"'default'.*nosuch"):
        engine.manager().read_sql("select * from nosuch")
    with pytest.raises(DataError, match=r"'default'.*nosuch"):
        list(engine.manager().read_sql("select * from nosuch", chunks=2))


def test_types_survive_postgres(engine, postgres_url):
    data = {
        "day": [date(2026, 1, 1), None],
        "naive": [datetime(2026, 1, 1, 12, 30, 0, 123456), None],
        "aware": [datetime(2026, 1, 1, 12, 30, tzinfo=UTC), None],
        "flag": [True, False],
    }
    with override_settings(DATABASES={"default": postgres_url}):
        write(engine, data, if_exists="replace")
        found = read(engine)
        write(engine, {"x": [1]}, if_exists="replace")
    assert found["naive"] == data["naive"]
    assert found["aware"] == data["aware"]
    assert found["flag"] == data["flag"]
    assert str(found["day"][0])[:10] == "2026-01-01"


def test_an_unknown_alias_is_answered_with_close_names(engine):
    with (
        override_settings(DATABASES={"warehouse": "sqlite://"}),
        pytest.raises(SettingsError, match=r"'warehuose'.*Did you mean 'warehouse'"),
    ):
        engine.manager().read_sql("select 1", "warehuose")


@pytest.mark.parametrize("is_alias", [True, False])
@pytest.mark.parametrize(
    "url",
    [
        "nosuch://u:sekret-4711@h/d",
        "://sekret-4711@",
        "postgresql//u:sekret-4711@h/d",
        "postgresql://u:sekret-4711@h:no_port/d",
        "Server=h;UID=u;PWD=sekret-4711",
    ],
)
def test_a_url_that_means_nothing_is_a_settings_error_without_its_password(engine, url, is_alias):
    with (
        override_settings(DATABASES={"default": url if is_alias else "sqlite://"}),
        pytest.raises(SettingsError) as error,
    ):
        engine.manager().read_sql("select 1", *([] if is_alias else [url]))
    assert "sekret-4711" not in str(error.value)


def test_a_driver_that_is_not_installed_is_named_with_what_installs_it(engine, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg2", None)
    with pytest.raises(MissingDependencyError) as error:
        engine.manager().read_sql("select 1", "postgresql+psycopg2://u:sekret-4711@h/d")
    assert str(error.value) == (
        "The database 'postgresql+psycopg2://u:********@h/d' needs the package 'psycopg2', "
        "which is not installed. Run: pip install 'psycopg2-binary'"
    )


def test_a_password_is_never_shown(engine, postgres_url):
    wrong = postgres_url.replace(PASSWORD, "sekret-4711")
    with (
        override_settings(DATABASES={"default": wrong}),
        pytest.raises(DataError, match="authentication failed") as by_alias,
    ):
        engine.manager().read_sql("select 1")
    with pytest.raises(DataError, match=r"gluepy:\*+@") as by_url:
        engine.manager().read_sql("select 1", wrong)
    for error in (by_alias.value, by_url.value):
        assert "sekret-4711" not in "".join(traceback.format_exception(error, limit=0))


PEAK = """
import resource, sys
from tests.files.data.engines import ENGINES
engine = next(engine for engine in ENGINES if engine.name == sys.argv[1])
manager, url = engine.manager(), sys.argv[2]
manager.read_sql("select 1 as a, repeat('x', 100) as b", url)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
sql = "select i, repeat('x', 100) as b from generate_series(1, 500000) as s(i)"
rows = sum(len(chunk) for chunk in manager.read_sql(sql, url, chunks=1000))
print(rows, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_chunks_hold_one_chunk_in_memory(engine, postgres_url):
    command = [sys.executable, "-c", PEAK, engine.name, postgres_url]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    rows, kilobytes = map(int, done.stdout.split())
    assert rows == 500_000
    # All rows at once take 100 MB and more.
    assert kilobytes < 30_000


def test_an_in_memory_database_lives_on(engine):
    with override_settings(DATABASES={"default": "sqlite://"}):
        write(engine, DATA)
        assert read(engine) == DATA
