"""``manage.py shell``: Python with the project set up."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Any

import click

from gluepy.exceptions import CommandError, MissingDependencyError


@click.command("shell", context_settings={"ignore_unknown_options": True})
@click.option("--ipython", "kind", flag_value="ipython", help="IPython, with %dag.")
@click.option("--notebook", "kind", flag_value="notebook", help="Jupyter, in the browser.")
@click.option("--plain", "kind", flag_value="plain", help="Python's own prompt.")
@click.option("-c", "--command", "code", metavar="CODE", help="Run CODE and leave.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def command(kind: str | None, code: str | None, arguments: tuple[str, ...]) -> None:
    """Open a Python prompt with the project set up.

    IPython is used if it is installed. ARGUMENTS, after a lone --, are those of IPython or
    Jupyter.
    """
    if arguments and kind not in ("ipython", "notebook"):
        raise CommandError(
            f"shell does not take '{' '.join(arguments)}'.",
            hint="Only --ipython and --notebook take arguments, after a lone --.",
        )
    if kind == "notebook":
        _open_notebook(arguments)
    elif code is not None and kind != "ipython":
        exec(compile(code, "<shell -c>", "exec"), _names())
    elif kind == "plain" or not _open_ipython(code, arguments, required=kind == "ipython"):
        _open_plain()


def _names() -> dict[str, Any]:
    from gluepy.commands._ipython import names
    from gluepy.exec import DAG_REGISTRY, TASK_REGISTRY

    return {"DAG_REGISTRY": DAG_REGISTRY, "TASK_REGISTRY": TASK_REGISTRY, **names()}


def _open_plain() -> None:
    import code

    names = _names()
    code.interact(banner=f"gluepy: {', '.join(names)}", local=names, exitmsg="")


def _open_ipython(code: str | None, arguments: Sequence[str], *, required: bool) -> bool:
    try:
        from IPython import start_ipython
    except ImportError as error:
        if required:
            raise MissingDependencyError("ipython", "shell", "shell --ipython") from error
        return False
    more = ["-c", code] if code is not None else []
    start_ipython(argv=["--ext", "gluepy", *more, *arguments], user_ns=_names())
    return True


def _open_notebook(arguments: Sequence[str]) -> None:
    from gluepy.commands import _jupyter

    status = _jupyter.start(arguments)
    if status:
        sys.exit(status)
