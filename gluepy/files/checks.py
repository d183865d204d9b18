"""Checks of the storages.

files.E001  an entry of STORAGES names a backend that cannot be imported
files.E002  the default storage cannot be reached or written
"""

from __future__ import annotations

from collections.abc import Iterator

from gluepy.checks import Error, Message, register
from gluepy.conf import default_settings
from gluepy.conf.handlers import import_backend
from gluepy.exceptions import GluepyError
from gluepy.files.storages import default_storage


@register()
def aliases() -> Iterator[Message]:
    """Yield an error for each entry of STORAGES whose backend cannot be imported."""
    entries = default_settings.STORAGES
    for alias, entry in entries.items() if isinstance(entries, dict) else ():
        if not isinstance(entry, dict) or "BACKEND" not in entry:
            continue  # settings.E004 says so
        try:
            import_backend(f'STORAGES["{alias}"]["BACKEND"]', entry["BACKEND"])
        except GluepyError as error:
            yield Error(error.message, hint=error.hint, id="files.E001")


@register(deep=True)
def reachable() -> Iterator[Message]:
    """Yield an error if the default storage cannot be asked what it holds."""
    try:
        default_storage.exists("runs")
    except Exception as error:
        yield Error(
            f"{default_settings.STORAGE_BACKEND} does not answer: {error}",
            hint="" if isinstance(error, GluepyError) else "Check STORAGE_ROOT.",
            id="files.E002",
        )
