"""``manage.py dags``: list and draw DAGs."""

from __future__ import annotations

import click

from gluepy.commands._output import echo_json, echo_table, json_option
from gluepy.commands.dag import complete_label


@click.group("dags")
def command() -> None:
    """List and draw DAGs."""


@command.command("ls")
@json_option
def ls(as_json: bool) -> None:
    """List the DAGs of the project."""
    from gluepy.exec import DAG_REGISTRY
    from gluepy.utils.registry import place

    rows = [
        {
            "label": label,
            "tasks": len(dag().inject_tasks()) - 1,
            "schedule": dag.schedule,
            "tags": list(dag.tags),
            "place": place(dag),
        }
        for label, dag in sorted(DAG_REGISTRY.items())
    ]
    if as_json:
        echo_json(rows)
    else:
        echo_table([tuple(row.values())[:3] for row in rows], ("dag", "tasks", "schedule"))


@command.command("show")
@click.argument("label", shell_complete=complete_label)
@click.option(
    "--format",
    "form",
    type=click.Choice(["ascii", "mermaid", "dot", "svg", "json"]),
    default="ascii",
    show_default=True,
    help="How to draw it.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
def show(label: str, form: str, as_json: bool) -> None:
    """Draw the DAG LABEL: which task comes after which."""
    from gluepy.exec import DAG_REGISTRY
    from gluepy.graph import render

    graph = DAG_REGISTRY.find(label)().graph()
    if as_json or form == "json":
        echo_json({"label": label, **render.to_dict(graph)})
    elif form == "svg":
        from gluepy.graph.svg import svg

        click.echo(svg(graph, title=label))
    else:
        click.echo(getattr(render, form)(graph))
