"""Print the lower bounds of pyproject.toml as pins, for pip's ``--constraint``."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
BOUND = re.compile(r"^([A-Za-z0-9_.-]+)(?:\[[^]]*\])?>=([^,;]+)")
# What the tests and the checks are run with: their users are we, on the newest.
TOOLS = ("test", "docs", "dev")


def pins() -> dict[str, str]:
    """Return package and lowest allowed version of everything a user's install may pull in."""
    project = tomllib.loads(PYPROJECT.read_text())["project"]
    extras = project["optional-dependencies"].items()
    backends = [line for name, lines in extras if name not in TOOLS for line in lines]
    found = (BOUND.match(line) for line in [*project["dependencies"], *backends])
    return {match[1]: match[2].strip() for match in found if match}


if __name__ == "__main__":
    for package, version in pins().items():
        print(f"{package}=={version}")
