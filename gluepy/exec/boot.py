"""Bootstrap: from settings to registered tasks and DAGs."""

from __future__ import annotations

import os

from gluepy.conf import default_settings, log
from gluepy.modules import modules
from gluepy.utils import deprecation


def bootstrap() -> None:
    """Configure logging and import the installed modules; calling it again changes nothing.

    Raises:
        SettingsError: The settings cannot be loaded, or LOGGING cannot be applied.
        ModuleLoadError: An installed module does not exist.
        TemplateError: A file of DAGS_PATH cannot be read.
        GraphError: A DAG in it makes no sense.
    """
    deprecation.install()
    installed = default_settings.INSTALLED_MODULES
    log.configure(installed)
    modules.populate(installed)
    if _has_definitions():
        from gluepy.exec import definitions

        definitions.register()


def _has_definitions() -> bool:
    if default_settings.DAGS_PATH is not None:
        return True
    configs = os.path.join(default_settings.BASE_DIR, default_settings.CONFIG_PATH)
    return os.path.isdir(os.path.join(configs, "dags"))
