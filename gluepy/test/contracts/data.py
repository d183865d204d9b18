"""The contract of a data manager: what every engine has to do, gluepy's own and yours.

::

    class TestMyManager(DataManagerContract):
        @pytest.fixture
        def manager(self, storage):
            return MyDataManager(storage)

        def frame(self, data):            # {column: [values]} as the engine's dataframe
            return my_engine.frame(data)

        def content(self, frame):         # and back, with None for what is missing
            return {name: list(frame[name]) for name in frame.columns}
"""

from __future__ import annotations

import bz2
import gzip
import lzma
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest

from gluepy import signals
from gluepy.exceptions import DataError, UnsupportedFormatError
from gluepy.files.data.base import BaseDataManager
from gluepy.files.data.formats import FORMATS, format_of
from gluepy.files.folder import run_folder
from gluepy.files.storages.base import BaseStorage

Data = dict[str, list[Any]]

PLAIN: Data = {
    "integer": [1, -2, 123_456_789_012],
    "float": [1.5, -0.25, 1e300],
    "text": ["plain", 'comma, "quote" and \ttab', "new\nline, größe, 数据"],
    "flag": [True, False, True],
}
MISSING: Data = {"float": [1.5, None, 2.5], "text": ["a", None, "c"], "integer": [1, 2, 3]}
MOMENTS: Data = {
    "naive": [datetime(2026, 1, 1, 12, 30, 0, 123456), datetime(1969, 7, 20), None],
    "aware": [datetime(2026, 1, 1, 12, 30, 0, 123456, tzinfo=UTC), None, None],
    "integer": [1, 2, 3],
}
LARGE: Data = {"integer": [2**53 + 1, 2**63 - 1, -(2**63)]}
KEYED: Data = {"key": [1, 2, 1, 2], "name": ["a", "b", "c", "d"]}
MAGIC = {".gz": b"\x1f\x8b", ".bz2": b"BZh", ".xz": b"\xfd7zXZ", ".zst": b"\x28\xb5\x2f\xfd"}
PLAIN_OPENERS = {".gz": gzip.decompress, ".bz2": bz2.decompress, ".xz": lzma.decompress}
SUFFIXES = [suffix for suffixes in FORMATS.values() for suffix in suffixes if suffix != ".xls"]
TYPED = [*FORMATS["parquet"], *FORMATS["feather"]]
NAMES = ["größe 数据", "with space", "a[1]*?", "100%#1", "{a,b}", ".hidden", "UPPER"]
COMPRESSED = [
    f"{suffix}{codec}" for suffix in (".csv", ".txt", ".jsonl", ".json") for codec in MAGIC
]


T = TypeVar("T")


def over(suffixes: list[str]) -> Callable[[T], T]:
    """Run a test for each suffix whose format the manager can do."""

    def mark(test: T) -> T:
        test.suffixes = suffixes  # type: ignore[attr-defined]
        return test

    return mark


