"""Registered checks, and running them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module

from gluepy.checks.messages import Message
from gluepy.conf import default_settings

Check = Callable[[], Iterable[Message]]

# Modules of gluepy that register checks; imported by name, as most lie above this layer.
BUILT_IN = (
    "gluepy.checks.settings",
    "gluepy.files.checks",
    "gluepy.exec.checks",
    "gluepy.catalog.checks",
)
# Those whose checks are all deep; before a ``dag`` they are not even imported.
BUILT_IN_DEEP = ("gluepy.context.checks", "gluepy.runs.checks", "gluepy.runs.parameters_checks")

_checks: list[tuple[Check, bool]] = []


def register(*, deep: bool = False) -> Callable[[Check], Check]:
    """Add a check.

    Args:
        deep: The check imports heavy libraries or asks servers. Deep checks run only on
            ``manage.py check``, the others also before every ``dag``.
    """

    def decorate(check: Check) -> Check:
        if not any(check is known for known, _ in _checks):
            _checks.append((check, deep))
        return check

    return decorate


def run_checks(*, deep: bool = False) -> list[Message]:
    """Return what every check says, silenced ids left out.

    Args:
        deep: Whether deep checks run too.
    """
    for name in (*BUILT_IN, *(BUILT_IN_DEEP if deep else ())):
        import_module(name)
    found = [message for check, is_deep in _checks if deep or not is_deep for message in check()]
    silenced = set(default_settings.SILENCED_CHECKS)
    return [message for message in found if message.id not in silenced]
