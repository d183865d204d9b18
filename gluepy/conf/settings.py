"""The settings of a project: a Python module over gluepy's defaults.

The module is named by ``GLUEPY_SETTINGS_MODULE`` and loaded when the first setting is
read. Only names in capitals are settings.
"""

from __future__ import annotations

import os
from importlib import import_module
from types import ModuleType
from typing import Any

from gluepy.conf import global_settings
from gluepy.exceptions import SettingsError, UnknownSettingError
from gluepy.signals import setting_changed
from gluepy.utils.text import close_names, did_you_mean, either

ENVIRONMENT_VARIABLE = "GLUEPY_SETTINGS_MODULE"
DEFAULTS: dict[str, Any] = {
    name: value for name, value in vars(global_settings).items() if name.isupper()
}
# Settings whose names start so are handed on to another library as they are.
OPEN_PREFIXES = ("CELERY_",)
# Name of the module that stands in where overrides are all the settings there are.
_STAND_IN = "settings_of_overrides"


class LazySettings:
    """The settings, loaded on first use.

    Attributes are read from overrides (see ``gluepy.test.override_settings``), then the
    project's module, then the defaults.
    """

    def __init__(self) -> None:
        self.__dict__["_module"] = None
        self.__dict__["_values"] = {}
        self.__dict__["_overrides"] = []

    @property
    def configured(self) -> bool:
        """Whether a settings module has been loaded or values were given."""
        return self._module is not None

    @property
    def module_name(self) -> str | None:
        """Name of the loaded settings module, None before it is loaded."""
        return getattr(self._module, "__name__", None)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_") or not name.isupper():
            raise AttributeError(f"Settings are written in capitals; '{name}' is not one.")
        if self._module is None:
            self._load()
        value = self._lookup(name)
        self.__dict__[name] = value
        return value

    def _lookup(self, name: str) -> Any:
        for values in (*reversed(self._overrides), self._values, DEFAULTS):
            if name in values:
                return values[name]
        known = {*DEFAULTS, *self._values}
        raise UnknownSettingError(
            f"There is no setting '{name}' in {self.module_name} or among gluepy's own.",
            hint=did_you_mean(name, known),
        )

    def __setattr__(self, name: str, value: Any) -> None:
        raise SettingsError(
            f"The setting '{name}' cannot be assigned to.",
            hint="Put it into the settings module; in tests use override_settings.",
        )

    def __dir__(self) -> list[str]:
        return sorted({*DEFAULTS, *self._values, "configured", "module_name"})

    def __repr__(self) -> str:
        return f"<Settings {self.module_name or 'not loaded'}>"

    def defined(self) -> dict[str, Any]:
        """Return the settings the project itself defines, overrides included."""
        if self._module is None:
            self._load()
        values = dict(self._values)
        for override in self._overrides:
            values.update(override)
        return values

    def overridden(self) -> dict[str, Any]:
        """Return the values that are overridden at the moment."""
        return {name: value for values in self._overrides for name, value in values.items()}

    def misspelt(self) -> dict[str, list[str]]:
        """Return the project's settings that look like a typo of a known one, with it."""
        known = set(DEFAULTS)
        strangers = [name for name in self.defined() if name not in known]
        return {
            name: close
            for name in strangers
            if not name.startswith(OPEN_PREFIXES) and (close := _typo_of(name, known))
        }

    def _load(self) -> None:
        name = os.environ.get(ENVIRONMENT_VARIABLE, "")
        if not name:
            raise SettingsError(
                f"gluepy is not set up: {ENVIRONMENT_VARIABLE} is not set.",
                hint="Run this through manage.py, or call gluepy.setup() first.",
            )
        self._use(import_settings(name))

    def _use(self, module: ModuleType) -> None:
        values = {name: value for name, value in vars(module).items() if name.isupper()}
        self._forget()
        self.__dict__["_values"] = values
        self.__dict__["_module"] = module  # last: with it, other threads take them for loaded

    def _forget(self) -> None:
        for name in filter(str.isupper, list(self.__dict__)):
            self.__dict__.pop(name, None)

    def _reset(self) -> None:
        """Forget what was loaded; the next read loads again."""
        changed = [*self._values, *(name for values in self._overrides for name in values)]
        self._forget()
        self.__dict__.update(_module=None, _values={}, _overrides=[])
        for name in changed:
            setting_changed.send(setting=name, value=None, enter=False)

    def _push(self, values: dict[str, Any]) -> None:
        if self._module is None:
            if os.environ.get(ENVIRONMENT_VARIABLE):
                self._load()
            else:
                self._use(ModuleType(_STAND_IN))
        self._overrides.append(values)
        self._announce(values, enter=True)

    def _pop(self, values: dict[str, Any]) -> None:
        self._overrides[:] = [layer for layer in self._overrides if layer is not values]
        if not self._overrides and self.module_name == _STAND_IN:
            self.__dict__["_module"] = None
        self._announce(values, enter=False)

    def _announce(self, values: dict[str, Any], *, enter: bool) -> None:
        self._forget()
        layers = (*reversed(self._overrides), self._values, DEFAULTS)
        for name in values:
            value = next((layer[name] for layer in layers if name in layer), None)
            setting_changed.send(setting=name, value=value, enter=enter)


def _typo_of(name: str, known: set[str]) -> list[str]:
    """Return the known names that ``name`` is one or two letters away from."""
    from difflib import SequenceMatcher

    close = close_names(name, known)
    return [other for other in close if SequenceMatcher(None, name, other).ratio() >= 0.88]


def import_settings(name: str) -> ModuleType:
    """Import a settings module.

    Raises:
        SettingsError: The module does not exist (with close names), or has a syntax error
            (with file and line). Any other error inside it comes out whole.
    """
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise
        close = _settings_beside(name)
        raise SettingsError(
            f"The settings module '{name}' does not exist.",
            hint=f"Did you mean {either(close)}?"
            if close
            else f"Check {ENVIRONMENT_VARIABLE} and the folder you are in.",
        ) from error
    except SyntaxError as error:
        raise SettingsError(
            f"The settings module '{name}' has a syntax error: "
            f"{error.filename}, line {error.lineno}: {error.msg}.",
            hint="Mend that line.",
        ) from error


def _settings_beside(name: str) -> list[str]:
    """Return names of settings modules that exist and look like ``name``."""
    import pkgutil

    package, _, last = name.rpartition(".")
    package = package or "settings"
    try:
        path = import_module(package).__path__
    except (ImportError, AttributeError):
        usual = ("settings.local", "settings.production", "configs.settings")
        return close_names(name, filter(_exists, usual))
    names = [module.name for module in pkgutil.iter_modules(path)]
    close = close_names(last, names) or (names if len(names) <= 5 else [])
    return [f"{package}.{other}" for other in close]


def _exists(name: str) -> bool:
    from importlib.util import find_spec

    try:
        return find_spec(name) is not None
    except ImportError:
        return False


default_settings = LazySettings()
