"""Reading YAML of templates: the lines in errors are those of the template."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from gluepy.conf.secrets import hide, mask
from gluepy.context import yaml
from gluepy.context.variables import at_paths
from gluepy.exceptions import ContextError, TemplateError

_BARE_PLACEHOLDER = re.compile(r"(^|[:\-,\[{])\s*!\{")
# What YAML's parser says -> what to do about it.
_ADVICE = {
    "mapping values are not allowed": (
        "Check the indentation of this line; put a text with ': ' in it in quotes."
    ),
    "did not find expected": "Check indentation, quotes and brackets, here and a line above.",
    "found unexpected end of stream": "Close the quote or bracket.",
    "second document": "Put it into a file of its own, or remove the line ---.",
}
_TOO_DEEP = "mapping values are not allowed"
_ITEM = re.compile(r"( *)- +(?=[\w.+-]+:\s)")
_KEY = re.compile(r" *[\w.+-]+:(\s|$)")
# So many entries that are indented too deep are read as they were meant, not more.
_MOST = 20


def read(text: str, file: str, lines: Sequence[int] | None) -> tuple[Any, str]:
    """Return what some YAML holds, and the text that says so.

    That is another text only where the keys of an entry stand deeper than the one after its
    dash, which YAML refuses and which can mean one thing alone; a warning is logged.

    Args:
        text: The YAML.
        file: Its name in messages.
        lines: Of each line of the text that of the template; None if they are the same.

    Raises:
        TemplateError: It cannot be read; with file and line.
    """
    moved: list[int] = []
    while True:
        try:
            value = parsed(text, file)
            break
        except ContextError as error:
            index = _index(error, file)
            mended = _moved(text, index) if _TOO_DEEP in error.message else None
            if mended is None or len(moved) == _MOST:
                raise _explained(error, text, file, lines) from error
            moved.append(index)
            text = mended
    if moved:
        _warn(file, [line(lines, index) for index in moved])
    return value, text


def parsed(text: str, file: str) -> Any:
    """Return what some YAML holds; values under a tag of secrets are masked from now on.

    Raises:
        ContextError: It cannot be read; lines are those of the text.
    """
    secrets: set[str] = set()
    value = yaml.unwrap(yaml.load_value(text, file), "", secrets, file)
    if secrets:
        hide(at_paths(value, secrets))
    return value


def line(lines: Sequence[int] | None, index: int) -> int:
    """Return the line of the template for a line of the text, which counts from 0."""
    if not lines:
        return index + 1
    return lines[min(index, len(lines) - 1)]


def _moved(text: str, index: int) -> str | None:
    """Return the text with the keys of an entry below its first, None if that cannot be.

    Args:
        text: The YAML.
        index: Line of the first key that stands deeper.
    """
    lines = text.split("\n")
    above = next((at for at in reversed(range(index)) if not _is_empty(lines[at])), 0)
    item = _ITEM.match(lines[above])
    surplus = _indent(lines[index]) - item.end() if item else 0
    if item is None or surplus <= 0 or not _KEY.match(lines[index]):
        return None
    for at in range(above + 1, len(lines)):
        if _is_empty(lines[at]):
            continue
        indent = _indent(lines[at])
        if indent <= len(item[1]):
            break
        if indent < item.end() + surplus:
            return None
        lines[at] = lines[at][surplus:]
    return "\n".join(lines)


def _is_empty(text: str) -> bool:
    return not text.strip() or text.lstrip().startswith("#")


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _warn(file: str, lines: Sequence[int]) -> None:
    import logging

    logging.getLogger(__name__).warning(
        "%s, line %s: indented deeper than the first key of the entry; read as if it was not.",
        file,
        ", ".join(map(str, lines)),
    )


def _index(error: ContextError, file: str) -> int:
    """Return the line that an error is about, from 0; -1 if it names none."""
    number = re.match(rf"{re.escape(file)}, line (\d+): ", error.message)
    return int(number[1]) - 1 if number else -1


def _explained(
    error: ContextError, text: str, file: str, lines: Sequence[int] | None
) -> TemplateError:
    """Return the error about the file, not about what it renders to."""
    index = _index(error, file)
    if index < 0:
        return TemplateError(error.message, hint=error.hint)
    written = (text.splitlines() or [""])[index : index + 1] or [""]
    said = re.sub(
        r"(?<=first in line )\d+(?=\.$)",
        lambda found: str(line(lines, int(found[0]) - 1)),
        error.message.partition(f", line {index + 1}: ")[2],
    )
    said = _with_alias(said, written[0])
    hint = _advice(written[0], said) or error.hint
    if lines:
        hint = f"{hint} Rendered, the line reads: {mask(written[0].strip())}".strip()
    return TemplateError(f"{file}, line {line(lines, index)}: {said}", hint=hint)


def _with_alias(problem: str, written: str) -> str:
    """Return the problem with the name of the alias that YAML's parser keeps to itself."""
    alias = re.search(r"(?:^|[\s:,\[{-])\*([\w.-]+)", written)
    return problem.replace("undefined alias", f"undefined alias '{alias[1]}'") if alias else problem


def _advice(written: str, problem: str) -> str:
    if _BARE_PLACEHOLDER.search(written):
        return "A value that starts with !{…} goes in quotes: '!{name}…'."
    return next((advice for said, advice in _ADVICE.items() if said in problem), "")
