"""``manage.py notebooks``: make modules of notebooks."""

from __future__ import annotations

import click

from gluepy.commands._output import echo_json, echo_table, json_option
from gluepy.exceptions import CheckError
from gluepy.utils.text import plural


@click.group("notebooks")
def command() -> None:
    """Make modules of notebooks."""


@command.command("compile")
@click.argument("path", nargs=-1, type=click.Path())
@click.option("--check", is_flag=True, help="Write nothing; fail if something would change.")
@json_option
def compile_(path: tuple[str, ...], check: bool, as_json: bool) -> None:
    """Make modules of the cells tagged task, craft or export.

    PATH is a notebook or a folder of notebooks, by default all of NOTEBOOKS_PATH; the modules
    lie in the package NOTEBOOK_TARGET.
    """
    from gluepy.modules import notebooks

    changes = notebooks.plan(path)
    if not check:
        notebooks.carry_out(changes)
    rows = [change.to_dict() for change in changes]
    if as_json:
        echo_json(rows)
    elif rows:
        echo_table([(row["path"], row["action"], row["notebook"]) for row in rows], COLUMNS)
    else:
        click.echo("No notebook has a cell tagged task, craft or export.", err=True)
    late = [row["path"] for row in rows if row["action"] != notebooks.UNCHANGED]
    if check and late:
        verb = "differs from its notebook" if len(late) == 1 else "differ from their notebooks"
        raise CheckError(
            f"{plural(len(late), 'file')} {verb}: {', '.join(late)}.",
            hint="Run: python manage.py notebooks compile",
        )


COLUMNS = ("file", "action", "notebook")
