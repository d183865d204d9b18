"""Small projects on disk, and their commands as processes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent
from typing import Any

Done = subprocess.CompletedProcess
TIMEOUT = 60


def environment(**changes: str) -> dict[str, str]:
    """Return an environment for a process; colours and buffering are off."""
    return {**os.environ, "NO_COLOR": "1", "PYTHONUNBUFFERED": "1", **changes}


def start_project(folder: Path) -> Path:
    """Make the project `demo` with the command a user would type."""
    subprocess.run(
        [sys.executable, "-m", "gluepy", "startproject", "demo"],
        cwd=folder,
        env=environment(),
        capture_output=True,
        check=True,
    )
    return folder / "demo"


class Project:
    """A project in a folder.

    Args:
        root: The folder that holds ``manage.py``.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    @classmethod
    def copied(cls, source: Path, target: Path) -> Project:
        unwanted = shutil.ignore_patterns("__pycache__", "data")
        return cls(Path(shutil.copytree(source, target, ignore=unwanted)))

    def write(self, path: str, text: str) -> Path:
        """Write a file of the project, the text's indentation taken off."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"), encoding="utf-8")
        return file

    def append(self, path: str, text: str) -> None:
        file = self.root / path
        file.write_text(f"{file.read_text('utf-8')}\n{dedent(text)}", encoding="utf-8")

    def settings(self, text: str) -> None:
        self.append("settings/local.py", text)

    def module(self, name: str, **files: str) -> None:
        """Add a module to the project: one Python file for each keyword, and install it."""
        self.write(f"{name}/__init__.py", "")
        for part, text in files.items():
            self.write(f"{name}/{part}.py", text)
        self.settings(f"INSTALLED_MODULES = [*INSTALLED_MODULES, {name!r}]")

    def manage(self, *arguments: str, cwd: str = ".", **changes: str) -> Done[str]:
        """Run ``python manage.py`` with arguments and wait for it."""
        return subprocess.run(
            [sys.executable, str(self.root / "manage.py"), *arguments],
            cwd=self.root / cwd,
            env=environment(**changes),
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )

    def start(self, *arguments: str, **changes: str) -> subprocess.Popen[str]:
        """Run ``python manage.py`` with arguments and do not wait for it."""
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=self.root,
            env=environment(**changes),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def python(self, code: str, **changes: str) -> Done[str]:
        """Run Python code in the project."""
        return subprocess.run(
            [sys.executable, "-c", dedent(code)],
            cwd=self.root,
            env=environment(**changes),
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )

    def run(self, *arguments: str) -> Path:
        """Run ``dag`` with arguments, which must succeed, and return the run folder."""
        before = set(self.folders())
        done = self.manage("dag", *arguments)
        assert done.returncode == 0, done.stderr
        new = set(self.folders()) - before
        assert len(new) == 1, new
        return new.pop()

    def folders(self) -> list[Path]:
        """Return the run folders, oldest first."""
        return sorted(file.parent for file in (self.root / "data").rglob("run.json"))

    def json(self, *arguments: str) -> Any:
        """Return what a command prints on stdout, as JSON."""
        done = self.manage(*arguments, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)


def status_of(folder: Path) -> tuple[str, str]:
    """Return how a run ended, according to its manifest and to its tracker."""
    manifest = json.loads((folder / "run.json").read_text("utf-8"))
    tracked = json.loads((folder / "tracking.json").read_text("utf-8"))
    return manifest["status"], tracked["status"]


def wait_for(condition: Callable[[], Any], what: str) -> Any:
    """Return the first true value of a condition.

    Raises:
        TimeoutError: There was none within a minute.
    """
    end = time.monotonic() + TIMEOUT
    while time.monotonic() < end:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise TimeoutError(what)
