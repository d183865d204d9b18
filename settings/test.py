"""Settings of automated tests: quiet, with files where STORAGE_ROOT says."""

from settings.base import *

LOG_LEVEL = "WARNING"
