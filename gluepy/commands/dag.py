"""``manage.py dag LABEL``: run a DAG."""

from __future__ import annotations

from typing import Any

import click

from gluepy.commands._output import echo_json, echo_table, json_option
from gluepy.exceptions import CheckError, CommandError, RunKilledError
from gluepy.utils.text import plural


def complete_label(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    """Return the DAGs whose label starts with what was typed, for shell completion."""
    from gluepy.exec import DAG_REGISTRY

    return [label for label in DAG_REGISTRY if label.startswith(incomplete)]


def complete_configuration(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[str]:
    """Return the parameter sets whose name starts with what was typed, for shell completion."""
    from gluepy.catalog.parameters import parameter_sets

    return [name for name in parameter_sets.names() if name.startswith(incomplete)]


@click.command("dag")
@click.argument("label", nargs=-1, required=True, shell_complete=complete_label)
@click.option("--retry", metavar="RUN", help="Run again in the folder of RUN: an id or a folder.")
@click.option("--resume", metavar="RUN", help="Continue RUN: what finished is not run again.")
@click.option(
    "--task",
    multiple=True,
    metavar="T",
    help="Run the task T alone; +T with all before it, T+ with all after it.",
)
@click.option("--from-task", metavar="T", help="Start at the task T.")
@click.option("--to-task", metavar="T", help="End at the task T.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Run only tasks with TAG.")
@click.option(
    "--patch", "-p", multiple=True, metavar="PATH", help="YAML on the storage over the context."
)
@click.option(
    "--local-patch", "-lp", multiple=True, metavar="PATH", help="The same from this machine."
)
@click.option(
    "--configuration",
    "-c",
    metavar="NAME",
    shell_complete=complete_configuration,
    help="Lay the parameter set NAME over the context; see: configurations ls",
)
@click.option(
    "--param", multiple=True, metavar="KEY=VALUE", help="One context value; +KEY=VALUE adds one."
)
@click.option(
    "--executor", metavar="NAME", help="Where tasks run: serial, threads, processes, dask."
)
@click.option("--workers", type=click.IntRange(1), help="How many tasks run at once.")
@click.option(
    "--on-failure",
    type=click.Choice(["stop", "continue"]),
    help="After a task failed: stop, or run what does not need it.",
)
@click.option("--dry-run", is_flag=True, help="Print what would run, and why; run nothing.")
@click.option("--skip-eval", is_flag=True, help="Leave evaluation tasks out.")
@click.option("--eval-only", is_flag=True, help="Run only evaluation tasks (with --retry).")
@click.option(
    "--compare", multiple=True, metavar="RUN...", help="Print the metrics of runs side by side."
)
@json_option
def command(
    label: tuple[str, ...], compare: tuple[str, ...], dry_run: bool, as_json: bool, **options: Any
) -> None:
    """Run the DAG LABEL."""
    if compare:
        name, others = _split(label)
        print_comparison(name, [*compare, *others])
        return
    if len(label) > 1:
        raise CommandError(
            f"One DAG at a time: got {' '.join(label)}.", hint="Only --compare takes more."
        )
    if as_json and not dry_run:
        raise CommandError("--json goes with --dry-run.", hint="See a run with: runs show --json")
    _check()
    if dry_run:
        _print_plan(label[0], as_json, _arguments(**options))
    else:
        _run(label[0], _arguments(**options))


def _split(words: tuple[str, ...]) -> tuple[str, list[str]]:
    """Tell the label from further runs to compare: ``--compare A B`` leaves B over."""
    from gluepy.exec import DAG_REGISTRY

    label = next((word for word in words if word in DAG_REGISTRY), words[0])
    return label, [word for word in words if word != label]


def _check() -> None:
    from gluepy.checks import Error, run_checks

    errors = [message for message in run_checks() if isinstance(message, Error)]
    if errors:
        first = errors[0]
        more = f" ({plural(len(errors) - 1, 'more error')}: check)" if errors[1:] else ""
        raise CheckError(
            f"{first.obj}: {first.msg}" if first.obj else first.msg,
            hint=f"{first.hint} [{first.id}]{more}".strip(),
        )


def _arguments(
    patch: tuple[str, ...], local_patch: tuple[str, ...], param: tuple[str, ...], **kw: Any
) -> dict[str, Any]:
    """Return the options as ``run_dag`` calls them."""
    return {"patches": patch, "local_patches": local_patch, "params": param, "strict": True, **kw}


def _print_plan(label: str, as_json: bool, arguments: dict[str, Any]) -> None:
    from gluepy.runs import plan_dag

    rows = plan_dag(label, **arguments).rows()
    if as_json:
        echo_json(rows)
    else:
        echo_table([tuple(row.values()) for row in rows], ("task", "action", "reason"))


def _run(label: str, arguments: dict[str, Any]) -> None:
    from gluepy.runs import run_dag as run

    try:
        finished = run(label, show_progress=True, **arguments)
    except KeyboardInterrupt:
        raise RunKilledError("Interrupted; the run is KILLED.", 2) from None
    print_metrics(finished)
    click.echo(f"Run {finished.id} {finished.status} in {finished.location}", err=True)


def print_metrics(run: Any) -> None:
    """Print the metrics of a run that has just evaluated, as a block that tools can cut out."""
    from gluepy.exec import DAG_REGISTRY

    evaluations = {task.label for task in DAG_REGISTRY[run.dag].eval_tasks}
    ran = {
        task["label"]
        for task in run.manifest["tasks"]
        if task["started_at"] and task["started_at"] >= run.started_at  # else of an earlier attempt
    }
    if not run.metrics or evaluations.isdisjoint(ran):
        return
    click.echo("=== GLUEPY METRICS ===")
    for key, value in run.metrics.items():
        click.echo(f"metric:{key}={value}")
    click.echo("=== END METRICS ===")


def print_comparison(label: str, references: list[str]) -> None:
    """Print the metrics of runs, tab-separated: a header, then a line per run.

    Raises:
        UnknownLabelError: There is no such DAG.
        RunNotFoundError: One of the runs does not exist.
    """
    from gluepy.exec import DAG_REGISTRY
    from gluepy.runs import runs

    DAG_REGISTRY.find(label)
    compared = runs.compare(*references)
    names = sorted({name for metrics in compared.values() for name in metrics})
    click.echo("\t".join(["run_folder", *names]))
    for run, metrics in compared.items():
        click.echo("\t".join([run, *(str(metrics.get(name, "N/A")) for name in names)]))


def run_dag(
    label: str,
    retry: str | None = None,
    patch: list[str] | None = None,
    from_task: str | None = None,
    task: str | None = None,
    local_patch: list[str] | None = None,
    skip_eval: bool = False,
    eval_only: bool = False,
    compare: tuple[str, ...] | None = None,
) -> Any:
    """Run a DAG as gluepy 1.6 did: metrics are printed, and its context stays the current one.

    New code calls :func:`gluepy.runs.run_dag`, which does neither.

    Returns:
        The run, None with ``compare``.
    """
    from gluepy.context.current import current_context
    from gluepy.files.folder import run_folder
    from gluepy.runs import run_dag as run

    if compare:
        print_comparison(label, list(compare))
        return None
    finished = run(
        label,
        retry=retry,
        patches=patch or [],
        local_patches=local_patch or [],
        task=task,
        from_task=from_task,
        skip_eval=skip_eval,
        eval_only=eval_only,
    )
    print_metrics(finished)
    current_context.set(finished.context)
    run_folder.set(finished.folder)
    return finished
