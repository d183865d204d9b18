"""``%load_ext gluepy``: a project in IPython and in notebooks.

The extension sets the project up, puts gluepy's names into the namespace, adds ``%dag``, shows
gluepy's errors as one line, and lets function tasks that are called use the catalog.
"""

from __future__ import annotations

import os
import shlex
import sys
from types import TracebackType
from typing import Any

import click

import gluepy
from gluepy.conf.secrets import mask
from gluepy.conf.settings import ENVIRONMENT_VARIABLE
from gluepy.exceptions import CommandError, GluepyError, SettingsError
from gluepy.exec.boot import bootstrap
from gluepy.modules.cells import GIVEN
from gluepy.utils.loading import import_string


def load(ipython: Any) -> None:
    """Load the extension.

    Raises:
        SettingsError: The current folder lies in no project, or its settings cannot be used.
    """
    ipython.set_custom_exc((GluepyError,), _show_error)
    _set_up()
    from gluepy.runs import interactive

    ipython.push(names(), interactive=False)
    ipython.register_magic_function(dag, "line", "dag")
    interactive.enable()


def unload(ipython: Any) -> None:
    """Unload the extension; the project stays set up."""
    from gluepy.runs import interactive

    interactive.disable()
    ipython.magics_manager.magics["line"].pop("dag", None)
    ipython.drop_by_id(names())
    ipython.set_custom_exc((), None)


def names() -> dict[str, Any]:
    """Return what the extension puts into the namespace."""
    return {name: import_string(f"{module}.{name}") for name, module in GIVEN.items()}


def _set_up() -> None:
    try:
        gluepy.setup()
    except SettingsError:
        if not os.environ.get(ENVIRONMENT_VARIABLE):
            raise
        # A kernel of `shell --notebook` is told settings and import path; it may lie anywhere.
        bootstrap()


def dag(line: str) -> Any:
    """Run a DAG and return its run: ``%dag LABEL [options of manage.py dag]``.

    Catalog, parameter sets and DAGs in YAML are read as they are on disk now.
    """
    from gluepy import signals
    from gluepy.catalog import catalog
    from gluepy.commands.dag import command

    bootstrap()
    catalog.reload()
    finished: list[Any] = []

    def remember(*, run: Any, **_: Any) -> None:
        finished.append(run)

    signals.run_finished.connect(remember)
    try:
        command.main(shlex.split(line), "%dag", standalone_mode=False)
    except click.ClickException as error:
        raise CommandError(error.format_message(), hint="See: %dag --help") from error
    except ValueError as error:
        if isinstance(error, GluepyError):
            raise
        raise CommandError(f"%dag {line}: {error}.") from error
    finally:
        signals.run_finished.disconnect(remember)
    return finished[-1] if finished else None


def _show_error(
    ipython: Any,
    kind: type[BaseException],
    error: BaseException,
    trace: TracebackType | None,
    tb_offset: int | None = None,
) -> list[str]:
    """Show an error of gluepy as on the command line; ``%tb`` shows the rest."""
    sys.last_type, sys.last_value, sys.last_traceback = kind, error, trace
    line = mask(" ".join(str(error).split()))
    shown = [f"{kind.__name__}: {line}"]
    ipython._showtraceback(kind, error, shown)
    return shown
