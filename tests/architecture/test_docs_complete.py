"""Every setting, command, signal, check and extra has its place in docs/ref/."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib

import pytest

import gluepy.signals
from gluepy.conf.settings import DEFAULTS
from gluepy.signals import Signal
from tests.architecture.sources import ROOT, sources
from tools import reference

CHECK_ID = re.compile(r"\w+\.[EWI]\d{3}")


def page(name: str) -> str:
    return (ROOT / "docs/ref" / name).read_text()


def walk(group, context, prefix=""):
    import click

    for name in group.list_commands(context):
        command = group.get_command(context, name)
        yield f"{prefix}{name}", command
        if isinstance(command, click.Group):
            yield from walk(command, context, f"{prefix}{name} ")


def check_ids_in_code() -> set[str]:
    return {
        node.value
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Constant) and CHECK_ID.fullmatch(str(node.value))
    }


def test_the_generated_pages_are_what_the_code_says_today():
    done = subprocess.run(
        [sys.executable, "-m", "tools.reference", "--check"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", sorted(DEFAULTS))
def test_every_setting_is_documented(name):
    text = page("settings.md").partition(f"### `{name}`\n\n")[2].partition("\n")[0]
    assert len(text) > 10, f"{name} has no comment in global_settings.py"


def test_every_command_and_option_is_documented():
    import click

    from gluepy.commands import cli

    text = page("commands.md")
    undocumented = [
        f"{name} {option}"
        for name, command in walk(cli, click.Context(cli))
        for option in ["", *(opt for param in command.params for opt in param.opts)]
        if f"`{name}`\n" not in text or (option.startswith("-") and option not in text)
    ]
    assert undocumented == []


def test_every_command_says_what_it_does():
    import click

    from gluepy.commands import cli

    silent = [
        f"{name} {param.name}"
        for name, command in walk(cli, click.Context(cli))
        for param in command.params
        if isinstance(param, click.Option) and not param.help
    ]
    assert silent == []
    assert [name for name, command in walk(cli, click.Context(cli)) if not command.help] == []


def test_every_signal_is_documented():
    names = {name for name, value in vars(gluepy.signals).items() if isinstance(value, Signal)}
    assert {name for name in names if f"| `{name}` |" not in page("signals.md")} == set()


def test_every_check_is_documented_and_every_documented_check_exists():
    documented = {number for number, _ in reference.documented_checks()}
    assert documented == check_ids_in_code()
    assert {number for number in documented if f"| `{number}` |" not in page("checks.md")} == set()


def test_every_extra_is_documented():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    names = set(project["optional-dependencies"])
    assert {name for name in names if f"| `{name}` |" not in page("extras.md")} == set()


def test_every_extra_an_error_recommends_exists():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    recommended = {
        node.args[1].value
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("MissingDependencyError")
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
        and node.args[1].value  # of what no extra installs the package itself is named
    }
    assert recommended <= set(project["optional-dependencies"])
