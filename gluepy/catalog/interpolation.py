"""Placeholders: ``!{name}`` in the texts of an entry, filled when an artifact is used.

``!{client.id}`` and ``!{items[0]}`` reach into a value, first as into a mapping, then by
attribute; ``!{date:%Y-%m}`` formats it. Names that begin with an underscore and methods are out
of reach, and nothing is evaluated. ``!!`` is a literal ``!``, and so is one before anything
but a brace. A text that is one placeholder and no more keeps the type of its value.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from gluepy.catalog.wording import artifact, sentence
from gluepy.conf.secrets import MASK, is_secret_name, mask
from gluepy.exceptions import PlaceholderError
from gluepy.utils.text import did_you_mean

Values = Mapping[str, Any] | Callable[[str], Any]

_MARK = re.compile(r"!!|!\{([^{}]*)\}|!\{")
_STEP = re.compile(r"\.([^\W\d]\w*)|\[(-?\d+|'[^']*'|\"[^\"]*\"|[^\W\d]\w*)\]")
_NAME = re.compile(r"[^\W\d]\w*")
_MISSING: Any = object()
_SHOWN = 60


class Placeholder(NamedTuple):
    """A parsed ``!{…}``.

    Attributes:
        text: As it was written, without the braces.
        name: The variable.
        steps: Attributes, keys and indexes on the way from it.
        spec: How the value is formatted, None if it is not.
    """

    text: str
    name: str
    steps: tuple[str | int, ...]
    spec: str | None


class Where(NamedTuple):
    """What an error about a placeholder names.

    Attributes:
        name: The artifact.
        at: File and line of its entry.
        field: The field.
        is_path: Whether the field is a path, which values must not lead out of.
    """

    name: str = ""
    at: object = ""
    field: str = ""
    is_path: bool = False

    def error(self, problem: str, hint: str = "") -> PlaceholderError:
        """Return the error that says so."""
        field = f"the field '{self.field}' of " if self.field else ""
        about = f"{field}{artifact(self.name, self.at)}: " if self.name else field
        return PlaceholderError(sentence(about + problem), hint=hint)


def names(value: Any) -> set[str]:
    """Return the variables that the placeholders in nested data begin with.

    Raises:
        PlaceholderError: A placeholder cannot be read.
    """
    if isinstance(value, str):
        found = _parsed(value) if "!{" in value else ()
        return {part.name for part in found if isinstance(part, Placeholder)}
    if isinstance(value, Mapping):
        return set().union(*map(names, value.values()))
    if isinstance(value, list | tuple):
        return set().union(*map(names, value))
    return set()


def fill(value: Any, values: Values, where: Where | None = None) -> Any:
    """Return nested data with the placeholders in its texts filled.

    Args:
        value: A text, or data that holds some.
        values: The variables: a mapping, or what returns one and raises LookupError.
        where: What errors name.

    Raises:
        PlaceholderError: A placeholder cannot be read, or its value is missing or of no use.
    """
    if isinstance(value, str):
        return _fill_text(value, values, where or Where()) if "!" in value else value
    where = where or Where()
    if isinstance(value, Mapping):
        return {
            key: fill(item, values, where._replace(field=_below(where.field, key)))
            for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [
            fill(item, values, where._replace(field=f"{where.field}[{index}]"))
            for index, item in enumerate(value)
        ]
    return value


def _below(field: str, key: Any) -> str:
    return f"{field}.{key}" if field else str(key)


def _fill_text(text: str, values: Values, where: Where) -> Any:
    try:
        parts = _parsed(text)
    except PlaceholderError as error:
        raise where.error(error.message, error.hint) from None
    if len(parts) == 1 and isinstance(parts[0], Placeholder):
        return _alone(parts[0], values, where)
    filled = "".join(
        part if isinstance(part, str) else _text_of(part, values, where) for part in parts
    )
    if where.is_path:
        _check_path(text, filled, where)
    return filled


def _alone(part: Placeholder, values: Values, where: Where) -> Any:
    """Return the value of a placeholder that is the whole text, as it is."""
    if where.is_path or part.spec is not None:
        filled = _text_of(part, values, where)
        if where.is_path:
            _check_path(f"!{{{part.text}}}", filled, where)
        return filled
    return _value_of(part, values, where)


def _text_of(part: Placeholder, values: Values, where: Where) -> str:
    value = _value_of(part, values, where)
    if value is None:
        raise where.error(f"!{{{part.text}}} is None", f"Give '{part.name}' a value.")
    if where.is_path and isinstance(value, Mapping | list | tuple | set | frozenset):
        raise where.error(
            f"!{{{part.text}}} is {_shown(part.name, value)}, a {type(value).__name__}",
            "A path takes a text, a number or a date.",
        )
    try:
        text = format(value, part.spec or "")
    except (TypeError, ValueError) as error:
        raise where.error(
            f"!{{{part.text}}} cannot format {_shown(part.name, value)}: {error}",
            "Formats are those of Python's format(), such as :%Y-%m or :03d.",
        ) from error
    if where.is_path:
        _check_value(part, text, where)
    return text


def _value_of(part: Placeholder, values: Values, where: Where) -> Any:
    value = _variable(part, values, where)
    way = part.name
    for step in part.steps:
        value, parent = _reach(value, step), value
        if value is _MISSING or callable(value):
            kind = "is a method" if value is not _MISSING else "is not there"
            raise where.error(
                f"!{{{part.text}}}: '{step}' of {way} {kind}, "
                f"in {_shown(part.name, parent)}, a {type(parent).__name__}",
                did_you_mean(str(step), _options(parent)) or _REACHES,
            )
        way = f"{way}[{step}]" if isinstance(step, int) else f"{way}.{step}"
    return value


def _variable(part: Placeholder, values: Values, where: Where) -> Any:
    try:
        return values[part.name] if isinstance(values, Mapping) else values(part.name)
    except LookupError:
        pass
    given = list(values) if isinstance(values, Mapping) else []
    hint = did_you_mean(part.name, given).replace("Known:", "Given:")
    raise where.error(
        f"!{{{part.text}}} needs a value of '{part.name}', and none was given",
        hint or f"Pass one: {part.name}=…",
    ) from None


def _reach(value: Any, step: str | int) -> Any:
    """Return what lies one step further, ``_MISSING`` if nothing does."""
    if isinstance(step, int) and not isinstance(value, Mapping):
        try:
            return value[step]
        except (LookupError, TypeError):
            return _MISSING
    if isinstance(value, Mapping):
        found = value.get(step, _MISSING)
        if found is not _MISSING:
            return found
    return getattr(value, step, _MISSING) if isinstance(step, str) else _MISSING


def _options(value: Any) -> list[str]:
    if isinstance(value, Mapping):
        return list(map(str, value))
    return [name for name in dir(value) if name[:1] != "_" and not _is_callable(value, name)]


def _is_callable(value: Any, name: str) -> bool:
    return callable(getattr(type(value), name, None))


def _shown(name: str, value: Any) -> str:
    if is_secret_name(name):
        return MASK
    shown = mask(repr(value))
    return shown if len(shown) <= _SHOWN else f"{shown[: _SHOWN - 1]}…"


# --- Paths ---------------------------------------------------------------------------------


def _check_value(part: Placeholder, text: str, where: Where) -> None:
    """Refuse a value that no path may hold."""
    bad = next((word for sign, word in _UNSAFE.items() if sign in text), None)
    if bad is None and text.startswith("/"):
        bad = "is an absolute path"
    if bad is None and ".." in text.split("/"):
        bad = "leads out of its folder by '..'"
    if bad is not None:
        raise where.error(f"!{{{part.text}}} is {_shown(part.name, text)}, which {bad}", _SAFE)


def _check_path(template: str, filled: str, where: Where) -> None:
    """Refuse values that together make a path what its template is not."""
    before, after = template.split("/"), filled.split("/")
    if after.count("..") > before.count(".."):
        raise where.error(f"its values make the path {filled!r}, with '..' in it", _SAFE)
    if ("://" in filled) != ("://" in template):
        raise where.error(f"its values make the path {filled!r}, another storage", _SAFE)
    if after.count("") > before.count(""):
        raise where.error(f"its values make the path {filled!r}, with an empty part", _SAFE)


_SAFE = "Give a value that is a name in a path."
_UNSAFE = {
    "\\": "holds a backslash",
    "\0": "holds a NUL",
    "\n": "holds a line break",
    "://": "is a URL",
}


# --- Reading -------------------------------------------------------------------------------


@lru_cache(maxsize=4096)
def _parsed(text: str) -> tuple[str | Placeholder, ...]:
    """Return a text as pieces: literal ones, and placeholders."""
    parts: list[str | Placeholder] = []
    end = 0
    for found in _MARK.finditer(text):
        literal = text[end : found.start()]
        end = found.end()
        if found[0] == "!!":
            parts.append(f"{literal}!")
            continue
        if found[1] is None:
            raise PlaceholderError(f"'!{{' in {_cut(text)} is not closed by a '}}'", hint=_ESCAPE)
        parts += [literal, _placeholder(found[1])]
    parts.append(text[end:])
    return tuple(_joined(parts))


def _joined(parts: list[str | Placeholder]) -> list[str | Placeholder]:
    """Return the pieces without empty ones, and literal ones that meet as one."""
    joined: list[str | Placeholder] = []
    for part in parts:
        if isinstance(part, str) and joined and isinstance(joined[-1], str):
            joined[-1] += part
        elif part:
            joined.append(part)
    return joined


def _placeholder(inner: str) -> Placeholder:
    text, _, spec = inner.partition(":")
    text = text.strip()
    name = _NAME.match(text)
    if name is None:
        raise PlaceholderError(f"'!{{{inner}}}' names no variable", hint=_ESCAPE)
    steps: list[str | int] = []
    end = name.end()
    while found := _STEP.match(text, end):
        steps.append(_step(found[1] or found[2]))
        end = found.end()
    if end < len(text):
        raise PlaceholderError(
            f"'!{{{inner}}}' is more than a name: {_cut(text[end:])} is not understood",
            hint="Write !{name}, !{name.attribute}, !{name[0]} or !{name:format}; no calls.",
        )
    for part in (name[0], *steps):
        if isinstance(part, str) and part.startswith("_"):
            raise PlaceholderError(
                f"'!{{{inner}}}' asks for '{part}'", hint="Names with a leading '_' are refused."
            )
    return Placeholder(
        inner.strip(), name[0], tuple(steps), spec.rstrip() if ":" in inner else None
    )


def _step(text: str) -> str | int:
    if text.lstrip("-").isdecimal():
        return int(text)
    return text.strip("'\"")


def _cut(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…")


_REACHES = "Placeholders reach keys and attributes; no calls."
_ESCAPE = "Write !!{ for a literal '!{'."
