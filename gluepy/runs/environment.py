"""What a run ran on: code, packages, machine."""

from __future__ import annotations

import os
import platform
import sys
from typing import Any

GIT_TIMEOUT = 10.0


def host() -> dict[str, Any]:
    """Return name, platform, user and process of this machine."""
    return {
        "name": platform.node(),
        "platform": sys.platform,
        "user": username(),
        "pid": os.getpid(),
    }


def username() -> str:
    """Return who is logged in, as the environment has it."""
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        if os.environ.get(variable):
            return os.environ[variable]
    return str(os.getuid()) if hasattr(os, "getuid") else "unknown"


def packages() -> dict[str, str]:
    """Return name and version of every installed distribution.

    The names of the ``*.dist-info`` folders say both, which is some hundred times faster
    than reading their metadata.
    """
    found: dict[str, str] = {}
    for folder in sys.path:
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            if name.endswith(".dist-info"):
                project, _, version = name[: -len(".dist-info")].rpartition("-")
                found.setdefault(_normal(project), version)
    return dict(sorted(found.items()))


def _normal(project: str) -> str:
    """Return the name of a project as package indexes compare it."""
    name = project.lower().replace("_", "-").replace(".", "-")
    while "--" in name:
        name = name.replace("--", "-")
    return name


class GitState:
    """Commit and cleanliness of a folder, asked of git in the background.

    Args:
        folder: A folder that may lie in a git checkout.
    """

    def __init__(self, folder: str) -> None:
        self._state: dict[str, Any] = {"commit": None, "branch": None, "dirty": None}
        self._process = _ask(folder) if _is_checkout(folder) else None

    def collect(self, *, wait: bool = False) -> dict[str, Any]:
        """Return ``commit``, ``branch`` and ``dirty``, each None as long as unknown.

        Args:
            wait: Wait for git, ten seconds at most.
        """
        process = self._process
        if process is not None and (wait or process.poll() is not None):
            self._process = None
            self._read(process)
        return self._state

    def _read(self, process: Any) -> None:
        from subprocess import TimeoutExpired

        try:
            output, _ = process.communicate(timeout=GIT_TIMEOUT)
        except TimeoutExpired:
            process.kill()
            process.communicate()
            return
        if process.returncode == 0:
            self._state = _parse(output.decode("utf-8", "replace"))


def _is_checkout(folder: str) -> bool:
    folder = os.path.abspath(folder)
    while not os.path.exists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return False
        folder = parent
    return True


def _ask(folder: str) -> Any:
    from subprocess import DEVNULL, PIPE, Popen

    command = ["git", "-C", folder, "status", "--porcelain=v2", "--branch"]
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        return Popen(command, stdin=DEVNULL, stdout=PIPE, stderr=DEVNULL, env=environment)
    except OSError:
        return None


def _parse(status: str) -> dict[str, Any]:
    """Read ``git status --porcelain=v2 --branch``."""
    facts = dict(
        line[2:].split(" ", 1) for line in status.splitlines() if line.startswith("# branch.")
    )
    commit = facts.get("branch.oid")
    return {
        "commit": None if commit == "(initial)" else commit,
        "branch": facts.get("branch.head"),
        "dirty": any(not line.startswith("#") for line in status.splitlines()),
    }
