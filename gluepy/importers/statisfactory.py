"""A statisfactory project, written anew as one of gluepy.

Everything is worked out before anything is written, and a file that is there already and
differs is not overwritten unless that is asked for. What cannot be converted is noted with
file and line.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

from gluepy.catalog import trust
from gluepy.conf import default_settings
from gluepy.exceptions import CommandError
from gluepy.files.storages import default_storage
from gluepy.files.storages.local import LocalStorage
from gluepy.importers import templates, variables
from gluepy.importers.files import DIFFERENT, SAME, File
from gluepy.importers.layout import YAML, Layout
from gluepy.importers.notebooks import Notebook
from gluepy.importers.notes import Note
from gluepy.importers.sources import MODULE, Code
from gluepy.modules.notebooks import module_part
from gluepy.utils.text import plural

FOLDERS = {"catalog": "catalog", "parameters": "parameters", "pipelines_definitions": "dags"}
NOTEBOOKS = "notebooks"
SETTINGS = "settings/base.py"
MARK = "# From statisfactory."
_PICKLES = (".pkl", ".pickle", ".joblib")


class Import:
    """What importing a project would do.

    Args:
        source: Folder of the statisfactory project.
        project: Folder of the gluepy project.
        with_data: Whether files that the catalog names are copied, too.

    Attributes:
        files: The files to write.
        notes: What is left to do by hand: file and note.

    Raises:
        CommandError: There is no such project.
    """

    def __init__(self, source: str, project: str, with_data: bool = True) -> None:
        self.layout = Layout(source)
        self.project = LocalStorage(root=os.path.abspath(project))
        self.configs = os.path.relpath(default_settings.CONFIG_PATH, project).replace(os.sep, "/")
        self.notes: list[tuple[str, Note]] = []
        self.variables = variables.Variables(self.layout)
        self.files: list[File] = [*self._templates(), *self._code(), *self._settings()]
        if with_data:
            self.files += self._data()
        self._say_what_else()

    @property
    def different(self) -> list[str]:
        """Files that are there already and hold something else."""
        return [file.path for file in self.files if file.status == DIFFERENT]

    def carry_out(self, force: bool = False) -> None:
        """Write the files.

        Raises:
            CommandError: One is there already and holds something else, and ``force`` is
                not given; nothing is written.
        """
        if self.different and not force:
            raise CommandError(
                f"{plural(len(self.different), 'file')} would be overwritten: "
                f"{', '.join(self.different)}.",
                hint="Move them away, or overwrite them with --force.",
            )
        for file in self.files:
            if file.origin.endswith(_PICKLES):
                trust.note(_bytes(file.origin))  # as the project is trusted that wrote it
            if file.status != SAME:
                file.write()

    def rows(self) -> list[dict[str, Any]]:
        """Return what is left to do by hand, as plain data."""
        return [
            {"file": file, "line": note.line, "what": note.what, "hint": note.hint}
            for file, note in self.notes
        ]

    # --- YAML ------------------------------------------------------------------------------

    def _templates(self) -> Iterator[File]:
        found: dict[str, list[templates.Written]] = {}
        for key, folder in FOLDERS.items():
            for path, inside in self.layout.files(key, YAML):
                written = templates.convert(_read(path), key, self.variables.values)
                written.file = f"{self.configs}/{folder}/{inside}"
                found.setdefault(key, []).append(written)
                yield self._file(written.file, path, written.text, written.notes)
        for written_all in found.values():
            self.notes += templates.duplicates(written_all)
        self.variables.need(written.text for all_ in found.values() for written in all_)
        for name, path, text, notes in self.variables.files():
            target = f"{self.configs}/variables/{name}"
            yield self._file(target, path, text, notes)
            if name == "locals.yaml":
                yield self._ignored(f"/{target}\n")

    def _ignored(self, line: str) -> File:
        known = self._there(".gitignore").decode()
        text = known if line in known else f"{known.rstrip()}\n{line}".lstrip()
        return self._extended(".gitignore", text)

    # --- Python ----------------------------------------------------------------------------

    def _code(self) -> Iterator[File]:
        modules = dict(self._modules())
        notebooks = dict(self._notebooks())
        every = [*modules.values(), *(notebook.code for notebook in notebooks.values())]
        crafts = {code.module: code.crafts() for code in every}
        counts = Counter(name for names in crafts.values() for name in set(names))
        twice = {name for name, count in counts.items() if count > 1}
        known = {module: set(names) for module, names in crafts.items()}
        for (path, inside), code in modules.items():
            (done,) = code.convert(known, twice)
            yield self._file(inside, path, done.text, done.notes)
        for (path, inside), notebook in notebooks.items():
            text, notes = notebook.convert(known, twice)
            yield self._file(f"{NOTEBOOKS}/{inside}", path, text, notes)
        yield from self._others()

    def _modules(self) -> Iterator[tuple[tuple[str, str], Code]]:
        compiled = {self._compiled(inside) for _, inside in self._all_notebooks()}
        for path, inside in self.layout.files("sources", (".py",)):
            _check_name(inside)
            if inside not in compiled:
                module = inside.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
                yield (path, inside), Code([(MODULE, _read(path))], module)

    def _notebooks(self) -> Iterator[tuple[tuple[str, str], Notebook]]:
        for path, inside in self._all_notebooks():
            module = self._compiled(inside).removesuffix(".py").replace("/", ".")
            notebook = Notebook(_read(path), module)
            yield (path, inside), notebook

    def _all_notebooks(self) -> Iterator[tuple[str, str]]:
        for path, inside in self.layout.files("notebook_sources", (".ipynb",)):
            if "checkpoint" not in inside:
                yield path, inside

    def _compiled(self, inside: str) -> str:
        """Return the file, below the sources, that a notebook is compiled into."""
        parts = map(module_part, inside.removesuffix(".ipynb").split("/"))
        return f"{self.layout.target.replace('.', '/')}/{'/'.join(parts)}.py"

    def _others(self) -> Iterator[File]:
        """Yield what lies among the sources and is no Python, if they have their own folder."""
        if self.layout.path("sources") == self.layout.root:
            return
        for path, inside in self.layout.files("sources", ("",)):
            if not inside.endswith((".py", ".pyc")):
                yield File(inside, self.layout.shown(path), self.project, origin=path)

    # --- Settings and data -----------------------------------------------------------------

    @property
    def settings(self) -> list[str]:
        """The lines that the settings get."""
        return [
            f'NOTEBOOKS_PATH = os.path.join(BASE_DIR, "{NOTEBOOKS}")',
            f'NOTEBOOK_TARGET = "{self.layout.target}"',
            *self.variables.settings(),
        ]

    def _settings(self) -> Iterator[File]:
        known = self._there(SETTINGS).decode()
        if not known:
            what = "there is no such file, so the lines above were not written"
            self.notes.append((SETTINGS, Note(0, what, "Put them into your settings.")))
        if MARK in known or not known:
            return
        text = f"{known.rstrip()}\n\n" + "\n".join([MARK, *self.settings]) + "\n"
        if "import os" not in known:
            text = f"import os\n\n{text}"
        yield self._extended(SETTINGS, text)

    def _data(self) -> Iterator[File]:
        """Yield the files that the catalog reads from the old project's folder."""
        patterns = {
            pattern
            for path, _ in self.layout.files("catalog", YAML)
            for pattern in templates.patterns(_read(path))
        }
        for path in sorted({path for one in patterns for path in _matching(self.layout.root, one)}):
            shown = self.layout.shown(path)
            yield File(shown, shown, default_storage, origin=path)

    # --- What is left ----------------------------------------------------------------------

    def _say_what_else(self) -> None:
        if "entrypoints" in self.layout.said:
            self._note(
                os.path.join(self.layout.root, "pyproject.toml"),
                0,
                "entrypoints name a session of the project's own",
                "Connect receivers to gluepy.signals in signals.py of an installed module.",
            )
        for path in self.layout.strangers():
            self._note(
                path,
                0,
                "it uses statisfactory, and lies where no sources or notebooks do",
                "Convert it by hand: see docs/howto/from-statisfactory.",
            )

    def _file(self, target: str, path: str, text: str, notes: list[Note]) -> File:
        self.notes += [(target, note) for note in notes]
        shown = self.layout.shown(path) if path else ""
        return File(target, shown, self.project, text.encode())

    def _note(self, path: str, line: int, what: str, hint: str) -> None:
        self.notes.append((self.layout.shown(path), Note(line, what, hint)))

    def _extended(self, path: str, text: str) -> File:
        return File(path, "", self.project, text.encode(), is_extended=True)

    def _there(self, path: str) -> bytes:
        content: bytes = self.project.open(path) if self.project.isfile(path) else b""
        return content


def _check_name(inside: str) -> None:
    """Refuse a module that would hide one that the project has already."""
    name = inside.partition("/")[0].removesuffix(".py")
    if name in ("gluepy", "settings", "manage"):
        raise CommandError(
            f"The sources have a module '{name}', and so has the project.",
            hint="Rename it, and where it is imported, first.",
        )


def _matching(root: str, pattern: str) -> Iterator[str]:
    import glob

    for path in sorted(glob.glob(os.path.join(glob.escape(root), pattern))):
        if os.path.isfile(path):
            yield path


def _read(path: str) -> str:
    try:
        with open(path, encoding="utf-8-sig", newline="") as file:
            return file.read()
    except UnicodeDecodeError as error:
        raise CommandError(
            f"'{path}' is not UTF-8 text.", hint="Save it as UTF-8 first."
        ) from error


def _bytes(path: str) -> bytes:
    with open(path, "rb") as file:
        return file.read()
