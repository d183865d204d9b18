"""``gluepy startproject NAME``: make a project."""

from __future__ import annotations

import os

import click

from gluepy.commands import _scaffold


@click.command("startproject")
@click.argument("name")
@click.argument("folder", required=False)
def command(name: str, folder: str | None) -> None:
    """Make the project NAME, in FOLDER or a new folder."""
    _scaffold.check_name("project", name)
    target = folder or name
    _scaffold.copy(
        _scaffold.template_folder(),
        target,
        {"project_name": name},
        skip=frozenset({_scaffold.MODULE}),
    )
    click.echo(f"Created project '{name}'")
    where = "" if os.path.samefile(target, os.curdir) else f"cd {target} && "
    click.echo(f"Next: {where}python manage.py dag sample", err=True)
