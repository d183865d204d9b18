from __future__ import annotations

import os
import platform
import re
import subprocess
from importlib.metadata import distributions
from pathlib import Path

import pytest

from gluepy.runs import environment
from gluepy.runs.environment import GitState


def git(folder: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.org")
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "checkout"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    (folder / "code.py").write_text("1\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def state(folder: Path) -> dict:
    return GitState(str(folder)).collect(wait=True)


def test_a_clean_checkout_has_a_commit_and_a_branch(checkout: Path) -> None:
    commit = git(checkout, "rev-parse", "HEAD")
    assert state(checkout) == {"commit": commit, "branch": "main", "dirty": False}


def test_a_folder_inside_a_checkout_belongs_to_it(checkout: Path) -> None:
    (checkout / "project").mkdir()
    assert state(checkout / "project")["branch"] == "main"


@pytest.mark.parametrize("file", ["code.py", "new file.py"])
def test_a_change_or_a_new_file_makes_it_dirty(checkout: Path, file: str) -> None:
    (checkout / file).write_text("2\n")
    assert state(checkout)["dirty"] is True


def test_ignored_files_do_not_make_it_dirty(checkout: Path) -> None:
    (checkout / ".git" / "info" / "exclude").write_text("data/\n")
    (checkout / "data").mkdir()
    (checkout / "data" / "out.txt").write_text("x")
    assert state(checkout)["dirty"] is False


def test_a_detached_head_has_a_commit_and_says_so(checkout: Path) -> None:
    git(checkout, "checkout", "-q", "--detach")
    assert state(checkout)["branch"] == "(detached)"
    assert state(checkout)["commit"] == git(checkout, "rev-parse", "HEAD")


def test_a_repository_without_commits_has_none(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    assert state(folder) == {"commit": None, "branch": "main", "dirty": False}


def test_a_worktree_is_a_checkout(checkout: Path, tmp_path: Path) -> None:
    git(checkout, "worktree", "add", "-q", "-b", "other", str(tmp_path / "tree"))
    assert state(tmp_path / "tree")["branch"] == "other"


def test_outside_a_checkout_nothing_is_known_and_git_is_not_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "_ask", lambda folder: pytest.fail("asked"))
    assert state(tmp_path) == {"commit": None, "branch": None, "dirty": None}


def test_without_git_nothing_is_known(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert state(checkout)["commit"] is None


def test_git_is_not_waited_for_unless_asked_to(checkout: Path, tmp_path: Path, monkeypatch):
    slow = tmp_path / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nread line < $FIFO\nexit 1\n")
    slow.chmod(0o755)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    monkeypatch.setenv("FIFO", str(fifo))
    monkeypatch.setenv("PATH", f"{slow.parent}:{os.environ['PATH']}")
    asked = GitState(str(checkout))
    assert asked.collect()["commit"] is None
    fifo.write_text("go\n")
    assert asked.collect(wait=True)["commit"] is None


def test_a_git_that_never_answers_is_given_up(checkout: Path, tmp_path: Path, monkeypatch) -> None:
    stuck = tmp_path / "bin" / "git"
    stuck.parent.mkdir()
    stuck.write_text("#!/bin/sh\nexec sleep 60\n")
    stuck.chmod(0o755)
    monkeypatch.setenv("PATH", f"{stuck.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(environment, "GIT_TIMEOUT", 0.05)
    assert state(checkout)["commit"] is None


def test_the_packages_are_those_that_importlib_finds() -> None:
    def normal(name: str) -> str:
        return re.sub("[-_.]+", "-", name).lower()

    expected: dict[str, str] = {}
    for found in distributions():
        if str(getattr(found, "_path", "")).endswith(".dist-info"):
            expected.setdefault(normal(found.name), found.version)
    assert "pytest" in expected
    assert environment.packages() == dict(sorted(expected.items()))


def test_the_host_is_this_one() -> None:
    host = environment.host()
    assert (host["name"], host["pid"]) == (platform.node(), os.getpid())


def test_the_user_is_the_one_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    assert environment.username() == str(os.getuid())
    monkeypatch.setenv("USER", "ann")
    assert environment.username() == "ann"
