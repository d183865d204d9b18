"""Settings, and the lazy names that settings decide on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gluepy.conf.handlers import backend, lazy
from gluepy.conf.settings import default_settings

if TYPE_CHECKING:
    from gluepy.conf.protocols import Context, ContextManager

__all__ = ["default_context", "default_context_manager", "default_settings"]

default_context_manager: ContextManager = backend("CONTEXT_BACKEND", "CONFIG_PATH")
default_context: Context = lazy(lambda: default_context_manager.current())
