"""Bootstrap: from settings to registered tasks and DAGs."""

from __future__ import annotations

from gluepy.conf import default_settings, log
from gluepy.modules import modules
from gluepy.utils import deprecation


def bootstrap() -> None:
    """Configure logging and import the installed modules; calling it again changes nothing.

    Raises:
        SettingsError: The settings cannot be loaded, or LOGGING cannot be applied.
        ModuleLoadError: An installed module does not exist.
    """
    deprecation.install()
    installed = default_settings.INSTALLED_MODULES
    log.configure(installed)
    modules.populate(installed)
