"""What the contract leaves open: what is imported, read, half written, converted."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gluepy.exceptions import (
    DataError,
    MissingDependencyError,
    SettingsError,
    UnsupportedFormatError,
)
from gluepy.files.data import BaseDataManager, PandasDataManager, data_manager
from gluepy.files.data.formats import format_of
from gluepy.files.folder import run_folder
from gluepy.files.storages.local import LocalStorage
from gluepy.files.storages.memory import MemoryStorage
from gluepy.test import override_settings
from tests.files.data.engines import ARROW, ENGINES, PANDAS, POLARS, Engine

DATA = {"a": [1, 2, 3], "b": ["x", "y", "z"]}


@pytest.fixture(params=ENGINES, ids=str)
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.param


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(str(tmp_path))


def imported_by(code: str, *arguments: str) -> set[str]:
    program = f"import sys\n{code}\nprint(*(name.partition('.')[0] for name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


# --- Imports -----------------------------------------------------------------------------


def test_importing_the_package_imports_no_engine():
    found = imported_by("import gluepy.files.data")
    assert not found & {"numpy", "pandas", "polars", "pyarrow", "sqlalchemy", "boto3"}


def test_arrow_reads_and_writes_parquet_without_the_other_engines(tmp_path):
    pq.write_table(pa.table(DATA), tmp_path / "data.parquet")
    code = """
