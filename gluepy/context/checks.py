"""Checks of the context.

context.E001  the files of CONFIG_PATH do not make a context
"""

from __future__ import annotations

from collections.abc import Iterator

from gluepy.checks import Error, Message, register
from gluepy.conf import default_context_manager
from gluepy.exceptions import GluepyError


@register(deep=True)
def readable() -> Iterator[Message]:
    """Yield an error if the context cannot be made; a run says so before it starts."""
    try:
        default_context_manager.create_context()
    except GluepyError as error:
        yield Error(error.message, hint=error.hint, id="context.E001")
