"""What commands print: results on stdout, as a table for people or as JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from gluepy.conf.secrets import mask
from gluepy.utils.text import table

F = TypeVar("F", bound=Callable[..., Any])


def json_option(function: F) -> F:
    """Add ``--json`` as the argument ``as_json``."""
    option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
    return option(function)


def echo_json(value: Any) -> None:
    """Print a value as JSON."""
    import json

    text = json.dumps(_masked(value), indent=2, ensure_ascii=False, default=str)
    click.echo(text)


def echo_table(rows: Sequence[Sequence[Any]], header: Sequence[str]) -> None:
    """Print rows under a header, columns aligned."""
    click.echo(mask(table(rows, header)))


def _masked(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item) for item in value]
    return mask(value) if isinstance(value, str) else value
