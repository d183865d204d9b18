from __future__ import annotations

import io
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gluepy.exceptions import SettingsError, StorageError
from gluepy.files.storages import default_storage
from gluepy.files.storages.local import LocalStorage
from gluepy.files.storages.prefixed import PrefixedStorage
from gluepy.files.storages.s3 import S3Storage
from gluepy.files.storages.s3_files import AT_ONCE, S3Reader, S3Writer
from gluepy.test import override_settings
from gluepy.test.contracts.storage_files import write_and_fail
from tests.servers import s3_requests


@pytest.fixture
def storage(s3_bucket: dict[str, Any]) -> S3Storage:
    return S3Storage("data", **s3_bucket)


def test_copies_are_made_by_the_server(storage: S3Storage) -> None:
    storage.touch("a/1", "x")
    storage.touch("a/2", "x")
    with s3_requests(storage.client) as requests:
        storage.cp("a", "b", recursive=True)
        storage.cp("a/1", "c")
    assert requests["CopyObject"] == 3
    assert requests["GetObject"] == requests["PutObject"] == 0


def test_removing_a_folder_takes_a_request_for_every_thousand(storage: S3Storage) -> None:
    for number in range(25):
        storage.touch(f"many/{number:02}", "")
    with s3_requests(storage.client) as requests:
        storage.rm("many", recursive=True)
    assert requests["DeleteObjects"] == 1
    assert requests["DeleteObject"] == 0


def test_small_files_are_one_request(storage: S3Storage) -> None:
    with s3_requests(storage.client) as requests:
        storage.touch("a", "x", exclusive=True)
        with storage.stream("b", "wb") as handle:
            handle.write(b"x")
        storage.open("a")
    assert requests == {"PutObject": 2, "GetObject": 1}


def test_a_stream_is_one_request_until_it_is_two_parts_long(storage: S3Storage) -> None:
    for size, expected in (
        (AT_ONCE - 1, {"PutObject": 1}),
        (AT_ONCE + 1, {"CreateMultipartUpload": 1, "UploadPart": 3, "CompleteMultipartUpload": 1}),
    ):
        content = bytes(range(256)) * (size // 256) + b"x" * (size % 256)
        with s3_requests(storage.client) as requests, storage.stream("a", "wb") as handle:
            handle.write(content[:1000])
            handle.write(content[1000:])
        assert requests == expected
        assert storage.open("a") == content


def test_a_large_stream_that_fails_leaves_no_upload(storage: S3Storage) -> None:
    with pytest.raises(ZeroDivisionError):
        write_and_fail(storage.stream("large", "wb"), *[b"x" * 1_000_000] * 20)
    uploads = storage.client.list_multipart_uploads(Bucket=storage.bucket)
    assert uploads.get("Uploads", []) == []
    assert not storage.exists("large")


def test_a_large_exclusive_stream_does_not_replace(storage: S3Storage) -> None:
    with storage.stream("large", "xb") as late:
        late.write(b"x" * 20_000_000)
        storage.touch("large", "first")
        with pytest.raises(FileExistsError):
            late.close()
    assert storage.open("large", "r") == "first"


def test_reading_columns_fetches_little_of_the_file(storage: S3Storage) -> None:
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    columns = {f"c{number}": range(number, number + 400_000) for number in range(10)}
    table = pyarrow.table({name: list(values) for name, values in columns.items()})
    with storage.writing("table.parquet") as target:
        parquet.write_table(table, target, compression="none", use_dictionary=False)
    fetched = []
    events = storage.client.meta.events
    events.register(
        "after-call.s3.GetObject", lambda parsed, **_: fetched.append(parsed["ContentLength"])
    )
    with storage.reading("table.parquet") as source:
        column = parquet.read_table(source, columns=["c3"])
    assert column.equals(table.select(["c3"]))
    assert sum(fetched) < storage.size("table.parquet") / 4


def test_arrow_sees_the_same_files(storage: S3Storage) -> None:
    pytest.importorskip("pyarrow")
    storage.touch("a/b", "abc")
    filesystem, root = storage.arrow_filesystem()
    with filesystem.open_input_file(f"{root}/a/b") as handle:
        assert handle.read() == b"abc"


def test_arrow_has_one_client_for_all_threads(s3_bucket: dict[str, Any]) -> None:
    pytest.importorskip("pyarrow")
    storage = S3Storage("data", **s3_bucket)
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: storage.arrow_filesystem()[0], range(32)))
    assert len(set(map(id, found))) == 1
    assert PrefixedStorage(storage, "a").arrow_filesystem()[0] is found[0]


def test_credentials_that_were_renewed_reach_arrow(storage: S3Storage) -> None:
    pytest.importorskip("pyarrow")
    before = storage.arrow_filesystem()[0]
    storage._session_and_client()[0].get_credentials().token = "renewed"
    after = storage.arrow_filesystem()[0]
    assert after is not before
    assert after is storage.arrow_filesystem()[0]
    assert storage.connection().session_token == "renewed"


