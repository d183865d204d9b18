from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gluepy.runs.progress import Progress
from tests.projects.factory import Project, environment, start_project

pytest.importorskip("pty", reason="Windows has no pseudo-terminals")

SLOW = """
import time

from gluepy.exec import DAG, Volatile, task


def make(number):
    @task(label=f"step{number}")
    def step() -> Volatile(f"v{number}"):
        time.sleep(0.3)
        if number == 1:
            raise ValueError("no luck")
    return step


class Slow(DAG):
    label = "slow"
    tasks = [make(number) for number in range(6)]
    on_failure = "continue"
"""
STEPS = 6


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return start_project(tmp_path_factory.mktemp("template"))


@pytest.fixture
def slow(template: Path, tmp_path: Path) -> Project:
    project = Project.copied(template, tmp_path / "demo")
    project.module("slow", dags=SLOW)
    return project


def on_terminal(project: Project, *arguments: str) -> str:
    """Return what ``manage.py`` shows on a terminal of 120 columns."""
    ours, theirs = os.openpty()
    process = subprocess.Popen(
        [sys.executable, "manage.py", *arguments],
        cwd=project.root,
        env=environment(TERM="xterm", COLUMNS="120"),
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 65536):
            shown += part
    except OSError:  # the other end is closed
        pass
    os.close(ours)
    process.wait()
    return shown.decode()


def test_a_terminal_shows_what_is_done_runs_failed_and_remains_and_the_time(slow: Project) -> None:
    pytest.importorskip("rich")
    shown = on_terminal(slow, "dag", "slow", "--executor", "serial")
    assert "1 done  1 running  0 failed  5 remaining  step0" in shown
    assert "2 done  1 running  1 failed  3 remaining  step2" in shown
    assert "6 done  0 running  1 failed  0 remaining" in shown
    assert "0:00:00" in shown
    assert "0:00:01" in shown
    assert "Completed task 'step'" in shown


def test_a_terminal_shows_plain_lines_without_rich(slow: Project) -> None:
    slow.write("rich.py", "raise ImportError")
    shown = on_terminal(slow, "dag", "slow")
    assert "\x1b[2K" not in shown  # no line is drawn over
    assert "remaining" not in shown
    assert shown.count("Completed task 'step") == STEPS - 1


def test_a_pipe_gets_plain_lines(slow: Project) -> None:
    done = slow.manage("dag", "slow", "--executor", "threads")
    assert "\x1b" not in done.stderr
    assert "remaining" not in done.stderr
    assert done.stderr.count("Completed task 'step") == STEPS - 1


def test_the_line_names_three_of_many() -> None:
    progress = Progress(10, is_wanted=False)
    for number in range(5):
        progress.started(f"t{number}")
    progress.ended("t0", is_failure=True)
    assert progress.text() == ("0 done  4 running  1 failed  5 remaining  t1, t2, t3 and 1 more")
