"""YAML templates: the files of the catalog, of parameter sets and of DAGs.

A file is rendered by Jinja2 if it has markup, then read as YAML. What it holds is plain data;
the lines of the template that it came from are found when somebody asks, for a message say.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gluepy.conf.settings import default_settings
from gluepy.context import reading
from gluepy.context.variables import absolute, shown, variables
from gluepy.exceptions import ContextError, TemplateError
from gluepy.utils.text import did_you_mean

_SUFFIXES = (".yaml", ".yml")
_MARKUP = ("{{", "{%", "{#")


class Document:
    """What one file holds.

    Args:
        file: Its path as people know it.
        text: What was read as YAML: the file, or what it renders to.
        value: The data: a list, a mapping, or None.
        lines: Of each line of the text that of the file; None if they are the same.
    """

    __slots__ = ("_lines", "_root", "_text", "file", "value")

    def __init__(self, file: str, text: str, value: Any, lines: Sequence[int] | None) -> None:
        self.file = file
        self.value = value
        self._text = text
        self._lines = lines
        self._root: Any = None

    def line_of(self, *keys: str | int) -> int:
        """Return the line of the file where an entry begins.

        Args:
            keys: The way to it, keys and indexes; of an unknown one the last known above.
        """
        if self._root is None:
            with _undisturbed():
                node = _composed(self._text)
            self._root = _Place(node, node.start_mark.line if node is not None else 0)
        place = self._root
        for key in keys:
            inner = place.at(key)
            if inner is None:
                break
            place = inner
        return reading.line(self._lines, place.line)

    def has(self, *keys: str | int) -> bool:
        """Tell whether there is an entry at the end of a way of keys and indexes."""
        value = self.value
        for key in keys:
            try:
                value = value[key]
            except (LookupError, TypeError):
                return False
        return True

    def where(self, *keys: str | int) -> str:
        """Return ``configs/catalog/a.yaml, line 3``."""
        return f"{self.file}, line {self.line_of(*keys)}"

    def __repr__(self) -> str:
        return f"<Document {self.file}>"


class Template:
    """A file that is rendered, but not read as YAML yet.

    Args:
        file: Its path as people know it.
        text: What it renders to.
        lines: Of each line of the text that of the file; None if they are the same.
    """

    __slots__ = ("_lines", "file", "text")

    def __init__(self, file: str, text: str, lines: Sequence[int] | None) -> None:
        self.file = file
        self.text = text
        self._lines = lines

    def document(self) -> Document:
        """Return what the file holds.

        Raises:
            TemplateError: It is no YAML, or neither a list nor a mapping; with file and line.
        """
        value, text = reading.read(self.text, self.file, self._lines)
        if value is not None and not isinstance(value, list | dict):
            raise TemplateError(
                f"{self.file}, line {self.line(_first(self.text))}: the file holds"
                f" {_KINDS.get(type(value), 'a value')}, neither a list nor a mapping.",
                hint="Write '- ' before each entry, or 'name:' and the entry below it.",
            )
        return Document(self.file, text, value, self._lines)

    def part(self, index: int, text: str) -> Any:
        """Return what some lines of the text hold, read for themselves.

        Args:
            index: Number of the first of them, from 0.
            text: The lines.

        Raises:
            TemplateError: They are no YAML; with file and line.
        """
        try:
            return reading.parsed(text, self.file)
        except ContextError:
            # Once more, as far down as it stands in the file, for an error with its line.
            return reading.read("\n" * index + text, self.file, self._lines)[0]

    def line(self, index: int) -> int:
        """Return the line of the file that a line of the text comes from, both counted."""
        return reading.line(self._lines, index)


class _Place:
    """A node of YAML and where it begins; those in it are indexed when asked for."""

    __slots__ = ("_inner", "line", "node")

    def __init__(self, node: Any, line: int = 0) -> None:
        self.node = node
        self.line = line
        self._inner: dict[Any, _Place] | None = None

    def at(self, key: str | int) -> _Place | None:
        if self._inner is None:
            self._inner = dict(_inside(self.node))
        return self._inner.get(key)


def _inside(node: Any) -> Iterator[tuple[str | int, _Place]]:
    kind = getattr(node, "id", "")
    if kind == "mapping":
        for key, value in node.value:
            yield key.value, _Place(value, key.start_mark.line)
    elif kind == "sequence":
        for index, item in enumerate(node.value):
            yield index, _Place(item, item.start_mark.line)


def _composed(text: str) -> Any:
    from gluepy.context.types import Loader

    loader = Loader(text)
    try:
        return loader.get_single_node()
    finally:
        loader.dispose()


def read(where: str | Sequence[str] | None, default: str) -> list[Document]:
    """Read the templates that a setting names.

    Args:
        where: The setting's value: a file or folder, or several; relative to BASE_DIR. A
            folder is searched at any depth for ``*.yaml`` and ``*.yml``, in sorted order;
            what is hidden is left out.
        default: Name of the folder in CONFIG_PATH that stands for None; it need not exist.

    Raises:
        TemplateError: A named path does not exist, or a file cannot be rendered or read; with
            file and line.
    """
    with _undisturbed():
        return [template.document() for template in rendered(where, default)]


def rendered(where: str | Sequence[str] | None, default: str) -> list[Template]:
    """Return what :func:`read` reads, rendered but not read as YAML yet.

    Raises:
        TemplateError: A named path does not exist, or a file cannot be rendered.
    """
    known: list[dict[str, Any]] = []

    def names() -> dict[str, Any]:
        if not known:
            known.append(variables())
        return known[0]

    return [_rendered(path, names) for path in paths(where, default)]


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage collector from looking through nodes of YAML, which halves the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def paths(where: str | Sequence[str] | None, default: str) -> list[str]:
    """Return the files that :func:`read` reads, in its order, each once."""
    if where is None:
        folder = absolute(os.path.join(default_settings.CONFIG_PATH, default))
        return list(_below(folder)) if os.path.isdir(folder) else []
    given = [where] if isinstance(where, str | os.PathLike) else list(where)
    setting = f"{default.upper()}_PATH"
    return list(dict.fromkeys(path for one in given for path in _named(one, setting)))


def _named(given: Any, setting: str) -> Iterable[str]:
    path = absolute(given)
    if os.path.isfile(path):
        return [path]
    if os.path.isdir(path):
        return _below(path)
    folder, name = os.path.split(path)
    beside = os.listdir(folder) if os.path.isdir(folder) else []
    raise TemplateError(
        f"{setting} names '{given}', but there is no such file or folder.",
        hint=did_you_mean(name, beside) or "Relative paths start at BASE_DIR.",
    )


def _below(folder: str) -> Iterator[str]:
    found = []
    for place, folders, files in os.walk(folder, followlinks=True):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [
            os.path.join(place, name)
            for name in files
            if name.endswith(_SUFFIXES) and not name.startswith(".")
        ]
    return iter(sorted(found, key=lambda path: path.split(os.sep)))


def _rendered(path: str, names: Any) -> Template:
    file = shown(path)
    source = _source(path, file)
    if not any(mark in source for mark in _MARKUP):
        return Template(file, source, None)
    from gluepy.context import rendering

    return Template(file, *rendering.rendered(source, file, names()))


_KINDS = {str: "a text", int: "a number", float: "a number", bool: "true or false"}


def _first(text: str) -> int:
    """Return the index of the first line with something in it."""
    lines = (line.strip() for line in text.split("\n"))
    return next((at for at, line in enumerate(lines) if line and line[0] != "#"), 0)


def _source(path: str, file: str) -> str:
    try:
        with open(path, "rb") as opened:
            content = opened.read()
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise TemplateError(
            f"{file}, line {line}: the file is not UTF-8 text.", hint="Save it as UTF-8."
        ) from error
    except OSError as error:
        raise TemplateError(f"{file}: it cannot be read: {error.strerror}.") from error
