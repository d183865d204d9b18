"""A format that is named, and dataframes that come in pieces."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from gluepy.exceptions import DataError, UnsupportedFormatError
from gluepy.files.data.workbooks import timeless
from gluepy.files.storages.local import LocalStorage
from tests.files.data.engines import ENGINES, PANDAS, Engine

DATA = {"number": [1, 2, 3], "name": ["a", "b\tc", "größe, 数据"]}
FORMS = ["csv", "tsv", "json", "jsonl", "parquet", "feather"]


@pytest.fixture(params=ENGINES, ids=str)
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(str(tmp_path))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("path", ["data", "data.txt", "data.anything"])
def test_a_format_that_is_named_counts_more_than_the_suffix(engine, storage, form, path):
    manager = engine.manager(storage)
    options = engine.options(f".{form}")
    manager.write(path, engine.frame(DATA), root=True, form=form, **options)
    assert engine.content(manager.read(path, root=True, form=form)) == DATA
    manager.write(f"other.{form}", engine.frame(DATA), root=True, **options)
    assert storage.open(path) == storage.open(f"other.{form}")


def test_the_suffix_still_names_the_compression(engine, storage):
    manager = engine.manager(storage)
    options = engine.options(".csv")
    manager.write("data.dat.gz", engine.frame(DATA), root=True, form="csv", **options)
    assert storage.open("data.dat.gz").startswith(b"\x1f\x8b")
    assert engine.content(manager.read("data.dat.gz", root=True, form="csv")) == DATA


def test_batches_have_the_format_that_is_named(engine, storage):
    manager = engine.manager(storage)
    manager.write("data", engine.frame(DATA), root=True, form="parquet")
    parts = manager.read_batches("data", root=True, size=2, form="parquet")
    assert [engine.content(part)["number"] for part in parts] == [[1, 2], [3]]


def test_a_format_that_nobody_knows_is_told_with_close_names(engine, storage):
    with pytest.raises(UnsupportedFormatError, match=r"'paruet'.*Did you mean 'parquet'"):
        engine.manager(storage).read("data", root=True, form="paruet")


def test_only_parquet_lies_in_folders(engine, storage):
    with pytest.raises(UnsupportedFormatError, match="'data/' as csv"):
        engine.manager(storage).write("data/", engine.frame(DATA), root=True, form="csv")


@pytest.mark.parametrize("year", [1999, 2031])
def test_a_workbook_does_not_tell_when_it_was_written(year):
    book = openpyxl.Workbook()
    book.active.append(["größe"])
    book.properties.created = book.properties.modified = datetime(year, 5, 5)
    buffer = io.BytesIO()
    book.save(buffer)
    content = timeless(buffer)
    assert str(year).encode() in zipfile.ZipFile(buffer).read("docProps/core.xml")
    assert b"1980-01-01" in zipfile.ZipFile(io.BytesIO(content)).read("docProps/core.xml")
    assert {entry.date_time[0] for entry in zipfile.ZipFile(io.BytesIO(content)).filelist} == {1980}
    assert openpyxl.load_workbook(io.BytesIO(content)).active["A1"].value == "größe"


# --- Tables of databases ----------------------------------------------------------------------


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    from sqlalchemy import MetaData, text

    from gluepy.files.data.sql import engine_of

    is_file = request.param == "sqlite"
    url = f"sqlite:///{tmp_path}/a.db" if is_file else request.getfixturevalue("postgres_url")
    yield url
    with engine_of(url).begin() as connection:
        if not is_file:
            connection.execute(text("set lock_timeout = '10s'"))
        metadata = MetaData()
        metadata.reflect(connection)
        metadata.drop_all(connection)
    engine_of(url).dispose()


def parts(engine: Engine, count: int, fails: bool = False) -> Iterator[object]:
    for number in range(count):
        yield engine.frame({"number": [number, number + 100]})
    if fails:
        raise ValueError("the source ran dry")


def numbers(engine: Engine, url: str) -> list[int]:
    found = engine.manager().read_sql("select number from parts order by number", url)
    return engine.content(found)["number"]


def write(engine: Engine, frames: object, url: str, if_exists: str) -> None:
    options = {"index": False} if engine is PANDAS else {}
    engine.manager().write_sql(frames, "parts", url, if_exists=if_exists, **options)


@pytest.mark.parametrize("if_exists", ["fail", "replace", "append"])
def test_pieces_of_a_frame_become_one_table(engine, url, if_exists):
    write(engine, parts(engine, 3), url, if_exists)
    assert numbers(engine, url) == [0, 1, 2, 100, 101, 102]
    if if_exists != "fail":
        write(engine, parts(engine, 1), url, if_exists)
        more = [0, 100] if if_exists == "replace" else [0, 0, 1, 2, 100, 100, 101, 102]
        assert numbers(engine, url) == more


@pytest.mark.parametrize("if_exists", ["replace", "append"])
def test_pieces_that_break_off_leave_the_old_table(engine, url, if_exists):
    write(engine, parts(engine, 1), url, "fail")
    with pytest.raises(DataError, match="the source ran dry"):
        write(engine, parts(engine, 3, fails=True), url, if_exists)
    assert numbers(engine, url) == [0, 100]


def test_no_pieces_at_all_are_refused(engine, url):
    write(engine, parts(engine, 1), url, "fail")
    with pytest.raises(DataError, match="iterator is empty"):
        write(engine, parts(engine, 0), url, "replace")
    assert numbers(engine, url) == [0, 100]
