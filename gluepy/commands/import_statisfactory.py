"""``manage.py import-statisfactory``: write a statisfactory project anew as this one."""

from __future__ import annotations

import click

from gluepy.commands._output import echo_json, echo_table, json_option
from gluepy.conf import default_settings
from gluepy.conf.secrets import mask


@click.command("import-statisfactory")
@click.argument("path", type=click.Path(exists=True))
@click.option("--dry-run", is_flag=True, help="Say what would be written; write nothing.")
@click.option("--force", is_flag=True, help="Overwrite files that hold something else.")
@click.option("--data/--no-data", default=True, help="Copy the files that the catalog names.")
@json_option
def command(path: str, dry_run: bool, force: bool, data: bool, as_json: bool) -> None:
    """Write the statisfactory project in PATH anew as a part of this one.

    Variables, catalog, parameters, pipelines, sources and notebooks are converted; what is
    left to do by hand is printed with file and line.
    """
    from gluepy.importers.statisfactory import Import

    work = Import(path, default_settings.BASE_DIR, with_data=data)
    if not dry_run:
        work.carry_out(force)
    files = [file.to_dict() for file in work.files]
    if as_json:
        echo_json({"files": files, "settings": work.settings, "by_hand": work.rows()})
        return
    echo_table([tuple(row.values()) for row in files], ("file", "from", "status"))
    if work.settings:
        click.echo("\nSettings:")
    for line in work.settings:
        click.echo(f"  {mask(line)}")
    if work.notes:
        click.echo("\nBy hand:")
    for row in work.rows():
        place = f"{row['file']}:{row['line']}" if row["line"] else row["file"]
        click.echo(f"  {place}: {row['what']}. {row['hint']}")
    if not dry_run:
        click.echo("Next: python manage.py notebooks compile && python manage.py check", err=True)
