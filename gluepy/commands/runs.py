"""``manage.py runs``: list, show, compare and remove runs."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import click

from gluepy.commands._output import echo_json, echo_table, json_option
from gluepy.exceptions import CommandError
from gluepy.utils.text import plural

STATUSES = ("RUNNING", "FINISHED", "FAILED", "KILLED")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


@click.group("runs")
def command() -> None:
    """List, show, compare and remove runs."""


@command.command("ls")
@click.option("--dag", metavar="LABEL", help="Only runs of this DAG.")
@click.option(
    "--status",
    type=click.Choice(STATUSES, case_sensitive=False),
    help="Only runs that ended so, or are RUNNING.",
)
@click.option("--since", metavar="TIME", help="Only runs started then or later: 2026-11-21, or 7d.")
@click.option("--before", metavar="TIME", help="Only runs started before.")
@click.option(
    "-n",
    "--limit",
    type=click.IntRange(1),
    default=50,
    show_default=True,
    help="At most so many, the newest.",
)
@json_option
def ls(
    dag: str | None,
    status: str | None,
    since: str | None,
    before: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List runs, newest first."""
    from gluepy.runs import runs

    found = runs.list(dag, status, moment(since), moment(before), limit)
    if as_json:
        echo_json([run.summary() for run in found])
        return
    rows = [
        (run.id, run.dag, run.status, run.started_at[:19], _seconds(run.seconds)) for run in found
    ]
    echo_table(rows, ("run", "dag", "status", "started (UTC)", "seconds"))
    if not rows:
        is_filtered = dag or status or since or before
        click.echo("No such runs." if is_filtered else "No runs yet.", err=True)


@command.command("show")
@click.argument("run")
@json_option
def show(run: str, as_json: bool) -> None:
    """Show one run: its tasks, its files, its error."""
    from gluepy.runs import runs

    found = runs.get(run)
    if as_json:
        echo_json({**found.manifest, "status": found.status, "files": found.files()})
        return
    for name, value in _facts(found):
        click.echo(f"{name:<10}{value}")
    click.echo()
    tasks = found.manifest["tasks"]
    rows = [(task["name"], task["status"], _seconds(task["seconds"])) for task in tasks]
    echo_table(rows, ("task", "status", "seconds"))
    click.echo("\nfiles")
    for path in found.files():
        click.echo(f"  {path}")


def _facts(run: Any) -> list[tuple[str, Any]]:
    record, git = run.manifest, run.manifest["git"]
    code = f"{git['commit']}{' and changes' if git['dirty'] else ''}" if git["commit"] else "-"
    error = record["error"]
    facts = [
        ("run", run.id),
        ("dag", run.dag),
        ("status", run.status),
        ("started", run.started_at),
        ("seconds", _seconds(run.seconds)),
        ("attempt", record["attempt"]),
        ("folder", run.folder),
        ("code", code),
        *((f"metric {name}", f" {value}") for name, value in run.metrics.items()),
    ]
    return [*facts, ("error", error["message"])] if error else facts


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.3f}"


@command.command("diff")
@click.argument("a")
@click.argument("b")
@json_option
def diff(a: str, b: str, as_json: bool) -> None:
    """Show what differs between the runs A and B.

    That is context, code, packages and metrics.
    """
    from gluepy.runs import runs

    changed = runs.diff(a, b)
    if as_json:
        echo_json(changed)
        return
    rows = [
        (f"{section}: {name}", *pair)
        for section, changes in changed.items()
        for name, pair in changes.items()
    ]
    echo_table(rows, ("what", "a", "b"))


@command.command("compare")
@click.argument("run", nargs=-1, required=True)
@json_option
def compare(run: tuple[str, ...], as_json: bool) -> None:
    """Show the metrics of runs side by side."""
    from gluepy.runs import runs

    compared = runs.compare(*run)
    if as_json:
        echo_json(compared)
        return
    names = sorted({name for metrics in compared.values() for name in metrics})
    rows = [(one, *(metrics.get(name) for name in names)) for one, metrics in compared.items()]
    echo_table(rows, ("run", *names))


@command.command("rm")
@click.argument("run", nargs=-1, required=True)
def rm(run: tuple[str, ...]) -> None:
    """Remove runs with everything in their folders."""
    from gluepy.runs import runs

    for reference in run:
        click.echo(f"Removed {runs.rm(reference).folder}")


@command.command("prune")
@click.option("--keep", type=click.IntRange(0), help="Keep so many of the newest of each DAG.")
@click.option("--older-than", metavar="AGE", help="Remove only what is older: 12h, 30d, 8w.")
@click.option("--dag", metavar="LABEL", help="Look only at runs of this DAG.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, remove nothing.")
@json_option
def prune(
    keep: int | None, older_than: str | None, dag: str | None, dry_run: bool, as_json: bool
) -> None:
    """Remove runs by age and number; what is still needed stays."""
    from gluepy.runs import runs

    if keep is None and older_than is None:
        raise CommandError("prune needs a rule.", hint="Give --keep N, --older-than AGE, or both.")
    found = runs.prunable(keep, moment(older_than), dag)
    for run in found:
        if not dry_run:
            runs.rm(run.folder)
        if not as_json:
            click.echo(f"{'Would remove' if dry_run else 'Removed'} {run.folder}")
    if as_json:
        echo_json([run.summary() for run in found])
    else:
        click.echo(f"{plural(len(found), 'run')}.", err=True)


def moment(text: str | None) -> datetime | None:
    """Return the moment a date, a time or an age such as ``7d`` names.

    Raises:
        CommandError: It is none of them.
    """
    from gluepy.utils.timezone import now, parse

    if text is None:
        return None
    if text[:-1].isdigit() and text[-1:] in UNITS:
        return now() - timedelta(**{UNITS[text[-1]]: int(text[:-1])})
    try:
        return parse(text)
    except ValueError:
        raise CommandError(
            f"'{text}' is no time.",
            hint="Write 2026-11-21, 2026-11-21T12:00, or an age: 30m, 12h, 7d, 8w.",
        ) from None
