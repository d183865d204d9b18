"""gluepy: a project framework for data pipelines whose every run can be made again."""

from __future__ import annotations

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
