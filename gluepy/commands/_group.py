"""The group of all commands: files of this package, and what modules add."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any, TypeVar

import click

from gluepy import VERSION
from gluepy.commands import _errors
from gluepy.exceptions import CommandError
from gluepy.utils.text import did_you_mean

F = TypeVar("F", bound=Callable[..., Any])


class LazyGroup(click.Group):
    """A group that imports a command's file when the command is asked for.

    A command added to the group by hand wins over a file of the same name.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names of all commands, sorted."""
        return sorted({*self.commands, *built_in()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, None if there is none of that name."""
        if cmd_name in self.commands:
            return self.commands[cmd_name]
        if cmd_name in built_in():
            file = cmd_name.replace("-", "_")
            command: click.Command = import_module(f"gluepy.commands.{file}").command
            return command
        return None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command ``args`` start with; a wrong name offers the closest."""
        if self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            hint = did_you_mean(args[0], self.list_commands(ctx))
            ctx.fail(f"There is no command '{args[0]}'. {hint}".rstrip())
        return super().resolve_command(ctx, args)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        """Run a command; every error ends in one line on stderr and an exit code."""
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, **extra)
        arguments = list(sys.argv[1:] if args is None else args)
        show_traceback = "--traceback" in arguments
        if show_traceback:
            arguments.remove("--traceback")
        with _errors.reported(show_traceback=show_traceback):
            result = super().main(arguments, prog_name, complete_var, False, **extra)
            sys.exit(result if isinstance(result, int) else 0)


def built_in() -> list[str]:
    """Return the names of the commands that are files of this package, ``_`` turned into ``-``."""
    files = os.listdir(os.path.dirname(__file__))
    names = [name[:-3] for name in files if name.endswith(".py") and not name.startswith("_")]
    return [name.replace("_", "-") for name in names]


def _too_late(ctx: click.Context, param: click.Parameter, value: str | None) -> None:
    """Refuse an option that :func:`gluepy.commands.main` would have acted on before."""
    if value is not None:
        raise CommandError(
            f"{param.opts[0]} comes too late: the manage.py of this project has chosen already.",
            hint="Let it call gluepy.commands.main, or set GLUEPY_SETTINGS_MODULE and PYTHONPATH.",
        )


def _early(name: str, text: str, *, flag: bool = False) -> Callable[[F], F]:
    """Return an option that is taken out of the arguments before the group sees them."""
    callback = None if flag else _too_late
    return click.option(name, is_flag=flag, expose_value=False, callback=callback, help=text)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(VERSION, message="%(version)s", help="Print gluepy's version.")
@_early("--settings", "Settings module, such as settings.production.")
@_early("--pythonpath", "Folder to put in front of the import path.")
@_early("--traceback", "Show the whole traceback of an error.", flag=True)
def cli() -> None:
    """Run and inspect the data pipelines of this project."""
