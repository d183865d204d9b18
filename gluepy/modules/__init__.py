"""Installed modules: the packages that contribute tasks, DAGs, commands and checks."""

from __future__ import annotations

from gluepy.modules.registry import SUBMODULES, modules

__all__ = ["SUBMODULES", "modules"]
