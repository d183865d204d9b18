"""The project on disk: where it is, and which settings module it wants."""

from __future__ import annotations

import os
import sys

from gluepy.conf.settings import ENVIRONMENT_VARIABLE, default_settings
from gluepy.exceptions import SettingsError

MANAGE_FILE = "manage.py"
# Settings modules a project may have, in the order they are tried: today's, then 1.6's.
CANDIDATES = ("settings.local", "configs.settings")


def find(folder: str | None = None) -> str:
    """Return the nearest folder at or above ``folder`` that holds ``manage.py``.

    Raises:
        SettingsError: There is none up to the root of the disk.
    """
    start = os.path.abspath(folder or os.getcwd())
    here = start
    while not os.path.isfile(os.path.join(here, MANAGE_FILE)):
        parent = os.path.dirname(here)
        if parent == here:
            raise SettingsError(
                f"There is no {MANAGE_FILE} in '{start}' or in a folder above it.",
                hint="Change into a project, or make one: gluepy startproject NAME",
            )
        here = parent
    return here


def activate(folder: str, settings: str | None = None, default: str | None = None) -> None:
    """Put the project on the import path and choose its settings module.

    Args:
        folder: The project's folder.
        settings: Settings module that wins over the environment.
        default: Settings module taken if neither the environment nor ``.env`` names one.

    Raises:
        SettingsError: Other settings are in use already, or none can be chosen.
    """
    if folder not in sys.path:
        sys.path.insert(0, folder)
    if settings:
        _refuse_second(settings)
        os.environ[ENVIRONMENT_VARIABLE] = settings
    load_env_file(os.path.join(folder, ".env"))
    if not os.environ.get(ENVIRONMENT_VARIABLE):
        os.environ[ENVIRONMENT_VARIABLE] = default or _candidate(folder)


def load_env_file(path: str) -> None:
    """Add the variables of a ``.env`` file to the environment; what is set there stays."""
    if os.path.isfile(path):
        from dotenv import load_dotenv

        load_dotenv(path, override=False)


def _refuse_second(settings: str) -> None:
    loaded = default_settings.module_name
    if loaded not in (None, settings):
        raise SettingsError(
            f"The settings '{settings}' were asked for, but '{loaded}' are in use already.",
            hint=f"Choose them before anything else runs, with {ENVIRONMENT_VARIABLE}.",
        )


def _candidate(folder: str) -> str:
    for name in CANDIDATES:
        if os.path.isfile(os.path.join(folder, *name.split(".")) + ".py"):
            return name
    raise SettingsError(
        f"The project in '{folder}' does not say which settings to use.",
        hint=f"Set {ENVIRONMENT_VARIABLE}, in the environment or in {folder}/.env.",
    )
