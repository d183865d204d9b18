"""Checks of the settings.

settings.E001  a setting looks like a typo of a known one
settings.E002  a setting has a value of the wrong type
settings.E003  a dotted path in a setting names nothing
settings.E004  DATABASES or STORAGES has an entry of the wrong shape
settings.W001  CONFIG_PATH does not exist
settings.W002  SILENCED_CHECKS names no known check
settings.W003  a backend needs a package that is not installed
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from gluepy.checks.messages import Error, Message, Warning
from gluepy.checks.registry import register
from gluepy.conf import default_settings
from gluepy.conf.handlers import closest_paths, import_backend
from gluepy.conf.settings import DEFAULTS
from gluepy.exceptions import GluepyError, MissingDependencyError, SettingsError
from gluepy.utils.deprecation import RENAMED_MODULES
from gluepy.utils.text import either

# Classes named in settings that are imported before every run anyway.
LIGHT_BACKENDS = ("STORAGE_BACKEND", "CONTEXT_BACKEND", "RUNNER_BACKEND", "EXECUTOR_BACKEND")
BACKENDS = (*LIGHT_BACKENDS, "DATA_BACKEND", "MLOPS_BACKEND", "START_TASK")
_LISTS = (list, tuple)


@register()
def spelling() -> Iterator[Message]:
    """Yield an error for each setting that looks like a typo of a known one."""
    for name, close in default_settings.misspelt().items():
        yield Error(
            f"'{name}' is not a setting of gluepy.",
            hint=f"Did you mean {either(close)}?",
            obj=default_settings.module_name,
            id="settings.E001",
        )


@register()
def types() -> Iterator[Message]:
    """Yield an error for each setting whose type differs from its default's."""
    for name, value in default_settings.defined().items():
        default = DEFAULTS.get(name)
        if default is None or value is None or isinstance(value, _kinds(default)):
            continue
        yield Error(
            f"{name} is {value!r}, a {type(value).__name__}.",
            hint=f"It takes a {type(default).__name__}.",
            obj=default_settings.module_name,
            id="settings.E002",
        )


def _kinds(default: Any) -> tuple[type, ...]:
    if isinstance(default, str):
        return (str, os.PathLike, type)
    return _LISTS if isinstance(default, _LISTS) else (type(default),)


@register()
def light_backends() -> Iterator[Message]:
    """Yield an error for each backend path that cannot be found, importing no engine."""
    for name in ("DATA_BACKEND", "MLOPS_BACKEND", "START_TASK"):
        path = getattr(default_settings, name)
        if path != DEFAULTS[name]:
            yield from _module_of(name, path)
    for name in LIGHT_BACKENDS:
        yield from _import(name)


def _module_of(name: str, path: Any) -> Iterator[Message]:
    from importlib.util import find_spec

    module = str(path).rpartition(".")[0]
    try:
        is_found = bool(module) and find_spec(RENAMED_MODULES.get(module, module)) is not None
    except ImportError:
        is_found = False
    if isinstance(path, str) and not is_found:
        close = closest_paths(path)
        hint = f"Did you mean {either(close)}?" if close else "Check the dotted path."
        yield Error(
            f"{name} = '{path}' names nothing that can be imported.",
            hint=hint,
            obj=default_settings.module_name,
            id="settings.E003",
        )


def _import(name: str) -> Iterator[Message]:
    try:
        import_backend(name, getattr(default_settings, name))
    except SettingsError as error:
        yield _broken(error)


def _broken(error: GluepyError) -> Message:
    return Error(
        error.message, hint=error.hint, obj=default_settings.module_name, id="settings.E003"
    )


@register(deep=True)
def backends() -> Iterator[Message]:
    """Yield what is wrong with each backend that cannot be imported, engines included.

    A missing package is a warning: a project that reads no dataframe needs no engine.
    """
    for name in BACKENDS[len(LIGHT_BACKENDS) :]:
        try:
            import_backend(name, getattr(default_settings, name))
        except MissingDependencyError as error:
            yield Warning(
                f"{name}: {error.message}",
                hint=error.hint,
                obj=default_settings.module_name,
                id="settings.W003",
            )
        except GluepyError as error:
            yield _broken(error)


@register()
def shapes() -> Iterator[Message]:
    """Yield an error for each malformed entry of STORAGES and DATABASES."""
    for alias, entry in _entries("STORAGES"):
        if not isinstance(entry, dict) or "BACKEND" not in entry:
            yield _shape("STORAGES", alias, '{"BACKEND": …, "ROOT": …, "OPTIONS": {…}}')
    for alias, url in _entries("DATABASES"):
        if not isinstance(url, str) or "://" not in url:
            yield _shape("DATABASES", alias, "an SQLAlchemy URL such as sqlite:///data/local.db")


def _entries(setting: str) -> list[tuple[str, Any]]:
    value = getattr(default_settings, setting)
    return list(value.items()) if isinstance(value, dict) else []


def _shape(setting: str, alias: str, wanted: str) -> Message:
    return Error(
        f'{setting}["{alias}"] has the wrong shape.',
        hint=f"It takes {wanted}.",
        obj=default_settings.module_name,
        id="settings.E004",
    )


@register()
def config_path() -> Iterator[Message]:
    """Yield a warning if CONFIG_PATH is not there: the context is empty then."""
    path = default_settings.CONFIG_PATH
    if not os.path.isdir(path):
        yield Warning(
            f"CONFIG_PATH = '{path}' does not exist, so the context is empty.",
            hint="Make the folder, or correct the setting.",
            obj=default_settings.module_name,
            id="settings.W001",
        )


@register()
def silenced() -> Iterator[Message]:
    """Yield a warning for each silenced id that no check has."""
    for number in default_settings.SILENCED_CHECKS:
        if "." not in str(number):
            yield Warning(
                f"SILENCED_CHECKS has '{number}', which is not an id such as 'settings.W001'.",
                obj=default_settings.module_name,
                id="settings.W002",
            )
