"""``manage.py dag LABEL``: run a DAG."""

from __future__ import annotations

from typing import Any

import click

from gluepy.exceptions import CheckError, CommandError, RunKilledError
from gluepy.utils.text import plural


def _labels(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[str]:
    from gluepy.exec import DAG_REGISTRY

    return [label for label in DAG_REGISTRY if label.startswith(incomplete)]


@click.command("dag")
@click.argument("label", nargs=-1, required=True, shell_complete=_labels)
@click.option("--retry", metavar="RUN", help="Run again in the folder of RUN: an id or a folder.")
@click.option("--task", metavar="T", help="Run the task T alone.")
@click.option("--from-task", metavar="T", help="Start at the task T.")
@click.option(
    "--patch", "-p", multiple=True, metavar="PATH", help="YAML on the storage over the context."
)
@click.option(
    "--local-patch", "-lp", multiple=True, metavar="PATH", help="The same from this machine."
)
@click.option(
    "--param", multiple=True, metavar="KEY=VALUE", help="One context value; +KEY=VALUE adds one."
)
@click.option("--skip-eval", is_flag=True, help="Leave evaluation tasks out.")
@click.option("--eval-only", is_flag=True, help="Run only evaluation tasks (with --retry).")
@click.option(
    "--compare", multiple=True, metavar="RUN...", help="Print the metrics of runs side by side."
)
def command(label: tuple[str, ...], compare: tuple[str, ...], **options: Any) -> None:
    """Run the DAG LABEL."""
    if compare:
        name, others = _split(label)
        print_comparison(name, [*compare, *others])
        return
    if len(label) > 1:
        raise CommandError(
            f"One DAG at a time: got {' '.join(label)}.", hint="Only --compare takes more."
        )
    _check()
    _run(label[0], **options)


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


def _run(
    label: str,
    patch: tuple[str, ...],
    local_patch: tuple[str, ...],
    param: tuple[str, ...],
    **kw: Any,
) -> None:
    from gluepy.runs import run_dag as run

    try:
        finished = run(
            label, patches=patch, local_patches=local_patch, params=param, strict=True, **kw
        )
    except KeyboardInterrupt:
        raise RunKilledError("Interrupted; the run is KILLED.", 2) from None
    print_metrics(finished)
    click.echo(f"Run {finished.id} {finished.status} in {finished.folder}", err=True)


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
