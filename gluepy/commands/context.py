"""``manage.py context``: the parameters a run would have."""

from __future__ import annotations

import click

from gluepy.commands._output import echo_json, echo_table, json_option


@click.command("context")
@click.option("--origin", is_flag=True, help="Show which file or flag set each value.")
@click.option(
    "--patch", "-p", multiple=True, metavar="PATH", help="YAML on the storage over the context."
)
@click.option(
    "--local-patch", "-lp", multiple=True, metavar="PATH", help="The same from this machine."
)
@click.option(
    "--param", multiple=True, metavar="KEY=VALUE", help="One context value; +KEY=VALUE adds one."
)
@json_option
def command(
    origin: bool,
    patch: tuple[str, ...],
    local_patch: tuple[str, ...],
    param: tuple[str, ...],
    as_json: bool,
) -> None:
    """Print the context a run would have, secrets masked."""
    from gluepy.context.manager import DefaultContextManager
    from gluepy.context.origins import origins
    from gluepy.context.yaml import dump_context, load
    from gluepy.utils.mapping import flatten

    context = DefaultContextManager().create_context(
        patches=patch, local_patches=local_patch, params=param, strict=True
    )
    text = dump_context(context)
    values = load(text, "context").values
    values.pop("gluepy", None)
    if origin:
        sources = origins(context)
        rows = [(path, value, sources.get(path, "-")) for path, value in flatten(values)]
        if as_json:
            echo_json({path: {"value": value, "origin": at} for path, value, at in rows})
        else:
            texts = [(path, str(value), at) for path, value, at in rows]
            echo_table(texts, ("key", "value", "origin"))
    elif as_json:
        echo_json(values)
    else:
        click.echo(text.rpartition("\ngluepy:\n")[0] or "{}")
