"""The variables of templates: ``globals.yaml``, ``locals.yaml`` over it, and what is allowed in.

``locals.yaml`` is for one machine and stays out of git. Beside the values of both files there
are ``env`` and ``settings``, with the environment variables and settings that the project's
settings allow by name.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from gluepy.conf.secrets import hide, is_secret_name
from gluepy.conf.settings import default_settings
from gluepy.context import yaml
from gluepy.exceptions import ContextError, TemplateError
from gluepy.utils.mapping import overlay

FILES = ("globals.yaml", "globals.yml", "locals.yaml", "locals.yml")
_ADVICE = "Check indentation, quotes and brackets, here and a line above."


def variables() -> dict[str, Any]:
    """Return what templates may use, made anew.

    A name at the top is there in lower case as well, unless that is another one's.

    Raises:
        TemplateError: A file cannot be read, or has a name that is not its to give.
    """
    found: dict[str, Any] = {}
    for path in _files():
        values = _read(path)
        hide(_secrets(values))
        found = overlay(found, values)
    _add(found, "env", _environment(), "VARIABLES_ENVIRONMENT")
    _add(found, "settings", _settings(), "VARIABLES_SETTINGS")
    for name in list(found):
        found.setdefault(name.lower(), found[name])
    return found


def folder_of(setting: str, name: str) -> str:
    """Return the folder a setting names, else the one of that name in CONFIG_PATH."""
    given = getattr(default_settings, setting)
    return absolute(os.path.join(default_settings.CONFIG_PATH, name) if given is None else given)


def absolute(path: Any) -> str:
    """Return a path as it is on the disk; a relative one starts at BASE_DIR."""
    return os.path.normpath(os.path.join(os.path.abspath(default_settings.BASE_DIR), str(path)))


def shown(path: str) -> str:
    """Return a path as people know it: relative to the project where it lies in it."""
    base = os.path.abspath(default_settings.BASE_DIR)
    inside = path.startswith(os.path.join(base, ""))
    return os.path.relpath(path, base).replace(os.sep, "/") if inside else path


def _files() -> list[str]:
    folder = folder_of("VARIABLES_PATH", "variables")
    if default_settings.VARIABLES_PATH is not None and not os.path.isdir(folder):
        raise TemplateError(
            f"VARIABLES_PATH = '{default_settings.VARIABLES_PATH}' is no folder.",
            hint="Name the folder that holds globals.yaml and locals.yaml.",
        )
    paths = [os.path.join(folder, name) for name in FILES]
    found = [path for path in paths if os.path.isfile(path)]
    for first, second in zip(paths[::2], paths[1::2], strict=True):
        if first in found and second in found:
            raise TemplateError(
                f"There are both '{shown(first)}' and '{shown(second)}'.", hint="Keep one of them."
            )
    return found


def _read(path: str) -> dict[str, Any]:
    try:
        with open(path, "rb") as file:
            document = yaml.load(file.read(), shown(path))
    except ContextError as error:
        raise TemplateError(error.message, hint=error.hint or _ADVICE) from error
    except OSError as error:
        raise TemplateError(f"{shown(path)}: it cannot be read: {error.strerror}.") from error
    hide(at_paths(document.values, document.secrets))
    return document.values


def at_paths(value: Any, paths: Iterable[str]) -> list[Any]:
    """Return the scalars at or below dotted paths; empty is the path of the whole."""
    return [leaf for path in paths for leaf in leaves(_at(value, path))]


def _at(value: Any, path: str) -> Any:
    if not path:
        return value
    if isinstance(value, list):
        head, _, rest = path.partition(".")
        return _at(value[int(head)], rest)
    # Keys may have dots themselves.
    for key, item in value.items() if isinstance(value, dict) else ():
        if path == key or path.startswith(f"{key}."):
            return _at(item, path[len(key) + 1 :])
    return None


def leaves(value: Any) -> list[Any]:
    """Return the scalars in nested data."""
    if isinstance(value, Mapping):
        return [leaf for item in value.values() for leaf in leaves(item)]
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in leaves(item)]
    return [value]


def _secrets(values: Mapping[str, Any]) -> list[Any]:
    """Return the values whose names announce a secret."""
    found = []
    for name, value in values.items():
        if is_secret_name(str(name)):
            found += leaves(value)
        elif isinstance(value, Mapping):
            found += _secrets(value)
        elif isinstance(value, list):
            found += [one for item in value if isinstance(item, dict) for one in _secrets(item)]
    return found


def _environment() -> dict[str, Any]:
    names = _names("VARIABLES_ENVIRONMENT")
    found = {name: os.environ[name] for name in names if name in os.environ}
    hide(_secrets(found))
    return found


def _settings() -> dict[str, Any]:
    return {name: getattr(default_settings, name) for name in _names("VARIABLES_SETTINGS")}


def _names(setting: str) -> list[str]:
    names = getattr(default_settings, setting)
    if isinstance(names, str):
        raise TemplateError(f"{setting} is the text '{names}'.", hint=f'Write ["{names}"].')
    return list(names)


def _add(found: dict[str, Any], name: str, values: dict[str, Any], setting: str) -> None:
    """Put in what a setting allows, if it allows anything or the name is free."""
    if name in found and _names(setting):
        raise TemplateError(
            f"'{name}' is a variable of the project, and the name of what {setting} allows.",
            hint=f"Give the variable another name, or leave {setting} empty.",
        )
    found.setdefault(name, values)
