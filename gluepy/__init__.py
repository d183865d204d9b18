"""gluepy: a project framework for data pipelines whose every run can be made again."""

from __future__ import annotations

from typing import Any

VERSION = "2.0.0"
__version__ = VERSION

__all__ = ["VERSION", "setup"]


def setup(settings: str | None = None, folder: str | None = None) -> None:
    """Set the project up in a notebook or a script; calling it again changes nothing.

    Args:
        settings: Dotted path of the settings module. By default the one
            ``GLUEPY_SETTINGS_MODULE`` names, in the environment or in the project's ``.env``,
            else ``settings.local``, or ``configs.settings`` in a project of gluepy 1.6.
        folder: A folder of the project; by default the current one. The project is the
            nearest folder above that holds ``manage.py``.

    Raises:
        SettingsError: There is no project there, or its settings cannot be used.
    """
    from gluepy.conf import project
    from gluepy.exec.boot import bootstrap

    project.activate(project.find(folder), settings)
    bootstrap()


def load_ipython_extension(ipython: Any) -> None:
    """Set the project up in IPython: what ``%load_ext gluepy`` does."""
    _extension().load(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """Undo :func:`load_ipython_extension`, but for the project: what ``%unload_ext`` does."""
    _extension().unload(ipython)


def _extension() -> Any:
    from importlib import import_module

    # By its name: it is a command, and everything below commands imports this module.
    return import_module("gluepy.commands._ipython")
