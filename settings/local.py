"""Settings of a developer's machine: files below data/, logs from INFO on."""

from settings.base import *
