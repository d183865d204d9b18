from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from gluepy import VERSION  # noqa: E402 - the path comes first

project = "gluepy"
author = "gluepy contributors"
project_copyright = "2026, gluepy contributors"
version = release = VERSION

extensions = ["myst_parser"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
exclude_patterns = ["_build"]
suppress_warnings = ["misc.highlighting_failure"]

html_theme = "furo"
html_title = f"gluepy {VERSION}"
html_show_sourcelink = False
