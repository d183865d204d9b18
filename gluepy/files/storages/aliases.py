"""Storages by alias: the setting STORAGES, and "default"."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from gluepy.conf import default_settings
from gluepy.conf.handlers import import_backend, reset_on
from gluepy.exceptions import SettingsError
from gluepy.files.storages.base import BaseStorage
from gluepy.utils.text import did_you_mean

_KEYS = ("BACKEND", "ROOT", "OPTIONS")
_LOCAL = "gluepy.files.storages.local.LocalStorage"


class Storages(Mapping[str, BaseStorage]):
    """The storages of the setting STORAGES, each made when it is first asked for.

    Args:
        default: What the alias "default" stands for.
    """

    def __init__(self, default: BaseStorage) -> None:
        self._default = default
        self._made: dict[str, BaseStorage] = {}
        also = ("BASE_DIR", "STORAGE_ROOT", "AWS_*", "GOOGLE_GCS_BUCKET", "GCP_PROJECT_ID")
        reset_on(self._made.clear, "STORAGES", *also)

    def __getitem__(self, alias: str) -> BaseStorage:
        if alias == "default":
            return self._default
        if alias not in self._made:
            storage = _build(alias, self._definition(alias))
            storage.alias = alias
            self._made[alias] = storage
        return self._made[alias]

    def __iter__(self) -> Iterator[str]:
        yield "default"
        yield from (alias for alias in default_settings.STORAGES if alias != "default")

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, alias: object) -> bool:
        return alias in tuple(self)

    def _definition(self, alias: str) -> Mapping[str, Any]:
        definition = default_settings.STORAGES.get(alias)
        if definition is None:
            raise SettingsError(
                f"STORAGES has no storage '{alias}'.", hint=did_you_mean(alias, tuple(self))
            )
        for key in definition:
            if key not in _KEYS:
                raise SettingsError(
                    f"STORAGES['{alias}'] has the unknown key '{key}'.",
                    hint=did_you_mean(key, _KEYS),
                )
        return definition  # type: ignore[no-any-return]


def _build(alias: str, definition: Mapping[str, Any]) -> BaseStorage:
    backend = import_backend(f"STORAGES['{alias}']['BACKEND']", definition.get("BACKEND", _LOCAL))
    root = definition.get("ROOT")
    if root is not None and getattr(backend, "is_local", False):
        root = os.path.join(default_settings.BASE_DIR, os.path.expanduser(root))
    storage: BaseStorage = backend(root=root, **definition.get("OPTIONS", {}))
    return storage
