"""Servers on free loopback ports, each a process of its own, one for each test worker.

Used as fixtures (this module is a pytest plugin): ``s3_server`` and ``gcs_server`` give the
URL, ``s3_bucket`` and ``gcs_bucket`` the options of a storage over a fresh bucket.
"""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import pytest

_PATIENCE = 60

# As it comes the emulator writes an index of all objects after each request, for its next
# start, and lets five connections wait; 10,000 objects would take an hour.
_EMULATOR = """
import sys
from http.server import HTTPServer
from gcp_storage_emulator import server, storage

HTTPServer.request_queue_size = 128
storage.Storage._write_config_to_file = lambda self: None
server.Server("127.0.0.1", int(sys.argv[1]), in_memory=True).run()
"""


@pytest.fixture(scope="session")
def s3_server() -> Iterator[str]:
    """URL of a server that speaks S3."""
    _need("moto", "boto3")
    with serving("-m", "moto.server", "-H", "127.0.0.1", "-p", "{port}") as url:
        yield url


@pytest.fixture
def s3_bucket(s3_server: str) -> dict[str, Any]:
    """Options of an S3Storage over a new bucket."""
    import boto3

    options = {"region_name": "eu-west-1", "endpoint_url": s3_server}
    bucket = f"bucket-{uuid4().hex}"
    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    boto3.client("s3", **options, **keys).create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    return {**options, "bucket": bucket, "access_key": "test", "secret_key": "test"}


@contextmanager
def s3_requests(client: Any) -> Iterator[Counter[str]]:
    """Count the requests a boto3 client sends, by operation."""
    requests: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        requests[model.name] += 1

    client.meta.events.register("before-call.s3", count)
    yield requests
    client.meta.events.unregister("before-call.s3", count)


@pytest.fixture(scope="session")
def gcs_server() -> Iterator[str]:
    """URL of an emulator of Google Cloud Storage."""
    _need("gcp_storage_emulator", "gcsfs")
    with serving("-c", _EMULATOR, "{port}") as url:
        yield url


@pytest.fixture
def gcs_bucket(gcs_server: str) -> dict[str, Any]:
    """Options of a GoogleStorage over a new bucket."""
    bucket = f"bucket-{uuid4().hex}"
    request = urllib.request.Request(
        f"{gcs_server}/storage/v1/b?project=test",
        data=f'{{"name": "{bucket}"}}'.encode(),
        headers={"Content-Type": "application/json"},
    )
    urllib.request.urlopen(request, timeout=_PATIENCE).close()
    return {"bucket": bucket, "project": "test", "token": "anon", "endpoint_url": gcs_server}


@contextmanager
def serving(*arguments: str) -> Iterator[str]:
    """Run a Python program that listens on ``{port}``, and yield its URL once it answers."""
    port = _free_port()
    command = [sys.executable, *(argument.format(port=port) for argument in arguments)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _need(*packages: str) -> None:
    for package in packages:
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"the package '{package}' is not installed")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"The server {process.args!r} ended with {process.returncode}.")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError(f"The server {process.args!r} does not listen.")
