"""Imports point downward, and the contract that says so has no exceptions."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib

from tests.architecture.sources import PACKAGE, ROOT


def contracts():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return config["tool"]["importlinter"]["contracts"]


def test_upper_layers_import_lower_ones_only(tmp_path):
    command = "import sys; from importlinter.cli import lint_imports_command as lint; lint()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_contract_exempts_nothing():
    for contract in contracts():
        exempt = [key for key in contract if "ignore" in key]
        assert exempt == []
        assert contract["exhaustive"] is True


def test_the_contract_is_the_picture_in_the_documentation():
    page = (ROOT / "docs/internals/architecture.md").read_text()
    picture = re.search(r"```\n(test\n.*?)\n```", page, re.DOTALL)
    assert picture is not None
    [layers] = [contract["layers"] for contract in contracts() if contract["type"] == "layers"]
    drawn = [layer.replace("(", "").replace(")", "") for layer in layers]
    assert drawn == ["__main__", *picture[1].splitlines()]


def test_every_folder_with_code_is_a_package():
    """A folder without ``__init__.py`` is invisible to the layers contract."""
    folders = {path.parent for path in PACKAGE.rglob("*.py")}
    assert [folder for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []
