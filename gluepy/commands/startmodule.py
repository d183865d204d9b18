"""``manage.py startmodule NAME``: add a module to the project."""

from __future__ import annotations

import os
from importlib.util import find_spec

import click

from gluepy.commands import _scaffold
from gluepy.exceptions import CommandError


@click.command("startmodule")
@click.argument("name")
def command(name: str) -> None:
    """Add the module NAME to the project, in the current folder."""
    _scaffold.check_name("module", name)
    if find_spec(name) is not None:
        raise CommandError(
            f"There is a Python module '{name}' already.", hint="Choose another name."
        )
    source = os.path.join(_scaffold.template_folder(), _scaffold.MODULE)
    values = {"module_name": name, "class_name": name.title().replace("_", "")}
    _scaffold.copy(source, name, values, skip=frozenset())
    click.echo(f"Created module '{name}'")
    click.echo(f'Next: add "{name}" to INSTALLED_MODULES in your settings.', err=True)
