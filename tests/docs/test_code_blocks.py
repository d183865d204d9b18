"""The code blocks of all pages: Python compiles, YAML parses, and what can run runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.docs.blocks import Block, blocks_of, pages

BLOCKS = [block for page in pages() if page.exists() for block in blocks_of(page)]
KNOWN_MARKS = ("", "run", "not run")
KNOWN_LANGUAGES = {"bash", "console", "diff", "json", "mermaid", "python", "text", "toml", "yaml"}


def of(language: str, mark: str | None = None) -> list[Block]:
    return [
        block
        for block in BLOCKS
        if block.language == language and (mark is None or block.mark == mark)
    ]


def test_there_are_blocks_to_test() -> None:
    assert len(BLOCKS) > 10


@pytest.mark.parametrize("block", BLOCKS, ids=str)
def test_marks_are_spelt_right(block: Block) -> None:
    assert block.mark in KNOWN_MARKS or block.mark.startswith(("file: ", "edit: "))


@pytest.mark.parametrize("block", of("python"), ids=str)
def test_python_compiles(block: Block) -> None:
    compile(block.text, str(block), "exec")


@pytest.mark.parametrize("block", of("yaml"), ids=str)
def test_yaml_parses(block: Block) -> None:
    assert yaml.safe_load(block.text) is not None


@pytest.mark.parametrize("block", of("python", "run"), ids=str)
def test_python_runs_in_a_new_project(block: Block, project: Path) -> None:
    script = project / "block.py"
    script.write_text(block.text, "utf-8")
    done = subprocess.run(
        [sys.executable, script.name], cwd=project, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
