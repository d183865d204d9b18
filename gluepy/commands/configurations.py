"""``manage.py configurations``: list and show parameter sets."""

from __future__ import annotations

import click

from gluepy.commands._output import echo_json, echo_table, json_option


def complete_name(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the parameter sets whose name starts with what was typed, for shell completion."""
    from gluepy.catalog.parameters import parameter_sets

    return [name for name in parameter_sets.names() if name.startswith(incomplete)]


@click.group("configurations")
def command() -> None:
    """List and show parameter sets."""


@command.command("ls")
@json_option
def ls(as_json: bool) -> None:
    """List the parameter sets of the project."""
    from gluepy.catalog.parameters import load

    sets = load()
    rows = [
        {
            "name": name,
            "from": definition.parents,
            "tags": definition.tags,
            "place": definition.where(),
        }
        for name in sets.names()
        for definition in [sets.definition(name)]
    ]
    if as_json:
        echo_json(rows)
    else:
        header = ("configuration", "from", "tags", "place")
        texts = [
            [", ".join(cell) if isinstance(cell, list) else cell for cell in row.values()]
            for row in rows
        ]
        echo_table(texts, header)


@command.command("describe")
@click.argument("name", shell_complete=complete_name)
@click.option("--origin", is_flag=True, help="Show which file and line gave each value.")
@json_option
def describe(name: str, origin: bool, as_json: bool) -> None:
    """Print the parameter set NAME with all that it inherits, secrets masked."""
    from gluepy.catalog.parameters import load
    from gluepy.conf.secrets import mask
    from gluepy.context.yaml import dump
    from gluepy.utils.mapping import flatten

    sets = load()
    values = sets.describe(name)
    if not origin:
        echo_json(values) if as_json else click.echo(mask(dump(values)), nl=False)
        return
    origins = sets.origins(name)
    rows = [(key, value, origins[key]) for key, value in flatten(values)]
    if as_json:
        echo_json({key: {"value": value, "origin": at} for key, value, at in rows})
    else:
        echo_table([(key, str(value), at) for key, value, at in rows], ("key", "value", "origin"))
