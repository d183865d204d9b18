"""Entry points: ``manage.py`` of a project, and the ``gluepy`` script."""

from __future__ import annotations

import gc
import os
import sys

from gluepy.commands import _errors
from gluepy.commands._group import cli
from gluepy.conf import project
from gluepy.exceptions import CommandError, SettingsError

# Commands that work without a project.
PROJECTLESS = {"startproject", "version"}
# Commands that work while the installed modules cannot be imported: they make some of them.
MODULELESS = {"notebooks", "import-statisfactory"}
TAKING_VALUE = ("--settings", "--pythonpath")


def main(settings: str, manage_file: str) -> None:
    """See :func:`gluepy.commands.main`."""
    _run(os.path.dirname(os.path.abspath(manage_file)), settings)


def main_console() -> None:
    """See :func:`gluepy.commands.main_console`."""
    first = next((argument for argument in sys.argv[1:] if not argument.startswith("-")), None)
    try:
        folder: str | None = project.find()
    except SettingsError as error:
        if first not in PROJECTLESS and first is not None:
            with _errors.reported():
                raise error
        folder = None
    _run(folder, None)


def _run(folder: str | None, settings: str | None) -> None:
    show_traceback = "--traceback" in sys.argv
    with _errors.reported(show_traceback=show_traceback):
        arguments, taken = take_options(sys.argv[1:])
        show_traceback = "--traceback" in taken
        if folder is not None and PROJECTLESS.isdisjoint(arguments[:1]):
            _boot(folder, settings, taken, populate=MODULELESS.isdisjoint(arguments[:1]))
        gc.freeze()  # as everything that is imported stays to the end
        gc.enable()
        cli.main([*(["--traceback"] if show_traceback else []), *arguments])


def _boot(folder: str, default: str | None, taken: dict[str, str], *, populate: bool) -> None:
    from gluepy.exec.boot import bootstrap

    if taken.get("--pythonpath"):
        sys.path.insert(0, os.path.abspath(taken["--pythonpath"]))
    project.activate(folder, taken.get("--settings"), default)
    if populate:
        bootstrap()


def take_options(arguments: list[str]) -> tuple[list[str], dict[str, str]]:
    """Split the options that matter before any command is known from the rest.

    They may stand anywhere before a lone ``--``.

    Raises:
        CommandError: One of them lacks its value.
    """
    rest: list[str] = []
    taken: dict[str, str] = {}
    waiting = list(arguments)
    while waiting:
        argument = waiting.pop(0)
        name, equals, value = argument.partition("=")
        if argument == "--":
            return [*rest, argument, *waiting], taken
        if argument == "--traceback":
            taken[argument] = ""
        elif name in TAKING_VALUE:
            taken[name] = value if equals else _value_of(name, waiting)
        else:
            rest.append(argument)
    return rest, taken


def _value_of(name: str, waiting: list[str]) -> str:
    if not waiting or waiting[0].startswith("-"):
        raise CommandError(f"{name} needs a value.", hint=f"Write {name} VALUE.")
    return waiting.pop(0)
