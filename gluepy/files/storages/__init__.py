"""Bytes at paths, wherever they lie: the lazy names and the base of every storage."""

from __future__ import annotations

from typing import Any

from gluepy.conf import default_settings
from gluepy.conf.handlers import backend
from gluepy.files.storages.aliases import Storages
from gluepy.files.storages.base import BaseStorage

__all__ = ["BaseStorage", "default_storage", "storages"]

default_storage: BaseStorage = backend(
    "STORAGE_BACKEND",
    "BASE_DIR",
    "STORAGE_ROOT",
    "STORAGE_OPTIONS",
    "AWS_*",
    "GOOGLE_GCS_BUCKET",
    "GCP_PROJECT_ID",
    build=lambda cls: _build(cls),
)
storages = Storages(default_storage)


def _build(cls: Any) -> Any:
    # Without a root: storages read STORAGE_ROOT themselves, users' own of gluepy 1.6 included.
    return cls(**default_settings.STORAGE_OPTIONS)
