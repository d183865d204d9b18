"""Executors: where plain callables run. They know neither tasks nor runs."""

from __future__ import annotations

from gluepy.executors.base import BaseExecutor, Outcome

__all__ = ["BaseExecutor", "Outcome"]
