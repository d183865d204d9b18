"""``manage.py check``: say what is wrong before anything runs."""

from __future__ import annotations

import click

from gluepy.commands._output import echo_json, json_option
from gluepy.conf.secrets import mask
from gluepy.exceptions import CheckError
from gluepy.utils.text import plural


@click.command("check")
@json_option
def command(as_json: bool) -> None:
    """Check settings, modules, context and DAGs."""
    from gluepy.checks import Error, run_checks

    messages = run_checks(deep=True)
    if as_json:
        echo_json([message.to_dict() for message in messages])
    else:
        for message in messages:
            click.echo(mask(str(message)))
    errors = sum(isinstance(message, Error) for message in messages)
    if errors:
        raise CheckError(f"The checks found {plural(errors, 'error')}.")
    if not messages and not as_json:
        click.echo("No problems found.")
