"""The suite on every Python that is here, and on the lowest and newest dependencies."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import nox

nox.options.reuse_existing_virtualenvs = True
nox.options.error_on_missing_interpreters = False

CANDIDATES = ("3.11", "3.12", "3.13", "3.14")
WORKERS = os.environ.get("WORKERS", "2")


def interpreters() -> list[str]:
    """Return the Pythons from 3.11 up that really start: on PATH, or kept by pyenv."""
    kept = sorted((Path.home() / ".pyenv/versions").glob("3.*/bin/python3"))
    found = {}
    for version in CANDIDATES:
        on_path = shutil.which(f"python{version}")
        for path in [on_path, *(str(p) for p in kept if f"/{version}." in str(p))]:
            if path and _starts(path):
                found.setdefault(version, path)
    return list(found.values())


def _starts(path: str) -> bool:
    done = subprocess.run([path, "-c", "import venv, ensurepip"], capture_output=True, check=False)
    return done.returncode == 0


PYTHONS = interpreters()


def run(session: nox.Session, *constraints: str) -> None:
    """Install gluepy with all it is tested with, and run the suite."""
    session.install("--editable", ".[test]", *constraints)
    session.run(
        "python",
        "-m",
        "compileall",
        "-q",
        "-j",
        "0",
        session.virtualenv.location,
        silent=True,
        success_codes=[0, 1],
    )
    session.run("python", "-m", "pytest", "-n", WORKERS, *session.posargs)


@nox.session(python=PYTHONS)
def tests(session: nox.Session) -> None:
    """Run the suite on one Python, with the dependencies pip chooses."""
    run(session)


@nox.session(python=PYTHONS[:1])
def lowest(session: nox.Session) -> None:
    """Run the suite on the lowest allowed version of every dependency, on the oldest Python."""
    pins = session.run("python", "-m", "tools.lowest", silent=True)
    path = Path(session.create_tmp()) / "lowest.txt"
    path.write_text(str(pins))
    run(session, "--constraint", str(path))


@nox.session(python=PYTHONS[-1:])
def newest(session: nox.Session) -> None:
    """Run the suite on the newest allowed version of every dependency, on the newest Python."""
    run(session, "--upgrade", "--upgrade-strategy", "eager")
