"""Runs on a cluster that somebody has started with ``dask scheduler`` and ``dask worker``."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.projects.factory import Project, environment, wait_for

pytest.importorskip("distributed")

TASKS = '''
"""Tasks that tell on which worker they ran."""

import os

from gluepy.exec import DAG, Artifact, task


def where():
    return os.environ["WORKER"]


@task(resources={"gpu": 1, "cpu": 64})
def train(number: int) -> Artifact("trained"):
    return where()


@task(resources={"gpu": 2})
def wish() -> Artifact("wished"):
    return where()


class Train(DAG):
    label = "train"
    tasks = [train.map(number=list(range(6)))]


class Wish(DAG):
    label = "wish"
    tasks = [wish]
'''


@contextmanager
def running(*arguments: str, **changes: str) -> Iterator[None]:
    command = [sys.executable, "-m", "dask", *arguments]
    process = subprocess.Popen(
        command, env=environment(**changes), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Address of a scheduler without workers."""
    file = tmp_path / "scheduler.json"
    options = (
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
        "--scheduler-file",
        str(file),
    )
    with running("scheduler", *options):
        yield wait_for(lambda: file.exists() and _address(file), "scheduler")


def _address(file: Path) -> str | None:
    try:
        return str(json.loads(file.read_text())["address"])
    except ValueError:  # half of it is written
        return None


@contextmanager
def worker(address: str, name: str, project: Project, *options: str) -> Iterator[None]:
    """Run a worker, and wait until the scheduler knows it."""
    from distributed import Client

    path = os.pathsep.join([str(project.root), *sys.path])
    arguments = (address, "--name", name, "--nthreads", "2", "--no-dashboard", *options)
    with (
        running("worker", *arguments, WORKER=name, PYTHONPATH=path),
        Client(address, set_as_default=False) as client,
    ):
        wait_for(lambda: name in _names(client), name)
        yield


def _names(client: Any) -> list[str]:
    return [one["name"] for one in client.scheduler_info(n_workers=-1)["workers"].values()]


@pytest.fixture
def trained(project: Project, address: str) -> Project:
    project.module("train", tasks=TASKS)
    project.settings(f"DASK_SCHEDULER_ADDRESS = {address!r}")
    return project


def test_a_task_runs_on_the_worker_that_has_what_it_asks_for(trained, address) -> None:
    with (
        worker(address, "plain", trained),
        worker(address, "strong", trained, "--resources", "gpu=1"),
    ):
        folder = trained.run("train", "--executor", "dask")
        texts = [file.read_text() for file in sorted((folder / "artifacts/trained").iterdir())]
        assert texts == ['"strong"'] * 6
        done = trained.manage("dag", "wish", "--executor", "dask")
    assert done.returncode == 1
    assert "'wish' asks for gpu 2, but no Dask worker offers more than 1." in done.stderr


def test_a_task_that_asks_for_what_no_worker_declares_fails_at_once(trained, address) -> None:
    with worker(address, "plain", trained):
        done = trained.manage("dag", "wish", "--executor", "dask")
    assert done.returncode == 1
    assert "'wish' asks for gpu 2, but no Dask worker offers GPU." in done.stderr
    assert (
        "dask worker ADDRESS --resources GPU=2"
        in (trained.folders()[0] / "logs/run.log").read_text()
    )


def test_a_run_waits_for_workers_and_says_so(trained, address) -> None:
    run = trained.start("dag", "train", "--executor", "dask")
    said = run.stderr.readline()
    while "has no workers" not in said:
        assert said, "the run ended"
        said = run.stderr.readline()
    assert f"The Dask cluster at {address} has no workers; tasks wait for some." in said
    with worker(address, "strong", trained, "--resources", "GPU=1"):
        _, rest = run.communicate(timeout=60)
    assert run.returncode == 0, rest
    (folder,) = trained.folders()
    texts = {file.read_text() for file in (folder / "artifacts/trained").iterdir()}
    assert texts == {'"strong"'}
