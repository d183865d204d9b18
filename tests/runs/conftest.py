from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from gluepy.exec import DAG, EvaluationTask, Task
from gluepy.files.storages import default_storage
from gluepy.ops import default_mlops
from gluepy.test import override_settings

MEMORY = "gluepy.files.storages.memory.MemoryStorage"


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> Iterator[Path]:
    """Settings of an empty project with files on the disk, and gluepy's own log lines."""
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "context.yaml").write_text("n: 1\nmodel: {depth: 2}\n")
    logger = logging.getLogger("gluepy")
    level = logger.level
    logger.setLevel(logging.INFO)
    with override_settings(
        BASE_DIR=str(tmp_path),
        CONFIG_PATH=str(tmp_path / "configs"),
        STORAGE_ROOT=str(tmp_path / "data"),
    ):
        yield tmp_path
    logger.setLevel(level)


@pytest.fixture(params=["local", "memory"])
def any_storage(request: pytest.FixtureRequest, project: Path) -> Iterator[str]:
    if request.param == "local":
        yield request.param
        return
    with override_settings(STORAGE_BACKEND=MEMORY, STORAGE_ROOT=""):
        yield request.param


@pytest.fixture
def daily(project: Path) -> type[DAG]:
    """A DAG that writes a file, and one that measures it."""

    class Write(Task):
        def run(self) -> None:
            default_storage.touch(default_storage.runpath("out.txt"), "written")

    class Check(Task):
        def run(self) -> None:
            default_storage.open(default_storage.runpath("out.txt"))

    class Measure(EvaluationTask):
        def run(self) -> None:
            text = default_storage.open(default_storage.runpath("out.txt"))
            default_mlops.log_metric("length", len(text))

    class Daily(DAG):
        tasks = [Write, Check]
        eval_tasks = [Measure]

    return Daily
