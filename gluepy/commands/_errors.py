"""How errors look on the command line: one line, and an exit code that is not 0."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from gluepy.conf.secrets import mask
from gluepy.exceptions import GluepyError

INTERRUPTED = 130  # what shells report of a program that Ctrl-C ended


@contextmanager
def reported(*, show_traceback: bool = False) -> Iterator[None]:
    """Report whatever is raised inside on stderr, and exit with its code."""
    try:
        yield
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail("Interrupted.", INTERRUPTED, show_traceback)
    except click.exceptions.NoArgsIsHelpError as help_text:
        help_text.show()
        sys.exit(help_text.exit_code)
    except click.ClickException as error:
        _fail(_usage(error), error.exit_code, show_traceback)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except GluepyError as error:
        _fail(str(error), error.exit_code, show_traceback)
    except Exception as error:
        _fail(_unexpected(error), 1, show_traceback)


def _fail(message: str, code: int, show_traceback: bool) -> None:
    if show_traceback:
        import traceback

        click.echo(mask(traceback.format_exc()), err=True, nl=False)
    line = " ".join(message.split())
    click.echo(f"{click.style('Error:', fg='red', bold=True)} {mask(line)}", err=True)
    sys.exit(code)


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    advice = f" See: {context.command_path} --help" if context is not None else ""
    return f"{error.format_message()}{advice}"


def _unexpected(error: Exception) -> str:
    """Return type, text and place of an error that is not gluepy's own."""
    from gluepy.runs.worker import place_of

    text = str(error).strip().partition("\n")[0]
    reason = f"{type(error).__name__}: {text}" if text else type(error).__name__
    place = place_of(error)
    return f"{reason}{f' ({place})' if place else ''} --traceback shows the rest."
