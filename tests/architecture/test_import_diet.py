"""What starting costs: each entry point imports what it needs and nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.projects.factory import Project, start_project

# Slow to import, and of no use before a command does its work.
HEAVY = {
    *("asyncio", "concurrent.futures", "email", "http.client", "logging.config"),
    *("multiprocessing", "sqlite3", "ssl", "subprocess", "unittest", "urllib.request"),
    *("boto3", "botocore", "celery", "dotenv", "fsspec", "gcsfs", "jinja2", "matplotlib"),
    *("numpy", "pandas", "polars", "pyarrow", "rich", "sqlalchemy"),
}
# Of no use to a run in this process that starts anew, stores nothing and draws nothing.
UNUSED = {
    *("_hashlib", "hashlib", "pickle", "shutil", "tempfile"),
    *("gluepy.exec.fanout", "gluepy.executors.processes", "gluepy.executors.threads"),
    *("gluepy.files.data", "gluepy.graph.render", "gluepy.runs.remote", "gluepy.runs.resume"),
}
HELP = "from gluepy.commands import cli; cli(['--help'], standalone_mode=False)"
DAG_HELP = "from gluepy.commands import cli; cli(['dag', '--help'], standalone_mode=False)"


def modules_after(code: str) -> set[str]:
    """Names of the modules that running ``code`` in a new process imports."""
    program = "\n".join(
        [
            "import sys",
            "before = set(sys.modules)",
            code,
            "print('\\nMODULES', *set(sys.modules) - before)",
        ]
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines()[-1].split()[1:])


def third_party(modules: set[str]) -> set[str]:
    tops = {name.partition(".")[0] for name in modules}
    foreign = tops - sys.stdlib_module_names - {"gluepy"}
    # What compiled modules put into sys.modules about themselves.
    return {name for name in foreign if not name.startswith(("_cython", "cython_"))}


def test_importing_gluepy_imports_nothing_foreign():
    assert third_party(modules_after("import gluepy")) == set()


def test_importing_gluepy_imports_no_other_part_of_it():
    imported = modules_after("import gluepy")
    assert {name for name in imported if name.startswith("gluepy.")} == set()


@pytest.mark.parametrize(
    "code", ["import gluepy.commands", HELP, DAG_HELP], ids=["import", "--help", "dag --help"]
)
def test_the_command_line_starts_with_click_and_yaml_alone(code):
    imported = modules_after(code)
    assert third_party(imported) <= {"click", "yaml", "_yaml"}
    assert imported & HEAVY == set()


@pytest.mark.parametrize(
    "code",
    [
        "from gluepy.conf import default_settings, default_context",
        "from gluepy.exec import DAG, Task, EvaluationTask",
        "from gluepy.files.storages import default_storage, storages",
        "from gluepy.files.data import data_manager",
        "from gluepy.ops import default_mlops",
        "from gluepy.runs import runs, run_dag",
        "from gluepy.catalog import catalog",
    ],
)
def test_what_projects_import_waits_with_its_engines(code):
    imported = modules_after(code)
    assert third_party(imported) <= {"yaml", "_yaml"}
    assert imported & HEAVY == set()


def test_a_catalog_is_listed_without_engines_or_jinja(tmp_path: Path) -> None:
    (tmp_path / "catalog").mkdir()
    (tmp_path / "catalog" / "a.yaml").write_text("x: {type: csv, path: x.csv}\n")
    (tmp_path / "plain.py").write_text(f"BASE_DIR = CONFIG_PATH = {str(tmp_path)!r}\n")
    imported = modules_after(
        "import os, sys\n"
        f"sys.path.insert(0, {str(tmp_path)!r})\n"
        "os.environ['GLUEPY_SETTINGS_MODULE'] = 'plain'\n"
        "from gluepy.catalog import catalog\n"
        "assert [row['type'] for row in catalog.rows()] == ['csv']"
    )
    assert "gluepy.catalog.entries" in imported
    assert third_party(imported) <= {"yaml", "_yaml", "plain"}
    assert imported & HEAVY == set()


TASKS = """
from gluepy.exec import DAG, Volatile, task


@task
def one() -> Volatile("number"):
    return 1


class Light(DAG):
    label = "light"
    tasks = [one]
"""


def test_a_run_imports_what_it_uses(tmp_path: Path) -> None:
    project = Project(start_project(tmp_path))
    project.module("light", dags=TASKS)
    done = project.manage("dag", "light", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("import time:")]
    imported = {line.rpartition("|")[2].strip() for line in lines}
    assert "gluepy.runs.runner" in imported
    assert imported & (HEAVY | UNUSED) == set()
