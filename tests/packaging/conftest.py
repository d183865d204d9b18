"""One wheel and one empty environment per session, shared by the workers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from filelock import FileLock

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Installed:
    """An environment that holds the wheel and what the wheel asked for."""

    bin: Path

    def run(self, *command: str, cwd: Path, code: int = 0) -> str:
        """Run a command of the environment; return its stdout."""
        done = self.done(*command, cwd=cwd)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def done(self, *command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{self.bin}:/usr/bin:/bin", "HOME": str(cwd), "LC_ALL": "C.UTF-8"}
        program = [str(self.bin / command[0]), *command[1:]]
        return subprocess.run(
            program,
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
        )


def once(factory: pytest.TempPathFactory, worker_id: str, name: str, make: Callable) -> Path:
    """Return the folder ``name`` all workers share; the first to come fills it."""
    base = factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / name
    with FileLock(f"{folder}.lock"):
        if not (folder / ".complete").exists():
            make(folder)
            (folder / ".complete").touch()
    return folder


def check_call(*command: str | Path) -> None:
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def distributions(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Folder of an sdist, and of the wheel that was built out of that sdist."""

    def build(folder: Path) -> None:
        check_call(sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT)

    return once(tmp_path_factory, worker_id, "dist", build)


@pytest.fixture(scope="session")
def wheel(distributions: Path) -> Path:
    [path] = distributions.glob("*.whl")
    return path


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory, worker_id: str, wheel: Path) -> Installed:
    """An environment with the wheel, its dependencies, and nothing else."""

    def install(folder: Path) -> None:
        check_call(sys.executable, "-m", "venv", folder)
        check_call(folder / "bin/pip", "install", "--quiet", wheel)

    return Installed(once(tmp_path_factory, worker_id, "installed", install) / "bin")


@pytest.fixture(scope="session")
def tested(tmp_path_factory: pytest.TempPathFactory, worker_id: str, wheel: Path) -> Installed:
    """The same with pytest, for the tests that a new project comes with."""

    def install(folder: Path) -> None:
        check_call(sys.executable, "-m", "venv", folder)
        check_call(folder / "bin/pip", "install", "--quiet", wheel, "pytest")

    return Installed(once(tmp_path_factory, worker_id, "tested", install) / "bin")


@pytest.fixture
def project(installed: Installed, tmp_path: Path) -> Path:
    """A project that ``gluepy startproject`` made."""
    os.makedirs(tmp_path / "home")
    installed.run("gluepy", "startproject", "demo", cwd=tmp_path / "home")
    return tmp_path / "home" / "demo"