def test_a_connection_tells_other_clients_all_but_shows_no_secret(
    s3_bucket: dict[str, Any],
) -> None:
    storage = S3Storage("data", **{**s3_bucket, "secret_key": "hush"})
    found = PrefixedStorage(storage, "a/b").connection()
    assert found is not None
    assert found._asdict() == {
        "scheme": "s3",
        "root": f"{s3_bucket['bucket']}/data/a/b",
        "region": "eu-west-1",
        "endpoint": s3_bucket["endpoint_url"],
        "access_key": "test",
        "secret_key": "hush",
        "session_token": "",
    }
    assert "hush" not in f"{found} {found!r} {(found,)}"
    assert LocalStorage("a").connection() is None


@pytest.mark.parametrize(
    ("given", "endpoint"),
    [
        (None, ""),
        ("https://minio.example/", "https://minio.example"),
        ("http://minio.example:9000", "http://minio.example:9000"),
    ],
)
def test_a_connection_names_the_endpoint(given: str | None, endpoint: str) -> None:
    keys = {"access_key": "a", "secret_key": "b"}
    storage = S3Storage("", bucket="b", region_name="eu-west-1", endpoint_url=given, **keys)
    assert storage.connection()[:4] == ("s3", "b", "eu-west-1", endpoint)


def test_the_reader_asks_for_more_while_it_is_read_in_order() -> None:
    content = bytes(range(256)) * 80_000
    asked: list[tuple[int, int]] = []

    def fetch(start: int, end: int) -> io.BytesIO:
        asked.append((start, end))
        return io.BytesIO(content[start:end])

    reader = S3Reader(fetch, len(content))
    pieces = []
    while piece := reader.read(100_000):
        pieces.append(piece)
    assert b"".join(pieces) == content
    assert [end - start for start, end in asked[:2]] == [256 * 1024, 512 * 1024]
    assert len(asked) == 4
    assert asked[-1][1] == len(content)
    reader.seek(5)
    assert reader.read(1) == content[5:6]
    assert asked[-1] == (5, 5 + 128 * 1024)
    with pytest.raises(ValueError, match="before the start"):
        reader.seek(-1)


def test_parts_grow_so_that_the_largest_object_fits() -> None:
    writer = S3Writer(None, {}, False)
    total = 0
    for _ in range(10_000):
        total += writer._part_size()
        writer._parts.append(None)
    assert total >= 5 * 1024**4


def test_a_bucket_that_does_not_exist_is_named(s3_bucket: dict[str, Any]) -> None:
    storage = S3Storage("data", **{**s3_bucket, "bucket": "nosuchbucket"})
    for call in (
        lambda: storage.touch("a", "x"),
        lambda: storage.open("a"),
        lambda: storage.exists("a"),
        lambda: storage.ls(),
        lambda: storage.rm("a", recursive=True),
    ):
        with pytest.raises(StorageError, match="There is no S3 bucket 'nosuchbucket'"):
            call()


def test_without_a_bucket_the_setting_is_named() -> None:
    with override_settings(), pytest.raises(SettingsError, match="Set AWS_STORAGE_BUCKET_NAME"):
        S3Storage("data").ls()


def test_without_credentials_the_settings_are_named(s3_bucket: dict[str, Any]) -> None:
    storage = S3Storage("data", **{**s3_bucket, "access_key": None, "secret_key": None})
    for call in (lambda: storage.touch("a", "x"), storage.connection, storage.arrow_filesystem):
        with pytest.raises(StorageError, match=r"no credentials .* Set AWS_ACCESS_KEY_ID"):
            call()


def test_a_server_that_does_not_answer_is_one_clear_line() -> None:
    storage = S3Storage(
        "",
        bucket="b",
        endpoint_url="http://127.0.0.1:9",
        access_key="a",
        secret_key="b",
        region_name="eu-west-1",
    )
    with pytest.raises(StorageError, match="'a' in the S3 bucket 'b' was not reached"):
        storage.open("a")


def test_the_settings_make_the_default_storage(s3_bucket: dict[str, Any]) -> None:
    settings = {
        "STORAGE_BACKEND": "gluepy.files.storages.s3.S3Storage",
        "AWS_STORAGE_BUCKET_NAME": s3_bucket["bucket"],
        "AWS_S3_REGION_NAME": s3_bucket["region_name"],
        "AWS_S3_ENDPOINT_URL": s3_bucket["endpoint_url"],
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
    }
    with override_settings(**settings):
        default_storage.touch("a/b", "x")
        assert default_storage.abspath("a/b") == f"s3://{s3_bucket['bucket']}/a/b"
    with override_settings(**settings, STORAGE_ROOT="a"):
        assert default_storage.ls() == (["b"], [])


def test_a_large_upload_takes_little_memory(s3_bucket: dict[str, Any]) -> None:
    code = f"""
import resource
from gluepy.files.storages.s3 import S3Storage
storage = S3Storage("", **{s3_bucket!r})
storage.touch("warm", "x" * 1000)
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
before = peak()
with storage.stream("large", "wb") as handle:
    for _ in range(256):
        handle.write(bytes(1024 * 1024))
print(peak() - before, storage.size("large"))
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    grown, size = map(int, done.stdout.split())
    assert size == 256 * 1024**2
    assert grown <= 64
