"""Compiling notebooks: the tagged cells of a tree of notebooks become a package of modules.

All is worked out before anything is written, so a notebook that cannot be compiled leaves the
package as it was. What a compiled module is is said by its first line; files without that
line were written by somebody, and are never touched.
"""

from __future__ import annotations

import keyword
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from gluepy.conf import default_settings
from gluepy.exceptions import CommandError, NotebookError, SettingsError
from gluepy.modules.cells import Notebook
from gluepy.utils.text import did_you_mean

SUFFIX = ".ipynb"
CHECKPOINT = f"-checkpoint{SUFFIX}"
MARK = '# Compiled by "manage.py notebooks compile" from '
INIT = '# Made by "manage.py notebooks compile"; what is written here stays.\n'
NEW, CHANGED, UNCHANGED, REMOVED = "new", "changed", "unchanged", "removed"
_PREFIX = re.compile(r"\d+_")


class Change:
    """What is to be done about one file of the package.

    Attributes:
        path: The file, relative to the project.
        action: ``new``, ``changed``, ``unchanged`` or ``removed``.
        notebook: Where it comes from, relative to the project; None for an ``__init__.py``.
        text: What it is to hold, None if it is to be removed.
    """

    __slots__ = ("action", "notebook", "path", "text")

    def __init__(self, path: str, action: str, notebook: str | None, text: str | None) -> None:
        self.path = path
        self.action = action
        self.notebook = notebook
        self.text = text

    def to_dict(self) -> dict[str, Any]:
        """Return path, action and notebook."""
        return {"path": self.path, "action": self.action, "notebook": self.notebook}


class _Found:
    """A notebook and the parts of the name of its module, below the package."""

    def __init__(self, file: str, inside: str) -> None:
        self.file = file
        self.shown = _shown(file)
        self.parts = tuple(module_part(part) for part in inside.removesuffix(SUFFIX).split("/"))

    @property
    def key(self) -> tuple[str, ...]:
        """The name as disks know it that do not tell upper from lower case."""
        return tuple(part.casefold() for part in self.parts)


def plan(paths: Sequence[str] = ()) -> list[Change]:
    """Return what compiling would do to the files of the package, changing none.

    Args:
        paths: Notebooks, or folders of them, to compile; by default all of NOTEBOOKS_PATH.
            Modules whose notebook is gone are looked for only then.

    Raises:
        NotebookError: A notebook cannot be compiled, or its module has no place.
        CommandError: A path is no notebook of the project.
        SettingsError: NOTEBOOKS_PATH or NOTEBOOK_TARGET cannot be used.
    """
    root, target = _root(), _target()
    found = list(_walk(root))
    chosen = _chosen(found, paths, root) if paths else found
    keys = {one.key for one in chosen}
    tagged = []
    for one in found:
        if one in chosen or one.key in keys:
            notebook = Notebook(one.file, one.shown)
            if notebook.kept:
                tagged.append((one, notebook))
    _check_names([one for one, _ in tagged])
    changes = [_module(target, one, book) for one, book in tagged if one in chosen]
    changes += _packages(target, [one for one, _ in tagged])
    if not paths:
        changes += _stale(target, {change.path for change in changes})
    return sorted(changes, key=lambda change: change.path)


def carry_out(changes: Iterable[Change]) -> None:
    """Write and remove the files of a plan; what is unchanged is not touched."""
    # Removed first: to some disks, Clean.py that goes and clean.py that comes are one file.
    for change in sorted(changes, key=lambda change: change.action != REMOVED):
        file = os.path.join(_base(), change.path)
        if change.text is None:
            _remove(file)
        elif change.action != UNCHANGED:
            _write(file, change.text)


def _base() -> str:
    return os.path.abspath(str(default_settings.BASE_DIR))


def _shown(file: str) -> str:
    """Return a path relative to the project, fit for a line of text."""
    path = os.path.relpath(file, _base()).replace(os.sep, "/")
    return "".join(letter if letter.isprintable() else "?" for letter in path)


def _root() -> str:
    root = os.path.join(_base(), str(default_settings.NOTEBOOKS_PATH))
    if not os.path.isdir(root):
        raise SettingsError(
            f"NOTEBOOKS_PATH is '{root}', which is no folder.",
            hint="Make it, or set it to where the notebooks lie.",
        )
    return root


def _target() -> str:
    name = default_settings.NOTEBOOK_TARGET
    if not isinstance(name, str) or not all(map(_is_name, name.split("."))):
        raise SettingsError(
            f"NOTEBOOK_TARGET is {name!r}, which is no name of a package.",
            hint='Write a dotted name, such as "compiled" or "jobs.compiled".',
        )
    return str(name).replace(".", "/")


def _is_name(part: str) -> bool:
    return part.isidentifier() and not keyword.iskeyword(part)


def _walk(root: str) -> Iterator[_Found]:
    """Return the notebooks below a folder, hidden ones and checkpoints left out."""
    for folder, folders, files in os.walk(root):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            hidden = name.startswith(".") or name.endswith(CHECKPOINT)
            if name.endswith(SUFFIX) and not hidden:
                file = os.path.join(folder, name)
                yield _Found(file, os.path.relpath(file, root).replace(os.sep, "/"))


