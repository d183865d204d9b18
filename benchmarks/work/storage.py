"""List, ask, put or get: by the library underneath, or through a storage of gluepy.

Arguments: verb size folder endpoint how.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from benchmarks.work.data import BUCKET

CONTENT = b"x" * 4096
REGION = "us-east-1"


def main() -> None:
    """Run one verb a few times and print the seconds: of processor time for S3."""
    verb, size, folder, endpoint, how = sys.argv[1:]
    os.environ["GLUEPY_SETTINGS_MODULE"] = "gluepy.conf.global_settings"
    make = _through_gluepy if how == "gluepy" else _by_hand
    call = make(verb, int(size), folder, endpoint)
    if not endpoint:
        _fill(folder, int(size))
    elif verb == "get":
        _by_hand("put", int(size), folder, endpoint)()
    call()
    clock = time.process_time if endpoint else time.perf_counter
    print(json.dumps({"seconds": [_timed(call, clock) for _ in range(3)]}))


def _timed(call: Callable[[], Any], clock: Callable[[], float]) -> float:
    started = clock()
    call()
    return clock() - started


def _fill(folder: str, size: int) -> None:
    marker = f"{folder}/{size}"
    if not os.path.exists(marker):
        os.makedirs(marker)
        for number in range(size):
            with open(f"{marker}/file{number:05}", "wb"):
                pass


def _names(size: int) -> list[str]:
    return [f"{size}/file{number:05}" for number in range(size)]


def _by_hand(verb: str, size: int, folder: str, endpoint: str) -> Callable[[], Any]:
    names = _names(size)
    if verb == "ls":
        return lambda: _scan(f"{folder}/{size}")
    if verb == "exists":
        paths = [f"{folder}/{name}" for name in names]
        return lambda: [os.path.exists(path) for path in paths]
    import boto3

    keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
    client = boto3.client("s3", endpoint_url=endpoint, region_name=REGION, **keys)
    if verb == "put":
        return lambda: [client.put_object(Bucket=BUCKET, Key=key, Body=CONTENT) for key in names]
    return lambda: [client.get_object(Bucket=BUCKET, Key=key)["Body"].read() for key in names]


def _scan(folder: str) -> tuple[list[str], list[str]]:
    files, folders = [], []
    with os.scandir(folder) as entries:
        for entry in entries:
            (folders if entry.is_dir() else files).append(entry.name)
    return files, folders


def _through_gluepy(verb: str, size: int, folder: str, endpoint: str) -> Callable[[], Any]:
    names = _names(size)
    if not endpoint:
        from gluepy.files.storages.local import LocalStorage

        local = LocalStorage(folder)
        if verb == "ls":
            return lambda: local.ls(str(size))
        return lambda: [local.exists(name) for name in names]
    from gluepy.files.storages.s3 import S3Storage

    options = {"access_key": "test", "secret_key": "test"}
    remote = S3Storage("", bucket=BUCKET, endpoint_url=endpoint, region_name=REGION, **options)
    if verb == "put":
        return lambda: [remote.touch(name, CONTENT) for name in names]
    return lambda: [remote.open(name) for name in names]


if __name__ == "__main__":
    main()
