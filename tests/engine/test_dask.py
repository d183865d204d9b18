"""Runs on a Dask cluster, as the command line starts them."""

from __future__ import annotations

import re

import pytest

from tests.engine.projects import FLOW
from tests.projects.factory import Project

pytest.importorskip("distributed")

OF_GLUEPY = re.compile(r"INFO \d{4}-\d\d-\d\d [\d:,]+ observer - -{10} (Started|Completed) task .*")
ASKED = """
LOGGING = {
    "version": 1,
    "handlers": {"stderr": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"distributed": {"level": "INFO"}},
}
"""


@pytest.fixture
def flow(project: Project) -> Project:
    project.module("flows", dags=FLOW)
    return project


def test_a_run_on_dask_says_what_gluepy_says_and_nothing_else(flow: Project) -> None:
    done = flow.manage("dag", "flow", "--executor", "dask", "--workers", "2")
    assert done.returncode == 0, done.stderr
    *lines, last = done.stderr.splitlines()
    assert re.fullmatch(r"Run \S+ FINISHED in \S+", last)
    assert len(lines) == 20
    assert [line for line in lines if not OF_GLUEPY.fullmatch(line)] == []
    assert (flow.folders()[0] / "logs/run.log").read_text().splitlines() == lines


def test_a_project_that_asks_for_the_news_of_dask_gets_them(flow: Project) -> None:
    flow.settings(ASKED)
    done = flow.manage("dag", "flow", "--executor", "dask", "--workers", "1")
    assert done.returncode == 0, done.stderr
    assert "Receive client connection" in done.stderr
