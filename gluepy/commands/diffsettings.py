"""``manage.py diffsettings``: what the project's settings change."""

from __future__ import annotations

import click

from gluepy.commands._output import echo_json, json_option


@click.command("diffsettings")
@click.option("--all", "show_all", is_flag=True, help="Show the defaults too.")
@json_option
def command(show_all: bool, as_json: bool) -> None:
    """Print the settings that differ from the defaults.

    Secrets are masked. A line with ### is a setting that gluepy does not know.
    """
    from gluepy.conf import default_settings
    from gluepy.conf.secrets import mask_named
    from gluepy.conf.settings import DEFAULTS

    defined = default_settings.defined()
    shown = {
        name: mask_named(name, defined.get(name, DEFAULTS.get(name)))
        for name in sorted({*defined, *(DEFAULTS if show_all else ())})
        if show_all or name not in DEFAULTS or defined[name] != DEFAULTS[name]
    }
    if as_json:
        echo_json(shown)
        return
    for name, value in shown.items():
        click.echo(f"{name} = {value!r}{'' if name in DEFAULTS else '  ###'}")