class DataManagerContract:
    """Tests to inherit from; tests of formats that are not in ``formats`` are left out."""

    formats: ClassVar[tuple[str, ...]] = tuple(FORMATS)

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Run the tests marked by `over` for the suffixes of the formats."""
        suffixes = getattr(metafunc.function, "suffixes", None)
        if suffixes is not None:
            can = [suffix for suffix in suffixes if _name_of(suffix) in self.formats]
            metafunc.parametrize("suffix", can)

    @pytest.fixture
    def storage(self, tmp_path: Path) -> BaseStorage:
        """Return an empty storage; a local one if a subclass does not say otherwise."""
        from gluepy.files.storages.local import LocalStorage

        return LocalStorage(str(tmp_path))

    @pytest.fixture
    def manager(self, storage: BaseStorage) -> BaseDataManager:
        """Return the manager on that storage; subclasses define this."""
        raise NotImplementedError

    def frame(self, data: Data) -> Any:
        """Return ``{column: [values]}`` as the engine's dataframe; subclasses define this."""
        raise NotImplementedError

    def content(self, frame: Any) -> Data:
        """Return a dataframe as ``{column: [values]}``; subclasses define this."""
        raise NotImplementedError

    def options(self, suffix: str) -> dict[str, Any]:
        """Return arguments of `write` without which the engine writes more than the columns."""
        return {}

    def expected(self, data: Data, suffix: str) -> Data:
        """Return what is read of ``data`` if the engine's own default changes it."""
        return data

    def _write(self, manager: BaseDataManager, path: str, data: Data) -> None:
        suffix = format_of(path, manager.formats, "").suffix
        manager.write(path, self.frame(data), root=True, **self.options(suffix))

    def _read(self, manager: BaseDataManager, path: str, **options: Any) -> Data:
        return self.content(manager.read(path, root=True, **options))

    # --- Formats ---------------------------------------------------------------------------

    @over(SUFFIXES)
    def test_what_is_written_is_read(self, manager: BaseDataManager, suffix: str) -> None:
        self._write(manager, f"folder/data{suffix}", PLAIN)
        assert self._read(manager, f"folder/data{suffix}") == PLAIN

    @over(SUFFIXES)
    def test_missing_values_stay_missing(self, manager: BaseDataManager, suffix: str) -> None:
        self._write(manager, f"data{suffix}", MISSING)
        assert self._read(manager, f"data{suffix}") == self.expected(MISSING, suffix)

    @over([suffix for suffix in SUFFIXES if suffix not in FORMATS["excel"]])
    def test_large_integers_keep_every_digit(self, manager: BaseDataManager, suffix: str) -> None:
        self._write(manager, f"data{suffix}", LARGE)
        assert self._read(manager, f"data{suffix}") == LARGE

    @over(TYPED)
    def test_moments_keep_their_zone_and_precision(
        self, manager: BaseDataManager, suffix: str
    ) -> None:
        self._write(manager, f"data{suffix}", MOMENTS)
        assert self._read(manager, f"data{suffix}") == MOMENTS

    @over([".csv", ".tsv", *TYPED])
    def test_a_frame_without_rows_keeps_its_columns(
        self, manager: BaseDataManager, suffix: str
    ) -> None:
        self._write(manager, f"data{suffix}", {name: [] for name in PLAIN})
        assert self._read(manager, f"data{suffix}") == {name: [] for name in PLAIN}

    @over(TYPED)
    def test_a_frame_may_have_no_columns(self, manager: BaseDataManager, suffix: str) -> None:
        self._write(manager, f"data{suffix}", {})
        assert self._read(manager, f"data{suffix}") == {}

    @over(SUFFIXES)
    def test_the_columns_asked_for_are_read_in_that_order(
        self, manager: BaseDataManager, suffix: str
    ) -> None:
        self._write(manager, f"data{suffix}", PLAIN)
        found = self._read(manager, f"data{suffix}", columns=["text", "integer"])
        assert list(found.items()) == [(name, PLAIN[name]) for name in ("text", "integer")]

    @over(SUFFIXES)
    def test_a_column_that_is_not_there_is_named(
        self, manager: BaseDataManager, suffix: str
    ) -> None:
        self._write(manager, f"data{suffix}", PLAIN)
        with pytest.raises(DataError, match="nosuch"):
            manager.read(f"data{suffix}", root=True, columns=["integer", "nosuch"])

    @over(COMPRESSED)
    def test_the_suffix_decides_on_compression(
        self, manager: BaseDataManager, storage: BaseStorage, suffix: str
    ) -> None:
        data = {"text": ["the same again"] * 1000}
        self._write(manager, f"data{suffix}", data)
        stem, dot, codec = suffix.rpartition(".")
        self._write(manager, f"data{stem}", data)
        raw, plain = storage.open(f"data{suffix}"), storage.open(f"data{stem}")
        assert raw.startswith(MAGIC[dot + codec])
        assert len(raw) < len(plain) / 5
        if dot + codec in PLAIN_OPENERS:
            assert PLAIN_OPENERS[dot + codec](raw) == plain
        assert self._read(manager, f"data{suffix}") == data

    @over([*COMPRESSED, ".csv", ".jsonl", *TYPED])
    def test_the_same_frame_gives_the_same_bytes(
        self, manager: BaseDataManager, storage: BaseStorage, suffix: str
    ) -> None:
        self._write(manager, f"one/data{suffix}", PLAIN)
        self._write(manager, f"two/other{suffix}", PLAIN)
        assert storage.open(f"one/data{suffix}") == storage.open(f"two/other{suffix}")

    @pytest.mark.parametrize("name", NAMES)
    @over([".csv", ".jsonl", ".parquet", ".feather"])
    def test_a_name_is_taken_literally(
        self, manager: BaseDataManager, storage: BaseStorage, suffix: str, name: str
    ) -> None:
        self._write(manager, f"x{suffix}", KEYED)
        self._write(manager, f"{name}{suffix}", PLAIN)
        assert self._read(manager, f"{name}{suffix}") == PLAIN
        assert list(storage.walk()) == sorted([f"x{suffix}", f"{name}{suffix}"])

    # --- Writing whole files or none -------------------------------------------------------

    @over(SUFFIXES)
    def test_writing_again_replaces_the_whole_file(
        self, manager: BaseDataManager, storage: BaseStorage, suffix: str
    ) -> None:
        self._write(manager, f"data{suffix}", {"text": ["long" * 100] * 1000})
        self._write(manager, f"data{suffix}", PLAIN)
        assert self._read(manager, f"data{suffix}") == PLAIN
        assert list(storage.walk()) == [f"data{suffix}"]

    @over(SUFFIXES)
    def test_what_is_no_frame_is_refused_and_the_old_file_stays(
        self, manager: BaseDataManager, storage: BaseStorage, suffix: str
    ) -> None:
        self._write(manager, f"data{suffix}", PLAIN)
        with pytest.raises(DataError, match=f"'data{suffix}'.*dict") as error:
            manager.write(f"data{suffix}", {"a": [1]}, root=True)
        assert type(manager).__name__ in str(error.value)
        assert self._read(manager, f"data{suffix}") == PLAIN
        assert list(storage.walk()) == [f"data{suffix}"]

    # --- Folders of Parquet files ----------------------------------------------------------

    @pytest.mark.parametrize("named", ["table/", "table{suffix}"])
    @over([".parquet"])
    def test_a_partitioned_folder_is_read_as_one_frame(
        self, manager: BaseDataManager, storage: BaseStorage, suffix: str, named: str
    ) -> None:
        path = named.format(suffix=suffix)
        manager.write(path, self.frame(KEYED), root=True, partition_by="key")
        files = list(storage.walk(path.rstrip("/")))
        assert [file.split("/")[1] for file in files] == ["key=1", "key=2"]
        found = self._read(manager, path)
        rows = sorted(zip(map(int, found["key"]), found["name"], strict=True))
        assert rows == [(1, "a"), (1, "c"), (2, "b"), (2, "d")]
        assert sorted(self._read(manager, path, columns=["name"])["name"]) == KEYED["name"]

    @over([".parquet"])
    def test_writing_a_folder_again_replaces_the_whole_folder(
        self, manager: BaseDataManager, storage: BaseStorage, suffix: str
    ) -> None:
        manager.write("table/", self.frame(KEYED), root=True, partition_by=["key"])
        manager.write(
            "table/", self.frame({"key": [3], "name": ["e"]}), root=True, partition_by="key"
        )
        assert [file.split("/")[1] for file in storage.walk("table")] == ["key=3"]
        assert self._read(manager, "table/")["name"] == ["e"]

    @over([".csv"])
    def test_a_folder_needs_keys_that_exist_and_parquet(
        self, manager: BaseDataManager, suffix: str
    ) -> None:
        frame = self.frame(KEYED)
        with pytest.raises(DataError, match="partition_by"):
            manager.write("table/", frame, root=True)
        with pytest.raises(DataError, match="only Parquet"):
            manager.write(f"table{suffix}", frame, root=True, partition_by="key")
        with pytest.raises(DataError, match=r"'kye'.*Did you mean 'key'"):
            manager.write("table/", frame, root=True, partition_by="kye")
        with pytest.raises(FileNotFoundError):
            manager.read("table/", root=True)

    # --- Reading piece by piece ------------------------------------------------------------

    @over([".csv", ".tsv", ".csv.gz", ".jsonl", ".parquet"])
    def test_batches_are_small_and_whole(self, manager: BaseDataManager, suffix: str) -> None:
        data: Data = {"a": list(range(1000)), "b": [str(number) for number in range(1000)]}
        self._write(manager, f"data{suffix}", data)
        parts = list(manager.read_batches(f"data{suffix}", root=True, size=300, columns=["a"]))
        pieces = [self.content(part)["a"] for part in parts]
        assert max(map(len, pieces)) <= 300
        assert [value for piece in pieces for value in piece] == data["a"]

    # --- Errors ----------------------------------------------------------------------------

    @over(SUFFIXES)
    def test_a_file_that_is_not_there_is_named_with_close_names(
        self, manager: BaseDataManager, suffix: str
    ) -> None:
        self._write(manager, f"folder/flights{suffix}", PLAIN)
        with pytest.raises(FileNotFoundError, match=f"fligths{suffix}.*flights{suffix}"):
            manager.read(f"folder/fligths{suffix}", root=True)

    @over([".parquet", ".feather", ".json", ".csv.gz", ".csv.zst"])
    def test_a_broken_file_is_named(
        self, manager: BaseDataManager, storage: BaseStorage, suffix: str
    ) -> None:
        storage.touch(f"data{suffix}", b"[{ nonsense " * 20)
        with pytest.raises(DataError, match=f"data{suffix}"):
            manager.read(f"data{suffix}", root=True)

    @pytest.mark.parametrize("path", ["data.cvs", "data", "data.parquet.gz", "data.tar.gz", ".csv"])
    def test_an_unknown_suffix_is_a_value_error(self, manager: BaseDataManager, path: str) -> None:
        with pytest.raises(ValueError, match=f"'{path}'"):
            manager.write(path, self.frame(PLAIN), root=True)
        with pytest.raises(UnsupportedFormatError, match=f"'{path}'"):
            manager.read(path, root=True)

    # --- Runs and signals ------------------------------------------------------------------

    @over([".csv", ".parquet", ".json"])
    def test_paths_start_at_the_run_folder(
        self, manager: BaseDataManager, storage: BaseStorage, suffix: str
    ) -> None:
        token = run_folder.set("runs/1")
        try:
            manager.write(f"data{suffix}", self.frame(PLAIN), **self.options(suffix))
            assert self.content(manager.read(f"data{suffix}")) == PLAIN
            with pytest.raises(FileNotFoundError, match=f"'x{suffix}'.*'runs/1/x{suffix}'"):
                manager.read(f"x{suffix}")
        finally:
            run_folder.reset(token)
        assert list(storage.walk()) == [f"runs/1/data{suffix}"]

    @over([".csv", ".csv.gz", ".json", ".parquet", ".feather"])
    def test_reading_and_writing_is_announced_once(
        self, manager: BaseDataManager, heard: list[tuple[str, str]], suffix: str
    ) -> None:
        self._write(manager, f"data{suffix}", PLAIN)
        manager.read(f"data{suffix}", root=True)
        assert [verb for verb, _ in heard] == ["write", "read"]
        # A view of a folder names the path in the storage underneath.
        assert all(f"/{name}".endswith(f"/data{suffix}") for _, name in heard)

    @pytest.fixture
    def heard(self) -> Iterator[list[tuple[str, str]]]:
        """Return a list of what the signals read and write told of storages."""
        found: list[tuple[str, str]] = []

        def on_read(kind: str, name: str, **_: Any) -> None:
            found.append(("read", name))

        def on_write(kind: str, name: str, **_: Any) -> None:
            found.append(("write", name))

        signals.read.connect(on_read)
        signals.write.connect(on_write)
        yield found
        signals.read.disconnect(on_read)
        signals.write.disconnect(on_write)


def _name_of(suffix: str) -> str:
    """Return the name of the format of a suffix."""
    return format_of(f"data{suffix}", tuple(FORMATS), "").name
