"""Copying the project template."""

from __future__ import annotations

import keyword
import os
from string import Template

from gluepy.exceptions import CommandError, GluepyError

SUFFIX = "-tpl"
MODULE = "_module"
UNWANTED = {"__pycache__", ".pytest_cache"}


def template_folder() -> str:
    """Return where the template lies: in the installed package, or in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    places = [os.path.join(package, "project_template")]
    places.append(os.path.join(os.path.dirname(package), "project_template"))
    for place in places:
        if os.path.isdir(place):
            return place
    raise GluepyError("The project template is missing.", hint="Install gluepy again.")


def check_name(kind: str, name: str) -> None:
    """Refuse a name that Python cannot import.

    Raises:
        CommandError: It is no identifier, or a word of the language.
    """
    if not name.isidentifier() or keyword.iskeyword(name):
        valid = "".join(letter if letter.isalnum() else "_" for letter in name).strip("_")
        valid += "_" * keyword.iskeyword(valid)
        hint = f"Try '{valid}'." if valid.isidentifier() else "Use letters, digits and _."
        raise CommandError(f"'{name}' is no valid name for a {kind}.", hint=hint)


def copy(source: str, target: str, values: dict[str, str], skip: frozenset[str]) -> list[str]:
    """Copy a folder of templates, ``${name}`` replaced, and return what was written.

    Args:
        source: Folder to copy.
        target: Folder to copy into; made if need be.
        values: What to put for each ``${name}``.
        skip: Names of top folders to leave out.

    Raises:
        CommandError: A file is there already; nothing is written then.
    """
    planned = list(_planned(source, target, skip))
    for _, path in planned:
        if os.path.exists(path):
            raise CommandError(
                f"'{path}' exists already; nothing was written.", hint="Choose another folder."
            )
    for template, path in planned:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(template, encoding="utf-8") as file:
            text = Template(file.read()).safe_substitute(values)
        with open(path, "x", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, os.stat(template).st_mode & 0o777)
    return [path for _, path in planned]


def _planned(source: str, target: str, skip: frozenset[str]) -> list[tuple[str, str]]:
    planned = []
    for folder, folders, files in os.walk(source):
        folders[:] = sorted(set(folders) - skip - UNWANTED)
        for name in sorted(files):
            inside = os.path.relpath(os.path.join(folder, name), source)
            final = inside.removesuffix(SUFFIX)
            planned.append((os.path.join(folder, name), os.path.join(target, final)))
    return planned
