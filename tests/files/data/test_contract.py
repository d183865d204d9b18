"""Every manager keeps the contract on every storage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gluepy.files.data.base import BaseDataManager
from gluepy.files.storages.base import BaseStorage
from gluepy.test.contracts.data import DataManagerContract
from tests.files.data.engines import ARROW, PANDAS, POLARS, Engine


class EngineContract(DataManagerContract):
    engine: Engine

    @pytest.fixture
    def manager(self, storage: BaseStorage) -> BaseDataManager:
        return self.engine.manager(storage)

    def frame(self, data: dict[str, list[Any]]) -> Any:
        return self.engine.frame(data)

    def content(self, frame: Any) -> dict[str, list[Any]]:
        return self.engine.content(frame)

    def options(self, suffix: str) -> dict[str, Any]:
        return self.engine.options(suffix)


class TestPandas(EngineContract):
    engine = PANDAS

    @pytest.fixture(params=["local", "memory", "s3"])
    def storage(self, request: pytest.FixtureRequest, tmp_path: Path) -> BaseStorage:
        return storage_named(request, tmp_path)


class TestPolars(EngineContract):
    engine = POLARS
    formats = ("csv", "tsv", "json", "jsonl", "parquet", "feather")

    @pytest.fixture(params=["local", "memory", "s3"])
    def storage(self, request: pytest.FixtureRequest, tmp_path: Path) -> BaseStorage:
        return storage_named(request, tmp_path)


class TestArrow(EngineContract):
    engine = ARROW
    formats = ("csv", "tsv", "json", "jsonl", "parquet", "feather")

    @pytest.fixture(params=["local", "memory", "s3"])
    def storage(self, request: pytest.FixtureRequest, tmp_path: Path) -> BaseStorage:
        return storage_named(request, tmp_path)

    def expected(self, data: dict[str, list[Any]], suffix: str) -> dict[str, list[Any]]:
        if suffix not in (".csv", ".tsv", ".txt"):
            return data
        # Arrow itself reads text that is missing as empty, if it is not told otherwise.
        return {**data, "text": [value or "" for value in data["text"]]}


def storage_named(request: pytest.FixtureRequest, tmp_path: Path) -> BaseStorage:
    if request.param == "local":
        from gluepy.files.storages.local import LocalStorage

        return LocalStorage(str(tmp_path))
    if request.param == "memory":
        from gluepy.files.storages.memory import MemoryStorage

        return MemoryStorage()
    return request.getfixturevalue("s3_storage")
