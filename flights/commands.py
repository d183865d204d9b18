"""The command behind `make demo`."""

import os
import sys

import click

from gluepy.commands import cli
from gluepy.files.storages import default_storage
from gluepy.runs import Run, run_dag


@cli.command()
def demo() -> None:
    """Run the DAG flights, then show its run folder and how to make it again."""
    run = run_dag("flights")
    show_model(run)
    show_folder(run)
    click.echo("\nMake it again, byte for byte:\n")
    click.echo(f"    {python()} manage.py dag flights --retry {run.id}")


def show_model(run: Run) -> None:
    """Print the errors of the model beside those of the plain average."""
    click.echo("\nArrival delay on the held-out months    model   average")
    for name, meaning in (("rmse", "root mean square, minutes"), ("mae", "mean, minutes")):
        model, baseline = run.metrics[name], run.metrics[f"baseline_{name}"]
        click.echo(f"    {f'{name} ({meaning})':34}{model:7.2f}{baseline:10.2f}")


def show_folder(run: Run) -> None:
    """Print the run folder and the size of every file in it."""
    click.echo(f"\nRun folder: {default_storage.abspath(run.folder)}\n")
    for path in run.files():
        click.echo(f"    {path:24}{run.storage.size(path):>12,} bytes")


def python() -> str:
    """Return how to call this Python from here."""
    path = os.path.relpath(sys.executable)
    return "python" if path.startswith("..") else path
