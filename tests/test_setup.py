"""`gluepy.setup()`, in a process of its own as in a notebook."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    command = [sys.executable, "-m", "gluepy", "startproject", "demo"]
    subprocess.run(command, cwd=home, check=True, capture_output=True)
    (home / "demo" / "notebooks").mkdir()
    return home / "demo"


def notebook(folder: Path, code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run cells: Python without a file of its own, started in a folder."""
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_notebook_below_the_project_runs_its_dags_and_has_its_context(project: Path) -> None:
    done = notebook(
        project / "notebooks",
        "import gluepy; gluepy.setup()\n"
        "from gluepy.conf import default_context\n"
        "from gluepy.exec import DAG_REGISTRY\n"
        "run = DAG_REGISTRY['sample']().run(**{'sample.orders': 3})\n"
        "print(run.status, sorted(run.metrics), run.context.sample.orders)\n"
        "print(default_context.sample.orders)",
    )
    assert done.stdout == "FINISHED ['revenue'] 3\n1000\n", done.stderr


def test_setting_up_twice_changes_nothing(project: Path) -> None:
    code = (
        "import gluepy, sys, logging\n"
        "gluepy.setup(); handlers = list(logging.getLogger().handlers); path = sys.path[:]\n"
        "gluepy.setup()\n"
        "print(handlers == logging.getLogger().handlers, path == sys.path)"
    )
    assert notebook(project, code).stdout == "True True\n"


def test_settings_and_folder_can_be_named(project: Path, tmp_path: Path) -> None:
    code = (
        f"import gluepy; gluepy.setup('settings.test', {str(project)!r})\n"
        "from gluepy.conf import default_settings\n"
        "print(default_settings.module_name, default_settings.LOG_LEVEL)"
    )
    assert notebook(tmp_path, code).stdout == "settings.test WARNING\n"


def test_the_environment_chooses_the_settings(project: Path) -> None:
    code = (
        "import gluepy; gluepy.setup()\n"
        "from gluepy.conf import default_settings\n"
        "print(default_settings.module_name)"
    )
    done = notebook(project, code, GLUEPY_SETTINGS_MODULE="settings.test")
    assert done.stdout == "settings.test\n"


def test_a_task_can_be_typed_in_again(project: Path) -> None:
    cell = (
        "class Again(Task):\n"
        "    def run(self): print('run %d')\n"
        "class Alone(DAG):\n"
        "    tasks = [Again]\n"
    )
    code = (
        "import gluepy; gluepy.setup('settings.test')\n"
        f"from gluepy.exec import DAG, Task\n{cell % 1}{cell % 2}Alone().run()"
    )
    done = notebook(project, code)
    assert done.stdout == "run 2\n", done.stderr


def test_outside_a_project_it_says_so(tmp_path: Path) -> None:
    done = notebook(tmp_path, "import gluepy; gluepy.setup()")
    assert done.returncode != 0
    assert "There is no manage.py in" in done.stderr.splitlines()[-1]
