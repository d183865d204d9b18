"""Commands: ``cli`` is the group that ``manage.py`` runs and that modules extend.

Every file of this package without an underscore in front is a command of that name, and
is imported when the command is used. A module adds its own with ``@cli.command()``.
"""

from __future__ import annotations

from gluepy.commands._entry import main, main_console
from gluepy.commands._group import cli

__all__ = ["cli", "main", "main_console"]
