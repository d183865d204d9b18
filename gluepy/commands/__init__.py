"""Commands: ``cli`` is the group that ``manage.py`` runs and that modules extend.

Every file of this package without an underscore in front is a command of that name, and
is imported when the command is used. A module adds its own with ``@cli.command()``.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gluepy.commands._group import cli

__all__ = ["cli", "main", "main_console"]


def main(settings: str = "settings.local", manage_file: str = "manage.py") -> None:
    """Run a command in the project of a ``manage.py``.

    Args:
        settings: Settings module taken if neither ``--settings``, the environment nor
            ``.env`` names one.
        manage_file: Path of the ``manage.py``; its folder is the project.
    """
    with _hardly_collecting():
        from gluepy.commands import _entry

        _entry.main(settings, manage_file)


def main_console() -> None:
    """Run a command in the project the current folder lies in, or without one."""
    with _hardly_collecting():
        from gluepy.commands import _entry

        _entry.main_console()


@contextmanager
def _hardly_collecting() -> Iterator[None]:
    """Look for garbage only while a command works.

    What is imported before is none, and what is left at the end the system takes back.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
        gc.freeze()


def __getattr__(name: str) -> Any:
    if name != "cli":
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from gluepy.commands._group import cli

    return cli


def __dir__() -> list[str]:
    return __all__
