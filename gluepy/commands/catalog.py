"""``manage.py catalog``: list, describe and preview artifacts."""

from __future__ import annotations

import click

from gluepy.commands._output import echo_json, echo_table, json_option
from gluepy.conf.secrets import mask


def complete_name(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the artifacts whose name starts with what was typed, for shell completion."""
    from gluepy.catalog import catalog

    return [name for name in catalog if name.startswith(incomplete)]


@click.group("catalog")
def command() -> None:
    """List, describe and preview artifacts."""


@command.command("ls")
@click.option("--tag", metavar="TAG", help="Only artifacts with TAG.")
@click.option("--type", "kind", metavar="TYPE", help="Only artifacts of TYPE.")
@json_option
def ls(tag: str | None, kind: str | None, as_json: bool) -> None:
    """List the artifacts of the project, and the patterns that define further ones."""
    from gluepy.catalog import catalog

    rows = catalog.rows(tag=tag, type=kind)
    if as_json:
        echo_json(rows)
        return
    header = ("artifact", "type", "tags", "file", "description")
    table = [[row["name"], row["type"], ", ".join(row["tags"])] for row in rows]
    rest = [[row["file"], row["description"]] for row in rows]
    echo_table([[*a, *b] for a, b in zip(table, rest, strict=True)], header)


@command.command("describe")
@click.argument("name", shell_complete=complete_name)
@json_option
def describe(name: str, as_json: bool) -> None:
    """Print what the catalog says of the artifact NAME, secrets masked."""
    from gluepy.catalog import catalog
    from gluepy.utils.mapping import flatten

    described = catalog.describe(name)
    if as_json:
        echo_json(described)
        return
    fields = described.pop("fields")
    about = [(key, value) for key, value in described.items() if value not in (None, "", [])]
    texts = [(key, _text(value)) for key, value in [*about, *flatten(fields)]]
    echo_table(texts, ("key", "value"))


@command.command("preview")
@click.argument("name", shell_complete=complete_name)
@click.argument("values", nargs=-1, metavar="[KEY=VALUE]...")
@click.option(
    "--rows", type=click.IntRange(0), default=5, show_default=True, help="How many rows to show."
)
@click.option("--run", metavar="RUN", help="Run to read from: an id, a folder, or latest.")
@json_option
def preview(name: str, values: tuple[str, ...], rows: int, run: str | None, as_json: bool) -> None:
    """Print columns, number of rows and first rows of the artifact NAME.

    KEY=VALUE fills a placeholder of the artifact.
    """
    from gluepy.catalog import access, catalog
    from gluepy.catalog.given import values_of

    shown = access.preview(catalog.dataset(name, run=run, values=values_of(values)), rows)
    if as_json:
        echo_json(shown.to_dict())
    else:
        click.echo(mask(str(shown)))


def _text(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
