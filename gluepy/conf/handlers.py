"""Handlers: one lazy name per thing that differs between a laptop and production.

A name made by :func:`backend` stands for an instance of the class whose dotted path a
setting holds. The class is imported when the name is first used, and again after
``setting_changed`` told that the setting, or one it depends on, has another value.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from gluepy.conf.settings import default_settings
from gluepy.exceptions import GluepyError, SettingsError
from gluepy.signals import setting_changed
from gluepy.utils.deprecation import current_path
from gluepy.utils.functional import LazyProxy
from gluepy.utils.loading import import_string
from gluepy.utils.text import close_names, either


def lazy(factory: Callable[[], Any]) -> Any:
    """Return a name that asks ``factory`` for its object on every use."""
    return LazyProxy(factory, cached=False)


def backend(setting: str, *also: str, build: Callable[[Any], Any] | None = None) -> Any:
    """Return a lazy name for an instance of the class that ``setting`` names.

    Args:
        setting: The setting that holds the dotted path.
        also: Settings the instance depends on; ``AWS_*`` stands for all with that prefix.
        build: Makes the instance of the class; by default the class is called.
    """
    make = build or (lambda cls: cls())
    proxy = LazyProxy(lambda: make(import_backend(setting, getattr(default_settings, setting))))
    reset_on(proxy._reset, setting, *also)
    return proxy


def reset_on(reset: Callable[[], None], *settings: str) -> None:
    """Call ``reset`` whenever one of ``settings`` changes; a trailing ``*`` matches a prefix."""
    exact = {name for name in settings if not name.endswith("*")}
    prefixes = tuple(name[:-1] for name in settings if name.endswith("*"))

    @setting_changed.connect
    def receive(*, setting: str, **_: Any) -> None:
        if setting in exact or setting.startswith(prefixes):
            reset()


def import_backend(setting: str, dotted_path: Any) -> Any:
    """Return the class a setting names.

    Raises:
        SettingsError: The value is no dotted path, or nothing is there; with close names.
    """
    if not isinstance(dotted_path, str):
        return dotted_path
    path = current_path(dotted_path)
    try:
        return import_string(path)
    except GluepyError:
        raise
    except ImportError as error:
        if not _is_about(path, error):
            raise
        close = closest_paths(path)
        raise SettingsError(
            f"{setting} = '{dotted_path}' names nothing that can be imported.",
            hint=f"Did you mean {either(close)}?" if close else "Check the dotted path.",
        ) from error


def _is_about(path: str, error: ImportError) -> bool:
    """Tell whether ``path`` itself is wrong, not an import inside a module on its way."""
    if isinstance(error, ModuleNotFoundError):
        return error.name is not None and f"{path}.".startswith(f"{error.name}.")
    return type(error) is ImportError and error.name is None


def closest_paths(path: str) -> list[str]:
    """Return importable dotted paths that look like ``path``, walking down part by part."""
    import pkgutil

    head, *rest = path.split(".")
    try:
        found: Any = import_module(head)
    except (ImportError, ValueError):
        return []
    known = head
    for index, part in enumerate(rest):
        last = index == len(rest) - 1
        options = [name for name in dir(found) if not name.startswith("_")]
        if not last and hasattr(found, "__path__"):
            options = [module.name for module in pkgutil.iter_modules(found.__path__)]
        if part not in options:
            close = close_names(part, options, limit=3 if last else 1)
            if last or not close:
                return [f"{known}.{name}" for name in close]
            part = close[0]
        known = f"{known}.{part}"
        try:
            found = found if last else import_module(known)
        except ImportError:
            return [known]
    return [known]
