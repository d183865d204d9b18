"""Storages under the data managers' tests."""

from __future__ import annotations

from uuid import uuid4

import pytest

from gluepy.files.storages.base import BaseStorage


@pytest.fixture(scope="session")
def s3_root(s3_server: str) -> BaseStorage:
    """One storage for all tests: making its client takes longer than most of them."""
    import boto3

    from gluepy.files.storages.s3 import S3Storage

    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    place = {"endpoint_url": s3_server, "region_name": "us-east-1"}
    bucket = f"bucket-{uuid4().hex}"
    boto3.client("s3", **place, **keys).create_bucket(Bucket=bucket)
    return S3Storage("root", bucket=bucket, access_key="test", secret_key="test", **place)


@pytest.fixture
def s3_storage(s3_root: BaseStorage) -> BaseStorage:
    """An empty storage on S3."""
    from gluepy.files.storages.prefixed import PrefixedStorage

    return PrefixedStorage(s3_root, uuid4().hex)
