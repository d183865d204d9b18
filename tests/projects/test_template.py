"""What `startproject` makes works at once, and passes its own tests."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest


def python(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home")
    done = python(home, "-m", "gluepy", "startproject", "demo")
    assert done.stdout.startswith("Created project 'demo'"), done.stderr
    return home / "demo"


@pytest.fixture(scope="module")
def run(project: Path) -> Path:
    """The folder of a run of the DAG sample."""
    done = python(project, "manage.py", "dag", "sample")
    assert done.returncode == 0, done.stderr
    (file,) = (project / "data" / "runs").rglob("run.json")
    return file.parent


def test_the_files_are_those_of_a_project(project: Path) -> None:
    names = {file.relative_to(project).as_posix() for file in project.rglob("*")}
    assert names >= {
        ".env.example",
        ".gitignore",
        "README.md",
        "configs/context.yaml",
        "manage.py",
        "pyproject.toml",
        "sample/commands.py",
        "sample/dags.py",
        "sample/tasks.py",
        "settings/base.py",
        "settings/local.py",
        "settings/production.py",
        "settings/test.py",
        "tests/conftest.py",
        "tests/test_sample.py",
    }


def test_nothing_of_the_template_shows_through(project: Path) -> None:
    for file in project.rglob("*"):
        assert not file.name.endswith("-tpl")
        assert file.name != "_module"
        if file.is_file() and file.suffix in {".py", ".md", ".toml", ".yaml"}:
            assert not re.search(r"\$\{?\w", file.read_text("utf-8")), file
    assert (project / "README.md").read_text("utf-8").startswith("# demo\n")


@pytest.mark.skipif(os.name == "nt", reason="Windows has no mode bits")
def test_manage_py_can_be_executed(project: Path) -> None:
    assert os.access(project / "manage.py", os.X_OK)


def test_the_sample_writes_its_outputs(run: Path) -> None:
    assert len((run / "orders.csv").read_text().splitlines()) == 1001
    revenue = json.loads((run / "revenue.json").read_text())
    metrics = json.loads((run / "metrics.json").read_text())
    assert metrics["revenue"] == pytest.approx(sum(revenue.values()))
    assert "SumOrders" in (run / "logs" / "run.log").read_text()


def test_a_retry_writes_the_same_bytes(project: Path, run: Path) -> None:
    names = ("context.yaml", "orders.csv", "revenue.json", "metrics.json")
    before = {name: sha256((run / name).read_bytes()).digest() for name in names}
    (run / "orders.csv").unlink()

    assert python(project, "manage.py", "dag", "sample", "--retry", run.name).returncode == 0

    assert {name: sha256((run / name).read_bytes()).digest() for name in names} == before


def test_the_sample_imports_no_dataframe_library(project: Path) -> None:
    done = python(project, "-X", "importtime", "manage.py", "dag", "sample")
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "json" in imported
    assert not imported & {"pandas", "polars", "pyarrow", "numpy"}


def test_the_check_finds_nothing(project: Path) -> None:
    done = python(project, "manage.py", "check")
    assert done.returncode == 0, done.stderr


def test_its_own_command_runs(project: Path) -> None:
    done = python(project, "manage.py", "products")
    assert done.stdout == "coffee\t3.20\ntea\t2.80\ncake\t4.50\n"


def test_its_own_tests_pass(project: Path) -> None:
    done = python(project, "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0, done.stdout
    assert "2 passed" in done.stdout


def test_production_without_a_bucket_says_which_setting_is_missing(project: Path) -> None:
    done = python(
        project, "manage.py", "dag", "sample", GLUEPY_SETTINGS_MODULE="settings.production"
    )
    assert done.returncode != 0
    assert "AWS_STORAGE_BUCKET_NAME" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_new_module_runs_once_it_is_installed(project: Path) -> None:
    done = python(project, "manage.py", "startmodule", "stock_levels")
    assert done.stdout.startswith("Created module 'stock_levels'"), done.stderr
    assert "INSTALLED_MODULES" in done.stdout + done.stderr

    settings = project / "settings" / "local.py"
    settings.write_text(settings.read_text() + '\nINSTALLED_MODULES += ["stock_levels"]\n')
    done = python(project, "manage.py", "dag", "stock_levels")
    assert done.returncode == 0, done.stderr
    assert "StockLevelsTask" in done.stderr
