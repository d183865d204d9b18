"""Runs in processes of their own: they keep apart, and what stops them is told."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

TASKS = """
import os
import time

from gluepy.conf import default_context
from gluepy.exec import DAG, Task
from gluepy.files.storages import default_storage


class Wait(Task):
    def run(self):
        default_storage.touch(default_storage.runpath("name.txt"), default_context.name)
        while default_context.wait and not os.path.exists("go"):
            time.sleep(0.01)


class Waiting(DAG):
    tasks = [Wait]
"""


class Project:
    def __init__(self, home: Path) -> None:
        command = [sys.executable, "-m", "gluepy", "startproject", "demo"]
        subprocess.run(command, cwd=home, check=True, capture_output=True)
        self.folder = home / "demo"
        (self.folder / "waiting.py").write_text(TASKS)
        (self.folder / "configs" / "wait.yaml").write_text("name: nobody\nwait: true\n")
        settings = self.folder / "settings" / "local.py"
        settings.write_text(f'{settings.read_text()}\nINSTALLED_MODULES = ["waiting"]\n')
        self.started: list[subprocess.Popen[str]] = []

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.started.append(process)
        return process

    def finish(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start(*arguments)
        out, err = process.communicate(timeout=60)
        return process.returncode, out, err

    def waiting(self, name: str) -> tuple[subprocess.Popen[str], Path]:
        """Start a run that waits, and return its process and its folder once it does."""
        process = self.start("dag", "waiting", "--param", f"name={name}")
        for _ in range(6000):
            for file in (self.folder / "data" / "runs").rglob("name.txt"):
                if file.read_text() == name:
                    return process, file.parent
            assert process.poll() is None, process.communicate()
            time.sleep(0.01)
        raise AssertionError("the run does not start")


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Project]:
    project = Project(tmp_path)
    yield project
    for process in project.started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def manifest(folder: Path) -> dict:
    return json.loads((folder / "run.json").read_text())


def test_two_processes_keep_apart_and_the_second_in_a_folder_is_refused(home: Project) -> None:
    first, one = home.waiting("one")
    second, two = home.waiting("two")
    assert one != two

    code, _, err = home.finish("dag", "waiting", "--retry", one.name)
    assert code == 1
    assert f"in use by process {first.pid} on " in err
    assert len(err.splitlines()) == 1

    (home.folder / "go").touch()
    assert (first.wait(60), second.wait(60)) == (0, 0)
    for folder, name in ((one, "one"), (two, "two")):
        assert (folder / "name.txt").read_text() == name
        assert f"name: {name}\n" in (folder / "context.yaml").read_text()
        assert manifest(folder)["status"] == "FINISHED"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_a_stopped_run_says_so_and_can_be_run_again(home: Project, number: int, code: int) -> None:
    process, folder = home.waiting("stopped")
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (code, "")
    assert "Traceback" not in err
    assert manifest(folder)["status"] == "KILLED"
    assert json.loads((folder / "tracking.json").read_text())["status"] == "KILLED"
    assert not (folder / "run.lock").exists()

    (home.folder / "go").touch()
    assert home.finish("dag", "waiting", "--retry", folder.name)[0] == 0
    assert manifest(folder)["status"] == "FINISHED"
    assert manifest(folder)["attempt"] == 2


@pytest.mark.skipif(os.name == "nt", reason="Windows has no kill -9")
def test_a_run_that_got_kill_9_is_listed_as_killed_and_its_lock_is_taken_over(
    home: Project,
) -> None:
    process, folder = home.waiting("killed")
    process.kill()
    process.communicate()
    assert (folder / "run.lock").exists()
    (listed,) = json.loads(home.finish("runs", "ls", "--json")[1])
    assert (listed["run_id"], listed["status"]) == (folder.name, "KILLED")

    (home.folder / "go").touch()
    assert home.finish("dag", "waiting", "--retry", folder.name)[0] == 0
    (listed,) = json.loads(home.finish("runs", "ls", "--json")[1])
    assert listed["status"] == "FINISHED"
