"""The whole way of a stranger, from an installed wheel in an empty environment."""

from __future__ import annotations

import json

import pytest

from gluepy import VERSION

# These tell when and how a run was made; everything else a run makes again byte for byte.
RECORDS = {"run.json", "tracking.json"}


def run_folders(project):
    return sorted(path.parent for path in project.rglob("run.json"))


def outputs(folder):
    files = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*")}
    return {
        name: path.read_bytes()
        for name, path in files.items()
        if path.is_file() and name not in RECORDS and not name.startswith(("logs/", "."))
    }


def ask(folder, how, project):
    """Return what a user types to name a run."""
    relative = next(
        folder.relative_to(parent).as_posix()
        for parent in folder.parents
        if parent.name == "data" and parent.is_relative_to(project)
    )
    return {"id": folder.name, "folder": relative, "trailing slash": f"{relative}/"}[how]


@pytest.mark.parametrize(
    "command",
    [["gluepy", "version"], ["gluepy-cli", "version"], ["python", "-m", "gluepy", "version"]],
)
def test_each_way_to_start_tells_the_version(installed, tmp_path, command):
    assert installed.run(*command, cwd=tmp_path).strip() == VERSION


def test_nothing_but_the_core_is_installed(installed, tmp_path):
    listed = json.loads(installed.run("pip", "list", "--format=json", cwd=tmp_path))
    names = {package["name"].lower() for package in listed} - {"pip", "setuptools"}
    assert names == {"click", "gluepy", "jinja2", "markupsafe", "python-dotenv", "pyyaml"}


@pytest.mark.parametrize("how", ["id", "folder", "trailing slash"])
def test_a_retry_makes_the_outputs_of_a_run_again(installed, project, how):
    installed.run("python", "manage.py", "dag", "sample", cwd=project)
    [folder] = run_folders(project)
    first = outputs(folder)
    assert first
    for name in first:
        (folder / name).unlink()

    name = ask(folder, how, project)
    installed.run("python", "manage.py", "dag", "sample", "--retry", name, cwd=project)

    assert run_folders(project) == [folder]
    assert outputs(folder) == first


def test_a_new_project_passes_its_own_checks(installed, project):
    installed.run("python", "manage.py", "check", cwd=project)


def test_a_new_project_passes_its_own_tests(tested, project):
    summary = tested.run("python", "-m", "pytest", cwd=project)
    assert " passed" in summary


def test_a_retry_of_an_unknown_run_is_one_clear_line(installed, project):
    done = installed.done(
        *("python", "manage.py", "dag", "sample", "--retry", "nosuchrun"), cwd=project
    )
    assert done.returncode != 0
    assert "nosuchrun" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_command_of_a_project_outside_of_one_says_where_to_go(installed, tmp_path):
    done = installed.done("gluepy", "dag", "sample", cwd=tmp_path)
    assert done.returncode != 0
    assert len(done.stderr.strip().splitlines()) == 1
