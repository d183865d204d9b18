"""A PostgreSQL of its own, or SQLite where that is not installed."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """Yield the URL of an empty database: of PostgreSQL, else a file of SQLite."""
    programs = _programs()
    if programs is None:
        file = folder / "rows.db"
        file.unlink(missing_ok=True)
        yield f"sqlite:///{file}"
        return
    place = Path(tempfile.mkdtemp(prefix="gluepy-bench-"))
    user = _user()
    if user is not None:
        os.chown(place, pwd.getpwnam(user).pw_uid, -1)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data = str(place / "data")
    try:
        _run(
            user,
            programs / "initdb",
            "-D",
            data,
            "-U",
            "gluepy",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
        )
        options = f"-p {port} -k {place} -c listen_addresses=127.0.0.1"
        log = str(place / "log")
        _run(user, programs / "pg_ctl", "-D", data, "-o", options, "-l", log, "-w", "start")
        yield f"postgresql+psycopg://gluepy@127.0.0.1:{port}/postgres"
    finally:
        stop = [programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"]
        subprocess.run(list(map(str, stop)), user=user, cwd="/", capture_output=True, check=False)
        shutil.rmtree(place, ignore_errors=True)


def _programs() -> Path | None:
    """Return the folder of initdb and pg_ctl."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    return versions[-1] if versions else None


def _user() -> str | None:
    """Return whom to run the server as: it refuses to be root."""
    return "postgres" if os.geteuid() == 0 else None


def _run(user: str | None, *command: str | Path) -> None:
    # No pipes: the server keeps what it inherits open.
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "cwd": "/"}
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
    subprocess.run(list(map(str, command)), user=user, env=environment, check=True, **quiet)
