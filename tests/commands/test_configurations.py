from __future__ import annotations

import json

import yaml

from tests.projects.factory import Project

SETS = """
    base:
      customers: 100
      db: {host: h, password: very-private}
    deep:
      _from: [base]
      +tags: [slow]
      customers: 7
    """


def test_parameter_sets_are_listed(project: Project) -> None:
    project.write("configs/parameters/a.yaml", SETS)
    done = project.manage("configurations", "ls")
    assert [line.split() for line in done.stdout.splitlines()] == [
        ["configuration", "from", "tags", "place"],
        ["base", "configs/parameters/a.yaml,", "line", "1"],
        ["deep", "base", "slow", "configs/parameters/a.yaml,", "line", "4"],
    ]
    assert project.json("configurations", "ls")[1] == {
        "name": "deep",
        "from": ["base"],
        "tags": ["slow"],
        "place": "configs/parameters/a.yaml, line 4",
    }


def test_a_parameter_set_is_shown_with_all_it_inherits_and_no_secret(project: Project) -> None:
    project.write("configs/parameters/a.yaml", SETS)
    done = project.manage("configurations", "describe", "deep")
    shown = {"customers": 7, "db": {"host": "h", "password": "********"}}
    assert yaml.safe_load(done.stdout) == shown
    assert project.json("configurations", "describe", "deep") == shown


def test_origins_tell_which_line_gave_each_value(project: Project) -> None:
    project.write("configs/parameters/a.yaml", SETS)
    done = project.manage("configurations", "describe", "deep", "--origin")
    assert done.stdout.splitlines()[1:] == [
        "customers    7         configs/parameters/a.yaml, line 7",
        "db.host      h         configs/parameters/a.yaml, line 3",
        "db.password  ********  configs/parameters/a.yaml, line 3",
    ]
    found = json.loads(
        project.manage("configurations", "describe", "deep", "--origin", "--json").stdout
    )
    assert found["customers"] == {"value": 7, "origin": "configs/parameters/a.yaml, line 7"}


def test_a_project_without_parameter_sets_has_none(project: Project) -> None:
    assert project.json("configurations", "ls") == []


def test_a_set_that_is_not_there_offers_close_names(project: Project) -> None:
    project.write("configs/parameters/a.yaml", SETS)
    done = project.manage("configurations", "describe", "dep")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "Error: There is no parameter set 'dep'. Did you mean 'deep'?\n"


def test_names_complete_in_the_shell(project: Project) -> None:
    project.write("configs/parameters/a.yaml", SETS)
    code = (
        "import manage, os; os.environ.setdefault('GLUEPY_SETTINGS_MODULE', 'settings.local');"
        "from gluepy.commands.configurations import complete_name;"
        "print(complete_name(None, None, 'de'))"
    )
    done = project.python(code)
    assert done.stdout == "['deep']\n", done.stderr
