import os

import click

from gluepy.commands import cli
from gluepy.files.storages import default_storage


@cli.command()
@click.argument("run_folder")
def deploy(run_folder):
    """Copy the model of a run to where production reads it."""
    default_storage.mkdir("production", make_parents=True)
    default_storage.cp(
        os.path.join(run_folder, "model.pkl"), "production/model.pkl", overwrite=True
    )
    click.echo("Deployed production/model.pkl")
