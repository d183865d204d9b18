"""The tutorial, followed to the letter in an empty folder."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, Block, blocks_of

TUTORIAL = ROOT / "docs" / "intro" / "tutorial.md"


class Reader:
    """Someone who does what the page says, at a shell, from top to bottom."""

    def __init__(self, home: Path) -> None:
        self.here = home
        scripts = str(Path(sys.executable).parent)
        self.environment = {**os.environ, "PATH": f"{scripts}:{os.environ['PATH']}"}

    def follow(self, block: Block) -> None:
        if block.mark.startswith("file: "):
            self.save(block)
        elif block.mark.startswith("edit: "):
            self.edit(block)
        elif block.language == "console" and block.mark != "not run":
            for command, expected in commands_in(block):
                self.type(command, expected, block)

    def save(self, block: Block) -> None:
        path = self.here / block.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, "utf-8")

    def edit(self, block: Block) -> None:
        path = self.here / block.path
        content = path.read_text("utf-8")
        old, new = sides_of(block.text)
        assert content.count(old) == 1, f"{block}: not found in {path}:\n{content}"
        path.write_text(content.replace(old, new), "utf-8")

    def type(self, command: str, expected: str, block: Block) -> None:
        if command.startswith("cd "):
            self.here /= command[3:]
            return
        command = self.fill_in(command)
        done = subprocess.run(
            command,
            shell=True,
            cwd=self.here,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said = f"{block}: {command}\n{done.stdout}"
        assert done.returncode == 0, said
        assert matches(expected, done.stdout), f"{said}\n--- the page says\n{expected}"

    def fill_in(self, command: str) -> str:
        """Put the ids of the newest runs where the page has a placeholder."""
        for position, placeholder in enumerate(("<last run>", "<run before>")):
            if placeholder in command:
                command = command.replace(placeholder, self.run_ids()[position])
        return command

    def run_ids(self) -> list[str]:
        """Return the ids of the runs, newest first, as the run folders have them."""
        files = (self.here / "data" / "runs").rglob("run.json")
        return sorted((json.loads(file.read_text())["run_id"] for file in files), reverse=True)


def commands_in(block: Block) -> list[tuple[str, str]]:
    """Return each command after a ``$``, with the output shown below it."""
    parts = re.split(r"^\$ (.*)\n", block.text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def sides_of(diff: str) -> tuple[str, str]:
    """Return the text before and after a diff."""
    lines = diff.splitlines(keepends=True)
    old = "".join(line[1:] for line in lines if line[0] != "+")
    new = "".join(line[1:] for line in lines if line[0] != "-")
    return old, new


def matches(expected: str, shown: str) -> bool:
    """Tell whether an output is as shown, ``...`` standing for anything."""
    if not expected.strip():
        return True
    pattern = ".*".join(re.escape(part.strip("\n")) for part in expected.split("..."))
    return re.fullmatch(pattern, shown.strip("\n"), re.DOTALL) is not None


def test_the_tutorial_does_what_it_says(tmp_path: Path) -> None:
    if shutil.which("sh") is None:
        pytest.skip("the commands are for a POSIX shell")
    reader = Reader(tmp_path)
    for block in blocks_of(TUTORIAL):
        reader.follow(block)

    assert len(reader.run_ids()) == 4


def test_an_output_must_be_what_the_page_shows() -> None:
    assert matches("a...c\n", "a b c\n")
    assert not matches("a...c\n", "a b d\n")
