"""Commands of this module: python manage.py products."""

import click
from gluepy.commands import cli
from gluepy.conf import default_context


@cli.command()
def products() -> None:
    """List the products of the sample and their prices."""
    prices = default_context.sample.products
    for product in prices:
        click.echo(f"{product}\t{prices[product]:.2f}")
