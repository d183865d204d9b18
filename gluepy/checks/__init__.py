"""Checks: what can be known to be wrong before anything runs.

A check is a function that yields messages; ``@register()`` adds it. Those of a module live
in its ``checks.py``.
"""

from __future__ import annotations

from gluepy.checks.messages import Error, Info, Message, Warning
from gluepy.checks.registry import register, run_checks

__all__ = ["Error", "Info", "Message", "Warning", "register", "run_checks"]
