"""Every storage keeps the contract."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gluepy.files.storages.base import BaseStorage
from gluepy.files.storages.local import LocalStorage
from gluepy.files.storages.memory import MemoryStorage
from gluepy.files.storages.prefixed import PrefixedStorage
from gluepy.test.contracts.storage import StorageContract


class TestLocal(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> BaseStorage:
        return LocalStorage(str(tmp_path / "not made yet"))

    def make_many(self, storage: BaseStorage, paths: list[str]) -> None:
        for path in paths:
            full = Path(storage.abspath(path))
            full.parent.mkdir(parents=True, exist_ok=True)
            full.touch()


class TestMemory(StorageContract):
    @pytest.fixture
    def storage(self) -> BaseStorage:
        return MemoryStorage()


class TestPrefixedLocal(StorageContract):
    many = 1000

    @pytest.fixture
    def storage(self, tmp_path: Path) -> BaseStorage:
        return PrefixedStorage(LocalStorage(str(tmp_path)), "runs/1")


class TestPrefixedMemory(StorageContract):
    @pytest.fixture
    def storage(self) -> BaseStorage:
        return PrefixedStorage(MemoryStorage(), "runs/1")


class TestS3(StorageContract):
    @pytest.fixture
    def storage(self, s3_bucket: dict[str, Any]) -> BaseStorage:
        from gluepy.files.storages.s3 import S3Storage

        return S3Storage("some/prefix", **s3_bucket)


class TestPrefixedS3(StorageContract):
    many = 10

    @pytest.fixture
    def storage(self, s3_bucket: dict[str, Any]) -> BaseStorage:
        from gluepy.files.storages.s3 import S3Storage

        return PrefixedStorage(S3Storage("", **s3_bucket), "runs/1")


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
class TestGoogle(StorageContract):
    @pytest.fixture
    def storage(self, gcs_bucket: dict[str, Any]) -> BaseStorage:
        from gluepy.files.storages.google import GoogleStorage

        return GoogleStorage("some/prefix", **gcs_bucket)

    def exclusive_is_atomic(self, storage: BaseStorage) -> bool:
        return False  # the emulator ignores ifGenerationMatch


class TestFsspecFile(StorageContract):
    many = 1000

    @pytest.fixture
    def storage(self, tmp_path: Path) -> BaseStorage:
        from gluepy.files.storages.fsspec import FsspecStorage

        return FsspecStorage(f"file://{tmp_path}/not made yet")


class TestFsspecMemory(StorageContract):
    many = 1000

    @pytest.fixture
    def storage(self) -> Iterator[BaseStorage]:
        from gluepy.files.storages.fsspec import FsspecStorage

        storage = FsspecStorage("memory://contract")
        yield storage
        storage.filesystem.store.clear()
        storage.filesystem.pseudo_dirs[:] = [""]
