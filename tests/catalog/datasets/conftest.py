from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.catalog.conftest import MEMORY
from tests.catalog.datasets import storages
from tests.files.data.engines import ENGINES, Engine

STORAGES = ["local", "memory", "s3"]


@pytest.fixture(scope="session")
def bucket(s3_server: str) -> Iterator[None]:
    import boto3

    from gluepy.files.storages.s3 import S3Storage

    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    place = {"endpoint_url": s3_server, "region_name": "us-east-1"}
    name = f"bucket-{uuid4().hex}"
    boto3.client("s3", **place, **keys).create_bucket(Bucket=name)
    options = {"bucket": name, "access_key": "test", "secret_key": "test", **place}
    storages.shared.append(S3Storage("root", **options))
    yield
    storages.shared.clear()


@pytest.fixture(params=STORAGES)
def storage_settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, Any]:
    """Settings of a storage: a folder, memory, a bucket."""
    if request.param == "local":
        return {"STORAGE_ROOT": str(tmp_path / "data")}
    if request.param == "memory":
        return {"STORAGE_BACKEND": MEMORY, "STORAGE_ROOT": ""}
    request.getfixturevalue("bucket")
    return {
        "STORAGE_BACKEND": "tests.catalog.datasets.storages.OnS3",
        "STORAGE_ROOT": uuid4().hex,
    }


@pytest.fixture(params=ENGINES, ids=str)
def engine(request: pytest.FixtureRequest) -> Engine:
    """An engine of dataframes."""
    return request.param


def backend(engine: Engine) -> dict[str, str]:
    """Return the setting that makes an engine the project's."""
    return {"DATA_BACKEND": f"gluepy.files.data.{engine.manager_name}"}