from gluepy.files.storages.local import LocalStorage
from gluepy.files.data import ArrowDataManager
manager = ArrowDataManager(LocalStorage(sys.argv[1]))
table = manager.read("data.parquet", root=True, columns=["a"])
manager.write("copy.parquet", table, root=True)
manager.write("copy.feather", table, root=True)
assert manager.read("copy.feather", root=True).equals(table)
"""
    assert not imported_by(code, str(tmp_path)) & {"pandas", "polars"}
    assert pq.read_table(tmp_path / "copy.parquet").to_pydict() == {"a": [1, 2, 3]}


@pytest.mark.parametrize(("module", "extra"), [("pandas", "pandas"), ("polars", "polars")])
def test_an_engine_that_is_not_installed_is_named_with_its_extra(monkeypatch, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    monkeypatch.delitem(sys.modules, f"gluepy.files.data.{module}", raising=False)
    with pytest.raises(MissingDependencyError, match=rf"'{module}'.*gluepy\[{extra}\]"):
        __import__(f"gluepy.files.data.{module}")


def test_a_package_that_a_format_needs_is_named(monkeypatch, storage):
    for name in ("openpyxl", "openpyxl.workbook"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(MissingDependencyError, match=r"'openpyxl'.*gluepy\[excel\]"):
        PANDAS.manager(storage).write("data.xlsx", PANDAS.frame(DATA), root=True)


# --- Settings ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Pandas", "Polars", "Arrow"])
def test_the_setting_names_the_manager(name):
    with override_settings(DATA_BACKEND=f"gluepy.files.data.{name}DataManager"):
        assert type(data_manager._resolve()).__name__ == f"{name}DataManager"


def test_a_misspelt_manager_is_answered_with_the_right_one():
    with (
        override_settings(DATA_BACKEND="gluepy.files.data.PandasDataManger"),
        pytest.raises(SettingsError, match="PandasDataManager"),
    ):
        data_manager.read("data.csv")


def test_the_default_storage_is_the_one_of_the_settings(tmp_path, engine):
    manager = engine.manager()
    with override_settings(STORAGE_ROOT=str(tmp_path)):
        manager.write("data.parquet", engine.frame(DATA), root=True)
        assert engine.content(manager.read("data.parquet", root=True)) == DATA
    assert (tmp_path / "data.parquet").exists()


def test_a_storage_is_named_by_its_alias(tmp_path, engine):
    there = {"BACKEND": "gluepy.files.storages.local.LocalStorage", "ROOT": str(tmp_path / "b")}
    manager = engine.manager()
    with override_settings(STORAGE_ROOT=str(tmp_path), STORAGES={"lake": there}):
        manager.write("data.parquet", engine.frame(DATA), root=True, storage="lake")
        found = engine.manager("lake").read("data.parquet", root=True)
        assert engine.content(found) == DATA
        with pytest.raises(SettingsError, match=r"'lakes'.*'lake'"):
            manager.read("data.parquet", root=True, storage="lakes")
    assert (tmp_path / "b" / "data.parquet").exists()


def test_a_manager_of_gluepy_1_that_overrides_read_and_write_works(storage):
    class Mine(PandasDataManager):
        def read(self, path, root=False, *args, **kwargs):
            return super().read(path, root, *args, **kwargs).rename(columns={"a": "mine"})

    class Lines(BaseDataManager):
        def read(self, path, root=False, *args, **kwargs):
            return ["lines of", path]

    with override_settings(DATA_BACKEND=Lines):
        assert data_manager.read("x.anything") == ["lines of", "x.anything"]
    PANDAS.manager(storage).write("data.csv", PANDAS.frame(DATA), root=True, index=False)
    assert list(Mine(storage).read("data.csv", root=True)) == ["mine", "b"]


# --- Whole files or none -----------------------------------------------------------------


@pytest.mark.parametrize("name", ["data.csv", "data.csv.gz", "data.jsonl", "data.parquet"])
@pytest.mark.parametrize("where", ["local", "memory", "s3"])
def test_an_engine_that_fails_midway_leaves_the_old_file(
    request, tmp_path, monkeypatch, engine, name, where
):
    storages = {"local": lambda: LocalStorage(str(tmp_path)), "memory": MemoryStorage}
    storage = storages.get(where, lambda: request.getfixturevalue("s3_storage"))()
    manager = engine.manager(storage)
    manager.write(name, engine.frame(DATA), root=True, **engine.options(".csv" * (".csv" in name)))
    old = storage.open(name)
    primitive = f"_write_{format_of(name, manager.formats, '').name}"
    write = getattr(manager, primitive)

    def write_and_fail(*arguments: Any) -> None:
        write(*arguments)
        raise ValueError("out of luck")

    monkeypatch.setattr(manager, primitive, write_and_fail)
    with pytest.raises(DataError, match=rf"'{name}'.*out of luck"):
        manager.write(name, engine.frame({"c": [1]}), root=True)
    assert storage.open(name) == old
    assert list(storage.walk()) == [name]


def test_a_folder_that_fails_midway_leaves_the_old_folder(monkeypatch, storage, engine):
    manager = engine.manager(storage)
    manager.write("table/", engine.frame(DATA), root=True, partition_by="a")
    old = list(storage.walk())
    write = manager._write_folder

    def write_and_fail(*arguments: Any) -> None:
        write(*arguments)
        raise ValueError("out of luck")

    monkeypatch.setattr(manager, "_write_folder", write_and_fail)
    with pytest.raises(DataError, match="out of luck"):
        manager.write("table/", engine.frame({"a": [9], "b": ["q"]}), root=True, partition_by="a")
    assert list(storage.walk()) == old


def test_a_full_disk_is_not_blamed_on_the_data(monkeypatch, storage, engine):
    manager = engine.manager(storage)

    def fail(*arguments: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(manager, "_write_csv", fail)
    with pytest.raises(OSError, match="No space left"):
        manager.write("data.csv", engine.frame(DATA), root=True)


# --- Reading no more than is asked for ---------------------------------------------------


class CountingFile(io.BytesIO):
    read_bytes = 0

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        CountingFile.read_bytes += len(piece)
        return piece

    def readinto(self, buffer: Any) -> int:
        count = super().readinto(buffer)
        CountingFile.read_bytes += count
        return count


class CountingStorage(MemoryStorage):
    def _open(self, path: str) -> Any:
        return CountingFile(self._read(path))


@pytest.mark.parametrize("engine", [PANDAS, ARROW], ids=str)
def test_a_column_is_read_without_the_others(engine):
    storage = CountingStorage()
    wide = pa.table({f"c{i}": pa.array([f"{i}-{row}" for row in range(20_000)]) for i in range(10)})
    ARROW.manager(storage).write("wide.parquet", wide, root=True)
    size = storage.size("wide.parquet")
    CountingFile.read_bytes = 0
    engine.manager(storage).read("wide.parquet", root=True, columns=["c3"])
    assert 0 < CountingFile.read_bytes < size / 5


@pytest.mark.parametrize("engine", [POLARS, ARROW], ids=str)
@pytest.mark.parametrize("form", ["parquet", "feather"])
def test_a_scan_does_not_touch_columns_it_is_not_asked_for(storage, engine, form):
    """The pages of the other columns are overwritten with rubbish: nobody may notice."""
    data = {"a": list(range(1000)), "b": [f"value {n}" for n in range(1000)]}
    plain = {"compression": "none", "use_dictionary": False}
    options = plain if form == "parquet" else {"compression": None}
    ARROW.manager(storage).write(f"data.{form}", ARROW.frame(data), root=True, **options)
    path = Path(storage.local_path(f"data.{form}"))
    raw = path.read_bytes()
    start = raw.index(b"value 0")
    path.write_bytes(raw[:start] + b"\xff" * 200 + raw[start + 200 :])
    scan = engine.manager(storage).scan(f"data.{form}", root=True, columns=["a"])
    found = scan.collect() if engine is POLARS else scan.to_table()
    assert engine.content(found) == {"a": data["a"]}


@pytest.mark.parametrize("where", ["local", "memory", "s3"])
@pytest.mark.parametrize("engine", [POLARS, ARROW], ids=str)
@pytest.mark.parametrize(
    "name",
    [
        "data.csv",
        "data.tsv",
        "data.jsonl",
        "data.parquet",
        "data.feather",
        "data.csv.gz",
        "data.json",
    ],
)
def test_a_scan_reads_every_format_everywhere(request, tmp_path, engine, name, where):
    storages = {"local": lambda: LocalStorage(str(tmp_path)), "memory": MemoryStorage}
    manager = engine.manager(storages.get(where, lambda: request.getfixturevalue("s3_storage"))())
    manager.write(name, engine.frame(DATA), root=True)
    scan = manager.scan(name, root=True, columns=["b"])
    found = scan.collect() if engine is POLARS else scan.to_table()
    assert engine.content(found) == {"b": DATA["b"]}
    with pytest.raises(FileNotFoundError, match=f"other-{name}"):
        manager.scan(f"other-{name}", root=True)


def test_pandas_has_no_scan_and_says_what_has(storage):
    assert not PANDAS.manager().supports_scan
    with pytest.raises(DataError, match="PolarsDataManager"):
        PANDAS.manager(storage).scan("data.parquet", root=True)


# --- From one engine to the other --------------------------------------------------------


@pytest.mark.parametrize("reader", ENGINES, ids=str)
@pytest.mark.parametrize(
    "name", ["data.csv", "data.tsv", "data.json", "data.jsonl.gz", "data.parquet", "data.feather"]
)
def test_what_one_manager_writes_another_reads(storage, engine, reader, name):
    options = engine.options(".csv" if name.endswith("sv") else "")
    if name == "data.json" and engine is PANDAS and reader is POLARS:
        options = {"orient": "records"}  # The only JSON that polars reads.
    engine.manager(storage).write(name, engine.frame(DATA), root=True, **options)
    assert reader.content(reader.manager(storage).read(name, root=True)) == DATA


@pytest.mark.parametrize("reader", ENGINES, ids=str)
def test_what_one_manager_partitions_another_reads(storage, engine, reader):
    engine.manager(storage).write("table/", engine.frame(DATA), root=True, partition_by="a")
    assert reader.content(reader.manager(storage).read("table/", root=True, columns=["b"])) == {
        "b": DATA["b"]
    }


@pytest.mark.parametrize("foreign", ENGINES, ids=str)
def test_frames_of_other_engines_are_converted(storage, engine, foreign):
    if engine is PANDAS and not hasattr(__import__("pandas").DataFrame, "from_arrow"):
        pytest.skip("this pandas takes no frames of others")
    manager = engine.manager(storage)
    manager.write("data.parquet", foreign.frame(DATA), root=True)
    assert engine.content(manager.read("data.parquet", root=True)) == DATA


def test_a_lazy_frame_is_streamed_to_the_file(storage):
    frame = POLARS.frame(DATA).lazy()
    manager = POLARS.manager(storage)
    for name in ("data.csv", "data.jsonl", "data.parquet", "data.feather", "data.json", "d.csv.gz"):
        manager.write(name, frame, root=True)
        assert POLARS.content(manager.read(name, root=True)) == DATA


@pytest.mark.parametrize("name", ["data.parquet", "data.csv", "data.jsonl", "data.feather"])
def test_a_lazy_frame_that_fails_late_leaves_nothing_on_s3(s3_storage, name):
    """By its own client polars would publish the rows that were ready by then."""

    def fail_late(batch):
        if batch["a"].max() > 900_000:
            raise ZeroDivisionError("late")
        return batch

    rows = POLARS.frame({"a": list(range(1_000_000)), "b": [0.1] * 1_000_000}).lazy()
    with pytest.raises(DataError, match="late"):
        POLARS.manager(s3_storage).write(name, rows.map_batches(fail_late, streamable=True), True)
    assert s3_storage.ls() == ([], [])


# --- Options -----------------------------------------------------------------------------


def test_options_go_to_the_engine(storage):
    manager = PANDAS.manager(storage)
    frame = PANDAS.frame({"a": [1.23456, None], "b": ["x", "y"]})
    manager.write("data.csv", frame, root=True, sep=";", float_format="%.2f", na_rep="-")
    assert storage.open("data.csv", "r") == ";a;b\n0;1.23;x\n1;-;y\n"
    found = manager.read("data.csv", root=True, sep=";", na_values="-", index_col=0)
    assert PANDAS.content(found) == {"a": [1.23, None], "b": ["x", "y"]}
    manager.write("data.parquet", frame, root=True, compression="gzip")
    column = pq.ParquetFile(storage.local_path("data.parquet")).metadata.row_group(0).column(0)
    assert column.compression == "GZIP"


def test_text_of_another_encoding_is_compressed_as_well(storage):
    manager = PANDAS.manager(storage)
    frame = PANDAS.frame({"a": ["größe"]})
    manager.write("data.csv.gz", frame, root=True, index=False, encoding="latin-1")
    found = manager.read("data.csv.gz", root=True, encoding="latin-1")
    assert PANDAS.content(found) == {"a": ["größe"]}


def test_csv_by_arrow_has_the_same_content(storage):
    frame = PANDAS.frame(
        {"a": [1, 2, 3], "b": [0.1, None, -2.5e300], "c": ['q"u,o', None, "line\nbreak é"]}
    )
    manager = PANDAS.manager(storage)
    for options in ({"index": False}, {}, {"sep": ";", "columns": ["c", "a"]}, {"header": False}):
        read = {"sep": options.get("sep", ","), "header": None if "header" in options else "infer"}
        manager.write("slow.csv", frame, root=True, **options)
        manager.write("fast.csv.gz", frame, root=True, engine="pyarrow", **options)
        slow = manager.read("slow.csv", root=True, **read)
        fast = manager.read("fast.csv.gz", root=True, **read)
        assert list(fast.columns) == list(slow.columns)
        assert fast.equals(slow)


def test_csv_by_arrow_refuses_what_it_does_not_know(storage):
    manager = PANDAS.manager(storage)
    with pytest.raises(DataError, match=r"'indx'.*Did you mean 'index'"):
        manager.write("a.csv", PANDAS.frame(DATA), root=True, engine="pyarrow", indx=False)
    with pytest.raises(DataError, match=r"'fast'.*engine='pyarrow'"):
        manager.write("a.csv", PANDAS.frame(DATA), root=True, engine="fast")


@pytest.mark.parametrize("name", ["data.csv", "data.csv.gz", "data.tsv"])
@pytest.mark.parametrize("where", ["local", "memory"])
def test_arrow_reads_line_breaks_on_the_borders_of_its_blocks(tmp_path, name, where):
    storage = LocalStorage(str(tmp_path)) if where == "local" else MemoryStorage()
    # Blocks are 1 MiB; every line break in here is one in a value, but for the last of a row.
    table = pa.table({"a": ["1\n2\n3\n" * 50] * 10_000, "b": list(range(10_000))})
    manager = ARROW.manager(storage)
    manager.write(name, table, root=True)
    assert manager.read(name, root=True).equals(table)
    parts = manager.read_batches(name, root=True, size=4000)
    assert pa.concat_tables(parts).equals(table)


def test_arrow_writes_json_that_everybody_reads(storage):
    table = pa.table({"a": [1.5, float("nan"), float("inf")], "b": [b"x", None, b"z"]})
    ARROW.manager(storage).write("data.json", table, root=True)
    assert json.loads(storage.open("data.json")) == [
        {"a": 1.5, "b": "eA=="},
        {"a": None, "b": None},
        {"a": None, "b": "eg=="},
    ]


def test_series_are_frames_of_one_column(storage):
    for engine in (PANDAS, POLARS):
        column = engine.frame(DATA)["a"]
        engine.manager(storage).write("data.parquet", column, root=True)
        found = engine.manager(storage).read("data.parquet", root=True)
        assert engine.content(found) == {"a": DATA["a"]}


# --- Suffixes ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.csv", ("csv", ".csv", None, False)),
        ("A.CSV.GZ", ("csv", ".csv", "gzip", False)),
        ("x.y/b.ndjson.zst", ("jsonl", ".ndjson", "zstd", False)),
        ("v1.2.pq", ("parquet", ".pq", None, False)),
        ("folder.d/", ("parquet", "/", None, True)),
    ],
)
def test_the_suffix_names_format_and_compression(path, expected):
    assert tuple(format_of(path, PandasDataManager.formats, "")) == expected


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("a.cvs", r"'\.cvs'.*Did you mean '\.csv'.*Supported: \.csv"),
        ("x.y/data", r"'' of 'x\.y/data'.*Supported"),
        ("a.parquet.gz", "not compressed as a whole.*compression="),
        ("a.csv.rar", r"'\.csv\.rar'.*Supported"),
    ],
)
def test_an_unknown_suffix_is_explained(path, message):
    with pytest.raises(UnsupportedFormatError, match=message):
        format_of(path, PandasDataManager.formats, "PandasDataManager")


@pytest.mark.parametrize("other", [POLARS, ARROW], ids=str)
def test_a_format_of_another_manager_names_that_manager(storage, other):
    with pytest.raises(UnsupportedFormatError, match=r"'\.xlsx'.*PandasDataManager"):
        other.manager(storage).read("data.xlsx", root=True)


def test_xls_is_not_written(storage):
    with pytest.raises(UnsupportedFormatError, match=r"cannot write 'a\.xls'.*\.xlsx"):
        PANDAS.manager(storage).write("a.xls", PANDAS.frame(DATA), root=True)


def test_a_folder_of_a_run_is_found_by_its_name(storage, engine):
    token = run_folder.set("runs/7")
    try:
        engine.manager(storage).write("t.parquet", engine.frame(DATA), partition_by="a")
        found = engine.manager(storage).read("t.parquet", columns=["b"])
    finally:
        run_folder.reset(token)
    assert engine.content(found) == {"b": DATA["b"]}
    assert storage.isdir("runs/7/t.parquet")
