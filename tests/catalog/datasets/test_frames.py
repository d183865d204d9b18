"""Dataframe types: the contract, on each engine and each storage."""

from __future__ import annotations

from typing import Any

import pytest

from gluepy.catalog import access
from gluepy.test.contracts.dataset import FileDatasetContract
from tests.catalog.datasets.conftest import backend
from tests.files.data.engines import Engine

DATA = {"number": [1, 2, 3], "price": [1.5, None, -2.0], "text": ["a", 'größe, "数据"', "c\td"]}
OTHER = {"number": [7], "price": [0.5], "text": ["x"]}


class Frames(FileDatasetContract):
    """What all dataframe types are tested for."""

    engine: Engine

    @pytest.fixture
    def settings(self, storage_settings: dict[str, Any], engine: Engine) -> dict[str, Any]:
        type(self).engine = engine
        return {**storage_settings, **backend(engine)}

    def data(self) -> Any:
        return self.engine.frame(DATA)

    def other(self) -> Any:
        return self.engine.frame(OTHER)

    def content(self, data: Any) -> Any:
        return self.engine.content(data)

    def test_a_frame_without_rows_is_one_too(self):
        empty = self.engine.frame({name: [] for name in DATA})
        access.save(self.dataset(), empty)
        loaded = access.load(self.dataset())
        assert type(loaded) is type(empty)
        if self.type not in ("json", "jsonl"):
            assert self.content(loaded) == {name: [] for name in DATA}

    def test_the_columns_asked_for_are_loaded_in_that_order(self):
        access.save(self.dataset(), self.data())
        found = self.content(access.load(self.dataset(columns=["text", "number"])))
        assert list(found.items()) == [(name, DATA[name]) for name in ("text", "number")]


class TestCsv(Frames):
    type = "csv"
    path = "folder/data.csv"


class TestTsv(Frames):
    type = "tsv"
    path = "data.txt"


class TestJson(Frames):
    type = "json"
    path = "data.json"
    fields = {"content": "frame"}


class TestJsonLines(Frames):
    type = "jsonl"
    path = "data.jsonl"


class TestParquet(Frames):
    type = "parquet"
    path = "data.parquet"


class TestFeather(Frames):
    type = "arrow"
    path = "data.feather"


class TestExcel(Frames):
    type = "xslx"
    path = "data.xlsx"
