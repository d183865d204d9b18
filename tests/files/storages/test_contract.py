"""Every storage keeps the contract."""

from __future__ import annotations

from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from gluepy.files.storages.base import BaseStorage
from gluepy.files.storages.local import LocalStorage
from gluepy.files.storages.memory import MemoryStorage
from gluepy.files.storages.prefixed import PrefixedStorage
from gluepy.test.contracts.storage import StorageContract
from tests.servers import s3_requests


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

    def make_many(self, storage: BaseStorage, paths: list[str]) -> None:
        # Unsigned requests over one connection: three times as fast as boto3's.
        url = urlsplit(storage.client.meta.endpoint_url)
        connection = HTTPConnection(url.hostname, url.port)
        for path in paths:
            connection.request("PUT", f"/{storage.bucket}/{storage.root}/{path}", b"")
            answer = connection.getresponse()
            answer.read()
            assert answer.status == 200
        connection.close()

    def test_many_files_are_listed_and_removed(
        self, storage: BaseStorage, many_files: list[str]
    ) -> None:
        with s3_requests(storage.client) as requests:
            assert len(list(storage.walk("many"))) == self.many
        assert requests["ListObjectsV2"] <= self.many / 1000 + 1
        with s3_requests(storage.client) as requests:
            super().test_many_files_are_listed_and_removed(storage, many_files)
        assert requests["DeleteObjects"] == self.many / 1000


class TestPrefixedS3(StorageContract):
    many = 10

    @pytest.fixture
    def storage(self, s3_bucket: dict[str, Any]) -> BaseStorage:
        from gluepy.files.storages.s3 import S3Storage

        return PrefixedStorage(S3Storage("", **s3_bucket), "runs/1")


@pytest.mark.filterwarnings("ignore:Sending a large body:ResourceWarning")
class TestGoogle(StorageContract):
    many = 2000  # the time the emulator takes grows with their square

    @pytest.fixture
    def storage(self, gcs_bucket: dict[str, Any]) -> BaseStorage:
        from gluepy.files.storages.google import GoogleStorage

        return GoogleStorage("some/prefix", **gcs_bucket)

    def make_many(self, storage: BaseStorage, paths: list[str]) -> None:
        url = urlsplit(storage.filesystem._endpoint)
        for path in paths:
            connection = HTTPConnection(url.hostname, url.port)
            target = f"/upload/storage/v1/b/{storage.bucket}/o?uploadType=media"
            headers = {"Content-Type": "text/plain"}
            connection.request("POST", f"{target}&name={storage.root}/{path}", b"x", headers)
            assert connection.getresponse().status == 200
            connection.close()

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