def module_part(part: str) -> str:
    """Return what a file or folder is called in Python: blanks as ``_``, no number in front."""
    import unicodedata

    name = re.sub(r"\s+", "_", unicodedata.normalize("NFKC", part).strip())
    return _PREFIX.sub("", name, count=1) if _PREFIX.match(name) else name


def _chosen(found: list[_Found], paths: Sequence[str], root: str) -> list[_Found]:
    chosen: dict[str, _Found] = {}
    for path in paths:
        asked = os.path.realpath(path)
        inside = [
            one
            for one in found
            if f"{os.path.realpath(one.file)}{os.sep}".startswith(f"{asked.rstrip(os.sep)}{os.sep}")
        ]
        if not inside:
            hint = did_you_mean(_shown(asked), [one.shown for one in found])
            raise CommandError(f"'{path}' is no notebook below '{_shown(root)}'.", hint=hint)
        chosen |= {one.file: one for one in inside}
    return list(chosen.values())


def _check_names(tagged: list[_Found]) -> None:
    """Refuse notebooks whose modules could not be imported, or would hide one another."""
    taken: dict[tuple[str, ...], _Found] = {}
    for one in tagged:
        for part in one.parts:
            if not _is_name(part) or part == "__init__":
                raise NotebookError(
                    f"'{one.shown}' cannot become a module: '{part}' is no name Python can import.",
                    hint="Rename it: letters, digits and _, as in 10_clean_orders.ipynb.",
                )
        other = taken.setdefault(one.key, one)
        if other is not one:
            raise NotebookError(
                f"'{other.shown}' and '{one.shown}' become one module, {'.'.join(one.parts)}.",
                hint="Rename one of them.",
            )
    for one in tagged:
        for length in range(1, len(one.key)):
            other = taken.get(one.key[:length], one)
            if other is not one:
                raise NotebookError(
                    f"'{other.shown}' and the folder of '{one.shown}' get one name, "
                    f"{'.'.join(other.parts)}.",
                    hint="Rename one of them.",
                )


def _module(target: str, found: _Found, notebook: Notebook) -> Change:
    path = f"{target}/{'/'.join(found.parts)}.py"
    text = f"{MARK}{found.shown}\n\n{notebook.source()}"
    former = _read(path)
    if former is not None and not former.startswith(MARK.encode()):
        raise NotebookError(
            f"'{found.shown}' would become '{path}', but that file was not compiled.",
            hint="Rename the notebook or the file.",
        )
    if former is None:
        return Change(path, NEW, found.shown, text)
    return Change(path, UNCHANGED if former == text.encode() else CHANGED, found.shown, text)


def _packages(target: str, tagged: list[_Found]) -> list[Change]:
    """Return what to do about the ``__init__.py`` of the packages that the modules lie in."""
    outer = target.split("/")
    folders = {
        "/".join([*outer, *one.parts][:length])
        for one in tagged
        for length in range(1, len(outer) + len(one.parts))
    }
    changes = []
    for path in (f"{folder}/__init__.py" for folder in folders):
        action = UNCHANGED if os.path.lexists(os.path.join(_base(), path)) else NEW
        changes.append(Change(path, action, None, INIT))
    return changes


def _stale(target: str, kept: set[str]) -> list[Change]:
    """Return the compiled files, and only those, that no notebook stands behind any more."""
    changes = []
    top = f"{target}/__init__.py"
    for folder, folders, files in os.walk(os.path.join(_base(), target)):
        folders[:] = [name for name in folders if not name.startswith((".", "__"))]
        for name in files:
            path = os.path.relpath(os.path.join(folder, name), _base()).replace(os.sep, "/")
            if not name.endswith(".py") or path in kept or path == top:
                continue
            text = _read(path) or b""
            if text.startswith(MARK.encode()):
                source = text.partition(b"\n")[0].decode("utf-8", "replace").removeprefix(MARK)
                changes.append(Change(path, REMOVED, source, None))
            elif text == INIT.encode():
                changes.append(Change(path, REMOVED, None, None))
    return changes


def _read(path: str) -> bytes | None:
    try:
        with open(os.path.join(_base(), path), "rb") as file:
            return file.read()
    except FileNotFoundError:
        return None


def _write(file: str, text: str) -> None:
    """Write a file so that its name never stands for half of it."""
    folder, name = os.path.split(file)
    os.makedirs(folder, exist_ok=True)
    temporary = os.path.join(folder, f".{name[:40]}.{os.urandom(4).hex()}.tmp")
    try:
        with open(temporary, "xb") as stream:
            stream.write(text.encode())
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, file)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def _remove(file: str) -> None:
    """Remove a file, and its folder if nothing is left there."""
    from contextlib import suppress

    with suppress(FileNotFoundError):
        os.unlink(file)
    with suppress(OSError):
        os.rmdir(os.path.dirname(file))
