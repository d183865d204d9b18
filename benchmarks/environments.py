"""Environments of the peers: one each below .bench/, from PyPI, bytecode compiled."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path

from benchmarks.harness import clean_environment
from benchmarks.report import ROOT

FOLDER = ROOT / ".bench"


class Unavailable(Exception):
    """An environment cannot be made; the table says so and goes on."""


class Environment:
    """A virtual environment of its own.

    Args:
        name: Name of its folder.
        requirements: What pip installs; a folder with a slash is built first, anew each time.
    """

    def __init__(self, name: str, *requirements: str) -> None:
        self.folder = FOLDER / name
        self.requirements = requirements
        self.python = self.folder / "bin" / "python"

    def make(self) -> Environment:
        """Make the environment, or take the one that was made of the same requirements.

        Raises:
            Unavailable: pip cannot install one of the requirements.
        """
        stamp = self.folder / "requirements.json"
        wanted = json.dumps([sys.version, *self.requirements])
        if not (stamp.exists() and stamp.read_text() == wanted):
            shutil.rmtree(self.folder, ignore_errors=True)
            _run(sys.executable, "-m", "venv", str(self.folder))
            self.install(*self.requirements)
            stamp.write_text(wanted)
        return self

    def install(self, *arguments: str) -> None:
        """Install with pip and compile everything, which pip does not always do."""
        pip = [str(self.python), "-m", "pip", "install", "--quiet", "--no-input"]
        _run(*pip, "--disable-pip-version-check", *arguments)
        # A file that cannot be compiled is its owner's, such as a template.
        compiler = [str(self.python), "-m", "compileall", "-q", str(self.folder / "lib")]
        subprocess.run(compiler, capture_output=True, env=clean_environment())

    def versions(self, *names: str) -> str:
        """Return ``click 8.5.1, PyYAML 6.0.3``."""
        code = (
            "import sys; from importlib.metadata import version\n"
            "print(', '.join(f'{name} {version(name)}' for name in sys.argv[1:]))"
        )
        return _run(str(self.python), "-c", code, *names).strip()


def gluepy(name: str = "gluepy", *more: str) -> Environment:
    """Return an environment with a wheel of this checkout, its core dependencies and ``more``."""
    core = ("click", "PyYAML", "python-dotenv", "Jinja2")
    environment = Environment(name, *core, *more).make()
    stamp = environment.folder / "sources"
    digest = _digest(ROOT / "gluepy", ROOT / "project_template", ROOT / "pyproject.toml")
    if not (stamp.exists() and stamp.read_text() == digest):
        environment.install("--force-reinstall", "--no-deps", str(ROOT))
        stamp.write_text(digest)
    return environment


def clustered() -> Environment:
    """Return the same with what executors on processes and Dask need."""
    return gluepy("gluepy-dask", "cloudpickle", "distributed")


def link_programs(folder: Path) -> Path:
    """Let Python in a folder import ``benchmarks``, and nothing else of this checkout."""
    link = folder / "benchmarks"
    link.unlink(missing_ok=True)
    link.symlink_to(ROOT / "benchmarks", target_is_directory=True)
    return folder


def _digest(*places: Path) -> str:
    """Return a digest of all source files at some places."""
    digest = hashlib.sha256()
    for place in places:
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            if file.is_file() and file.suffix != ".pyc":
                digest.update(str(file).encode() + file.read_bytes())
    return digest.hexdigest()


def _run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, env=clean_environment())
    if done.returncode:
        reason = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:]
        raise Unavailable(f"{' '.join(command[1:6])} …: {''.join(reason)}")
    return done.stdout
