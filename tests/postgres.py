"""A private PostgreSQL cluster for tests, one for each test worker (this is a pytest plugin)."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "only-for-tests-4711"


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """SQLAlchemy URL of an empty database, with a user and a password."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian package 'postgresql')")
    folder = tempfile.mkdtemp(prefix="gluepy-postgres-")
    try:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        user = _user()
        if user is not None:
            os.chown(folder, pwd.getpwnam(user).pw_uid, -1)
        _start(binaries, folder, port, user)
        try:
            yield f"postgresql+psycopg://gluepy:{PASSWORD}@127.0.0.1:{port}/postgres"
        finally:
            _run(binaries / "pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop", user=user)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path | None:
    """Return the folder of initdb and pg_ctl, of the newest version there is."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=_version)
    return versions[-1].parent if versions else None


def _version(path: Path) -> int:
    return int(path.parts[-3]) if path.parts[-3].isdigit() else 0


def _user() -> str | None:
    """Return whom to run the server as: it refuses to be root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _start(binaries: Path, folder: str, port: int, user: str | None) -> None:
    secret = Path(folder, "password")
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    _run(
        *(binaries / "initdb", "-D", f"{folder}/data", "-U", "gluepy", "-E", "UTF8", "--no-sync"),
        *("--locale=C", "-A", "scram-sha-256", f"--pwfile={secret}"),
        user=user,
    )
    options = f"-p {port} -k {folder} -c listen_addresses=127.0.0.1 -c fsync=off"
    log = f"{folder}/log"
    _run(
        *(binaries / "pg_ctl", "-D", f"{folder}/data", "-o", options, "-l", log, "-w", "start"),
        user=user,
    )


def _run(*command: Any, user: str | None) -> None:
    done = subprocess.run(
        [str(part) for part in command],
        user=user,
        cwd="/",
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=120,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout.decode(errors='replace')}")
