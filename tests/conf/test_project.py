from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from gluepy.conf import default_settings, project
from gluepy.conf.settings import ENVIRONMENT_VARIABLE
from gluepy.exceptions import SettingsError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project; the environment and the import path are put back afterwards."""
    monkeypatch.setattr(sys, "path", sys.path[:])
    monkeypatch.setenv("PROBE", "from the environment")
    monkeypatch.delenv("PROBE_ADDED", raising=False)
    monkeypatch.setattr(os, "environ", os.environ.copy())
    (tmp_path / "manage.py").touch()
    return tmp_path


@pytest.fixture
def environ(folder: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    return os.environ


def test_the_project_is_the_nearest_folder_above_with_a_manage_py(folder: Path) -> None:
    inner = folder / "a" / "b"
    inner.mkdir(parents=True)
    assert project.find(str(inner)) == str(folder)
    (folder / "a" / "manage.py").touch()
    assert project.find(str(inner)) == str(folder / "a")


def test_the_current_folder_is_where_the_search_starts(folder: Path, monkeypatch) -> None:
    monkeypatch.chdir(folder)
    assert project.find() == str(folder)


def test_no_project_says_where_it_looked(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as error:
        project.find(str(tmp_path))
    assert f"There is no manage.py in '{tmp_path}'" in str(error.value)
    assert "gluepy startproject NAME" in error.value.hint


def test_activating_puts_the_folder_on_the_import_path_once(folder: Path) -> None:
    project.activate(str(folder), "any.settings")
    project.activate(str(folder), "any.settings")
    assert sys.path.count(str(folder)) == 1
    assert sys.path[0] == str(folder)


def test_asked_for_wins_over_the_environment_and_that_over_env_file_and_that_over_the_default(
    folder: Path, environ: dict[str, str]
) -> None:
    def chosen(**arguments: str) -> str:
        environ.pop(ENVIRONMENT_VARIABLE, None)
        environ.update(before)
        project.activate(str(folder), **arguments)
        return environ[ENVIRONMENT_VARIABLE]

    before: dict[str, str] = {}
    assert chosen(default="by.default") == "by.default"
    (folder / ".env").write_text(f"{ENVIRONMENT_VARIABLE}=by.env_file\n")
    assert chosen(default="by.default") == "by.env_file"
    before = {ENVIRONMENT_VARIABLE: "by.environment"}
    assert chosen(default="by.default") == "by.environment"
    assert chosen(default="by.default", settings="by.hand") == "by.hand"


def test_an_env_file_adds_variables_and_changes_none(folder: Path, environ: dict[str, str]) -> None:
    (folder / ".env").write_text("PROBE=file\nPROBE_ADDED='a b'  # why\n")
    project.activate(str(folder), "any.settings")
    assert environ["PROBE"] == "from the environment"
    assert environ["PROBE_ADDED"] == "a b"


@pytest.mark.parametrize("name", ["settings.local", "configs.settings"])
def test_without_a_word_the_usual_settings_are_taken(
    folder: Path, environ: dict[str, str], name: str
) -> None:
    file = folder / (name.replace(".", "/") + ".py")
    file.parent.mkdir()
    file.touch()
    project.activate(str(folder))
    assert environ[ENVIRONMENT_VARIABLE] == name


def test_todays_settings_win_over_those_of_gluepy_1_6(
    folder: Path, environ: dict[str, str]
) -> None:
    for file in ("settings/local.py", "configs/settings.py"):
        (folder / file).parent.mkdir()
        (folder / file).touch()
    project.activate(str(folder))
    assert environ[ENVIRONMENT_VARIABLE] == "settings.local"


def test_a_project_without_settings_says_which_variable_to_set(folder: Path) -> None:
    with pytest.raises(SettingsError, match="does not say which settings to use") as error:
        project.activate(str(folder))
    assert f"{folder}/.env" in error.value.hint


def test_other_settings_cannot_be_chosen_once_some_are_loaded(
    folder: Path, environ: dict[str, str]
) -> None:
    (folder / "first_choice.py").write_text("A = 1\n")
    project.activate(str(folder), "first_choice")
    assert default_settings.A == 1
    project.activate(str(folder), "first_choice")
    with pytest.raises(SettingsError, match="'second' were asked for, but 'first_choice' are"):
        project.activate(str(folder), "second")
