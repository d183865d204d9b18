"""The suite on every Python that is here, and on the lowest and newest dependencies."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import nox

nox.options.reuse_existing_virtualenvs = True

CANDIDATES = ("3.11", "3.12", "3.13", "3.14")
WORKERS = os.environ.get("WORKERS", "2")


def interpreters() -> list[str]:
    """Return the versions that really start, on PATH or kept by pyenv; put those on PATH."""
    kept = sorted((Path.home() / ".pyenv/versions").glob("*/bin"))
    found = []
    for version in CANDIDATES:
        folders = [folder for folder in kept if folder.parent.name.startswith(f"{version}.")]
        if not _starts(shutil.which(f"python{version}")) and folders:
            os.environ["PATH"] = os.pathsep.join([str(folders[-1]), os.environ["PATH"]])
        if _starts(shutil.which(f"python{version}")):
            found.append(version)
    return found


def _starts(python: str | None) -> bool:
    if python is None:
        return False
    done = subprocess.run([python, "-c", "import venv"], capture_output=True, check=False)
    return done.returncode == 0


PYTHONS = interpreters()


def run(session: nox.Session, *constraints: str) -> None:
    """Install gluepy with all it is tested with, compile it, and run the suite."""
    session.install("--editable", ".[test]", *constraints)
    packages = f"{session.virtualenv.location}/lib"
    session.run_install(
        *("python", "-m", "compileall", "-q", "-j", "0", packages),
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
    pins = session.run_install("python", "-m", "tools.lowest", silent=True)
    path = Path(session.create_tmp()) / "lowest.txt"
    path.write_text(str(pins))
    run(session, "--constraint", str(path))


@nox.session(python=PYTHONS[-1:])
def newest(session: nox.Session) -> None:
    """Run the suite on the newest allowed version of every dependency, on the newest Python."""
    run(session, "--upgrade", "--upgrade-strategy", "eager")
