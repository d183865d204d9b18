"""Artifacts on object stores: at URLs, in run folders, in versions."""

from __future__ import annotations

import pytest

from gluepy.catalog import FileDataset, catalog
from gluepy.catalog.places import place_of, storage_of
from gluepy.context.current import current
from gluepy.files.storages import default_storage
from gluepy.test import override_settings
from tests.servers import serving


@pytest.fixture(autouse=True)
def note(project):
    class Note(FileDataset):
        type = "note"

        def load(self) -> str:
            return self.source().open("r")

        def save(self, data: str) -> None:
            self.target().touch(data)


@pytest.fixture
def bucket(s3_bucket):
    """Settings that reach a fresh bucket of S3; its name."""
    with override_settings(
        AWS_S3_ENDPOINT_URL=s3_bucket["endpoint_url"],
        AWS_S3_REGION_NAME=s3_bucket["region_name"],
        AWS_ACCESS_KEY_ID=s3_bucket["access_key"],
        AWS_SECRET_ACCESS_KEY=s3_bucket["secret_key"],
    ):
        yield s3_bucket["bucket"]


def test_a_bucket_of_s3_is_named_by_a_url(write, bucket):
    write("x: {type: note, path: 's3://!{bucket}/a/x.txt'}")
    assert not catalog.exists("x", bucket=bucket)
    catalog.save("x", "hello", bucket=bucket)
    assert catalog.load("x", bucket=bucket) == "hello"
    storage, path = place_of(f"s3://{bucket}/a/x.txt")
    assert storage.open(path, "r") == "hello"


def test_versions_on_s3_are_listed_and_the_newest_is_read(write, bucket, a_run):
    write(f"x: {{type: note, path: 's3://{bucket}/x.txt', versioned: true}}")
    with a_run():
        catalog.save("x", "first")
        first = current().gluepy.run_id
    with a_run():
        catalog.save("x", "second")
    assert catalog.load("x") == "second"
    assert catalog.load("x", run=first) == "first"
    assert storage_of(f"s3://{bucket}").open(f"x.txt/{first}/x.txt", "r") == "first"


def test_run_folders_may_lie_on_s3(write, bucket, a_run):
    write("x: {type: note, path: x.txt}")
    with override_settings(
        STORAGE_BACKEND="gluepy.files.storages.s3.S3Storage",
        STORAGE_ROOT="",
        AWS_STORAGE_BUCKET_NAME=bucket,
    ):
        for value in ("first", "second"):
            with a_run():
                catalog.save("x", value)
                for index in range(3):
                    catalog.dataset("x", element=index).save(f"{value} {index}")
                assert default_storage.open(default_storage.runpath("x.txt"), "r") == value
        assert catalog.load("x") == "second"
        catalog.dataset("x", run="latest").remove()
        assert catalog.load("x") == ["second 0", "second 1", "second 2"]


def test_a_bucket_of_google_is_reached_as_the_default_storage_is(write, gcs_bucket):
    write(f"x: {{type: note, path: 'gs://{gcs_bucket['bucket']}/a/x.txt'}}")
    with override_settings(
        STORAGE_BACKEND="gluepy.files.storages.google.GoogleStorage",
        STORAGE_ROOT="elsewhere",
        STORAGE_OPTIONS=gcs_bucket,
    ):
        catalog.save("x", "hello")
        assert catalog.load("x") == "hello"


def test_any_scheme_of_fsspec_is_taken(write, project):
    pytest.importorskip("aiohttp")
    (project / "site").mkdir()
    (project / "site" / "x.txt").write_text("hello")
    write("x: {type: note, path: 'http://!{host}/x.txt'}")
    arguments = ("-m", "http.server", "{port}", "--bind", "127.0.0.1", "--directory")
    with serving(*arguments, str(project / "site")) as url:
        assert catalog.load("x", host=url.removeprefix("http://")) == "hello"
