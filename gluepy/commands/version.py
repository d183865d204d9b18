"""``manage.py version``: print gluepy's version."""

from __future__ import annotations

import click

from gluepy import VERSION


@click.command("version")
def command() -> None:
    """Print gluepy's version."""
    click.echo(VERSION)
