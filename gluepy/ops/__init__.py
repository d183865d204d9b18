"""Trackers: where metrics and parameters of runs are kept."""

from __future__ import annotations

from gluepy.conf.handlers import backend
from gluepy.ops.base import BaseOpsBackend

__all__ = ["BaseOpsBackend", "default_mlops"]

default_mlops: BaseOpsBackend = backend("MLOPS_BACKEND", "STORAGE_BACKEND", "STORAGE_ROOT")
