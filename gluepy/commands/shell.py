"""``manage.py shell``: Python with the project set up."""

from __future__ import annotations

from typing import Any

import click

from gluepy.exceptions import MissingDependencyError


@click.command("shell")
@click.option("--ipython/--plain", default=None, help="IPython, or Python's own prompt.")
@click.option("-c", "--command", "code", metavar="CODE", help="Run CODE and leave.")
def command(ipython: bool | None, code: str | None) -> None:
    """Open a Python prompt with the project set up."""
    names = _names()
    if code is not None:
        exec(compile(code, "<shell -c>", "exec"), names)
        return
    if ipython is not False and _open_ipython(names, required=bool(ipython)):
        return
    import code as prompt

    prompt.interact(banner=_banner(names), local=names, exitmsg="")


def _names() -> dict[str, Any]:
    from gluepy.conf import default_context, default_settings
    from gluepy.exec import DAG_REGISTRY, TASK_REGISTRY
    from gluepy.files.data import data_manager
    from gluepy.files.storages import default_storage
    from gluepy.runs import run_dag, runs

    return {
        "DAG_REGISTRY": DAG_REGISTRY,
        "TASK_REGISTRY": TASK_REGISTRY,
        "data_manager": data_manager,
        "default_context": default_context,
        "default_settings": default_settings,
        "default_storage": default_storage,
        "run_dag": run_dag,
        "runs": runs,
    }


def _open_ipython(names: dict[str, Any], *, required: bool) -> bool:
    try:
        from IPython import start_ipython
    except ImportError as error:
        if required:
            raise MissingDependencyError("ipython", "shell", "shell --ipython") from error
        return False
    start_ipython(argv=[], user_ns=names)
    return True


def _banner(names: dict[str, Any]) -> str:
    return f"gluepy: {', '.join(names)}"
