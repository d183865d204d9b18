"""Where the files of a statisfactory project lie, as its ``pyproject.toml`` says."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator
from typing import Any

from gluepy.exceptions import CommandError
from gluepy.utils.text import did_you_mean

PYPROJECT = "pyproject.toml"
YAML = (".yaml", ".yml")
_DEFAULTS = {"sources": "lib", "notebook_target": "jupyter", "notebook_sources": "scripts"}
_KNOWN = (
    *("project_slug", "configuration", "catalog", "parameters", "pipelines_definitions"),
    *(*_DEFAULTS, "entrypoints"),
)


class Layout:
    """The folders of a project.

    Args:
        root: ``pyproject.toml``, or the folder that holds it.

    Attributes:
        said: What ``[tool.statisfactory]`` says, defaults included.

    Raises:
        CommandError: There is no such file, or it says nothing of statisfactory.
    """

    def __init__(self, root: str) -> None:
        root = os.path.abspath(root)
        self.root = os.path.dirname(root) if os.path.basename(root) == PYPROJECT else root
        self.said: dict[str, Any] = {**_DEFAULTS, **_section(self.root)}

    @property
    def slug(self) -> str:
        """The project's name."""
        return str(self.said.get("project_slug", ""))

    @property
    def target(self) -> str:
        """The package that notebooks are compiled into, as a dotted name."""
        return str(self.said["notebook_target"]).strip("/").replace("/", ".")

    def path(self, key: str) -> str | None:
        """Return the path a key names, None if it names none or nothing is there."""
        value = self.said.get(key)
        path = os.path.join(self.root, str(value)) if value else ""
        return os.path.normpath(path) if path and os.path.exists(path) else None

    def files(self, key: str, suffixes: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        """Yield the files a key names: the path, and the path below what the key says."""
        start = self.path(key)
        if start is None:
            return
        if os.path.isfile(start):
            yield start, os.path.basename(start)
            return
        for folder, folders, names in os.walk(start):
            folders[:] = sorted(name for name in folders if not _is_unwanted(folder, name))
            for name in sorted(names):
                if name.endswith(suffixes) and not name.startswith("."):
                    path = os.path.join(folder, name)
                    yield path, os.path.relpath(path, start).replace(os.sep, "/")

    def override(self, variables: dict[str, Any]) -> None:
        """Let variables replace what pyproject.toml says, as statisfactory does."""
        for key in ("catalog", "parameters", "pipelines_definitions", "project_slug"):
            if isinstance(variables.get(key), str):
                self.said[key] = variables[key]

    def strangers(self) -> Iterator[str]:
        """Yield Python files and notebooks that use statisfactory and are not imported."""
        known = [self.path(key) for key in ("sources", "notebook_sources")]
        for folder, folders, names in os.walk(self.root):
            folders[:] = sorted(
                name
                for name in folders
                if not _is_unwanted(folder, name) and os.path.join(folder, name) not in known
            )
            for name in sorted(names):
                path = os.path.join(folder, name)
                if name.endswith((".py", ".ipynb")) and _uses_library(path):
                    yield path

    def shown(self, path: str) -> str:
        """Return a path as the report names it: from the project's folder."""
        return os.path.relpath(path, self.root).replace(os.sep, "/")

    def unknown(self) -> list[str]:
        """Return the keys that mean nothing to statisfactory."""
        return [key for key in self.said if key not in _KNOWN]


def _is_unwanted(folder: str, name: str) -> bool:
    """Tell whether a folder in a folder is hidden, compiled code, or a virtual environment."""
    is_environment = os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
    return name.startswith(".") or name == "__pycache__" or is_environment


def _uses_library(path: str) -> bool:
    with open(path, "rb") as file:
        return re.search(rb"(from|import) +statisfactory", file.read()) is not None


def _section(root: str) -> dict[str, Any]:
    path = os.path.join(root, PYPROJECT)
    try:
        with open(path, "rb") as file:
            tools = tomllib.load(file).get("tool", {})
    except FileNotFoundError:
        raise CommandError(
            f"'{root}' holds no {PYPROJECT}.", hint="Name the folder of a statisfactory project."
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise CommandError(f"{path}: {error}.", hint="Mend it first.") from None
    if "statisfactory" not in tools:
        close = did_you_mean("statisfactory", tools)
        raise CommandError(
            f"{path} has no [tool.statisfactory].",
            hint=close or "Name the folder of a statisfactory project.",
        )
    section: dict[str, Any] = tools["statisfactory"]
    return section
