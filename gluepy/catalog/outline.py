"""Outlines: the names in a large file of the catalog, found without reading it as YAML.

Reading YAML takes most of the time that a large catalog costs, and a run needs a few entries
of it. So a file that is written plainly is cut at the lines where its entries begin, and each
entry is read when it is used. A file in which that could go wrong is read as a whole: one with
anchors, with several documents, with brackets or quotes that do not close in their entry.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gluepy.context.templates import Template

# Files with less text are read at once, and so is told at once what is wrong in them.
SHORTEST = 32_000

_START = re.compile(r"^(?=[^\s#])", re.MULTILINE)
# What may mean something beyond the entry it stands in: tabs, several documents, merge keys,
# and anchors, which the second pattern finds.
_FAR_REACHING = ("\t", "\n---", "\n...", "\n%", "<<")
_ANCHOR = re.compile(r"[&*](?<![^\s\[{,:-].)\w")
_TEXT = r"(?:([^\W\d][\w.\-]*)|\"([^\"\\]*)\"|'([^']*)')"
_END = r"[ ]*(?:#.*)?$"
_KEY = re.compile(rf"{_TEXT}[ ]*:(?:[ ]|$)", re.MULTILINE)
_ITEM = re.compile(
    rf"-[ ]+(?:name[ ]*:[ ]+{_TEXT}{_END}|\{{[ ]*name[ ]*:[ ]+{_TEXT}[ ]*[,}}])", re.M
)
_NAME = re.compile(rf"^(?P<indent>[ ]+)name[ ]*:[ ]+{_TEXT}{_END}", re.MULTILINE)
_FIRST = re.compile(r"-(?P<indent>[ ]+)[^\W\d]\w*[ ]*:")
# Plain words that YAML takes for something else than a text.
_WORDS = frozenset(("true", "false", "yes", "no", "on", "off", "null", "y", "n"))


class Part:
    """An entry that is read when somebody asks for it.

    Args:
        template: The file.
        index: Number of its first line, from 0.
        text: Its lines.
        key: Its name, if the file is a mapping; an item of a list has none.
    """

    __slots__ = ("index", "key", "template", "text")

    def __init__(self, template: Template, index: int, text: str, key: str | None) -> None:
        self.template = template
        self.index = index
        self.text = text
        self.key = key

    @property
    def file(self) -> str:
        """The file, as people know it."""
        return self.template.file

    def line_of(self, *_: str | int) -> int:
        """Return the line where the entry begins."""
        return self.template.line(self.index)

    def read(self) -> Any:
        """Return what the entry says.

        Raises:
            TemplateError: It is no YAML; with file and line.
        """
        value = self.template.part(self.index, self.text)
        if isinstance(value, Mapping) and self.key is not None:
            return value[self.key]
        return value[0] if isinstance(value, list) else value


def parts(template: Template) -> list[tuple[str, Part]] | None:
    """Return the entries of a file by name, None if it must be read as a whole."""
    if len(template.text) < SHORTEST or _reaches_far(template.text):
        return None
    found: list[tuple[str, Part]] = []
    for index, text in _pieces(template.text):
        is_item = text[0] == "-"
        name = _name_of_item(text) if is_item else _name_of_key(text)
        if name is None or not _is_closed(text):
            return None
        if found and is_item is not (found[0][1].key is None):
            return None
        found.append((name, Part(template, index, text, None if is_item else name)))
    return found


def _reaches_far(text: str) -> bool:
    text = f"\n{text}"
    if any(sign in text for sign in _FAR_REACHING):
        return True
    return ("&" in text or "*" in text) and _ANCHOR.search(text) is not None


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield the pieces that begin at the left margin, with the number of their first line."""
    starts = [found.start() for found in _START.finditer(text)]
    index = text.count("\n", 0, starts[0]) if starts else 0
    for start, end in pairwise([*starts, len(text)]):
        yield index, text[start:end]
        index += text.count("\n", start, end)


def _name_of_key(text: str) -> str | None:
    found = _KEY.match(text)
    return _text(found.groups()) if found else None


def _name_of_item(text: str) -> str | None:
    found = _ITEM.match(text)
    if found:
        return _text(found.groups())
    first = _FIRST.match(text)
    if first is None:
        return None
    names = [one for one in _NAME.finditer(text) if len(one["indent"]) == len(first["indent"]) + 1]
    return _text(names[0].groups()[1:]) if len(names) == 1 else None


def _text(groups: tuple[str | None, ...]) -> str | None:
    """Return the text among the groups of a match, None if YAML could see something else."""
    text = next((group for group in groups if group is not None), "")
    return text if text.strip() and text.lower() not in _WORDS else None


def _is_closed(text: str) -> bool:
    """Tell whether quotes and brackets that open in a piece close in it, as far as they show."""
    return (
        text.count('"') % 2 == 0
        and text.count("'") % 2 == 0
        and text.count("{") == text.count("}")
        and text.count("[") == text.count("]")
    )
