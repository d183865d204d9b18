from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project fresh from ``startproject``."""
    command = [sys.executable, "-m", "gluepy", "startproject", "demo"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    return tmp_path / "demo"
