"""YAML as the context reads and writes it.

Reading gives what YAML 1.1 and PyYAML give, with three additions: ``!secret VALUE`` marks a
value as secret, ``!setting NAME`` is the value of a setting and always secret, and a plain
``T12:30:00`` (ISO 8601 with its designator) is a time of day; other tools read it as text.
Writing gives a document that reads back as the same values of the same types: texts that
YAML 1.1 or 1.2 would take for something else are quoted.
"""

from __future__ import annotations

from typing import Any

import yaml

from gluepy.context.document import Context, provenance_of, thaw
from gluepy.context.masking import masked
from gluepy.context.types import Dumper, Loader, Secret
from gluepy.exceptions import ContextError

_SET_TAG = "tag:yaml.org,2002:set"
_MARKUP = {
    "!": "Only the tags !secret and !setting are known.",
    "\t": "Indent with spaces, not with tabs.",
}


_KEY_KINDS = {
    "int": "number",
    "float": "number",
    "bool": "boolean",
    "null": "null",
    "timestamp": "date",
    "!time": "time",
}
# Parser errors that say little to somebody who does not know the parser.
_REWORDED = {
    "could not determine a constructor for the tag": "unknown tag",
    "but found another document": "a second document begins; one file holds one",
}


class Document:
    """One YAML document.

    Args:
        values: The parameters.
        secrets: Dotted paths that a tag marks as secret.
    """

    __slots__ = ("secrets", "values")

    def __init__(self, values: dict[str, Any], secrets: set[str]) -> None:
        self.values = values
        self.secrets = secrets


def load(text: str | bytes, name: str) -> Document:
    """Read one YAML document whose top level is a mapping.

    Args:
        text: The document; bytes are UTF-8.
        name: What the document is called in messages: a file or a flag.

    Raises:
        ContextError: The text is no such document; with file and line.
    """
    values = load_value(text, name)
    secrets: set[str] = set()
    if isinstance(values, Secret):
        values = values.value
        secrets = {str(key) for key in values} if isinstance(values, dict) else secrets
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise ContextError(
            f"{name}: the top level is a {_kind(values)}, not a mapping.",
            hint="Write it as 'key: value' lines.",
        )
    return Document(_unwrap(values, "", secrets, [], name), secrets)


def load_value(text: str | bytes, name: str) -> Any:
    """Read one YAML document of any type; values under a tag are still wrapped."""
    decoded = _decode(text, name)
    loader = Loader(decoded)
    try:
        node = loader.get_single_node()
        if node is None:
            return None
        _check_keys(node, name)
        return loader.construct_document(node)
    except yaml.YAMLError as error:
        raise _explained(error, decoded, name) from error
    finally:
        loader.dispose()


def dump(values: dict[str, Any]) -> str:
    """Return a YAML document that reads back as the same values of the same types.

    Raises:
        ContextError: A value is no plain data; with its dotted path.
    """
    try:
        text: str = yaml.dump(
            values,
            Dumper=Dumper,
            allow_unicode=True,
            default_flow_style=False,
            sort_keys=False,
            width=2**31 - 1,
        )
    except (yaml.YAMLError, ValueError) as error:
        raise ContextError(
            _unwritable(values) or f"The context cannot be written as YAML: {error}",
            hint="Use texts, numbers, booleans, dates, times, lists and mappings.",
        ) from error
    return text


def dump_context(context: Any) -> str:
    """Return what ``context.yaml`` holds: the whole context, with its secrets masked."""
    if type(context) is not Context:
        # A lazy name like default_context.
        context = context._resolve()
    return dump(masked(thaw(context), provenance_of(context).secrets))


def is_plain(value: Any) -> bool:
    """Tell whether a value can be written to YAML and read back."""
    try:
        yaml.dump(value, Dumper=Dumper)
    except (yaml.YAMLError, ValueError, RecursionError):
        return False
    return True


def _unwritable(value: Any, path: str = "") -> str:
    """Return what is wrong with the first value that cannot be written."""
    pairs: Any = ()
    if isinstance(value, dict):
        pairs = value.items()
    elif isinstance(value, list | tuple):
        pairs = enumerate(value)
    elif not is_plain(value):
        return f"The context value '{path}' is a {type(value).__name__}, which YAML cannot hold."
    return next(filter(None, (_unwritable(v, f"{path}.{k}".lstrip(".")) for k, v in pairs)), "")


def _decode(text: str | bytes, name: str) -> str:
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise ContextError(
            f"{name}, line {line}: the file is not UTF-8 text.", hint="Save it as UTF-8."
        ) from error
    return decoded.removeprefix("\ufeff")


def _explained(error: yaml.YAMLError, text: str, name: str) -> ContextError:
    """Return one line that tells file, line and what is wrong."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if mark is not None:
        # An error at the end of the text is about its last line.
        index = min(mark.line, max(len(text.splitlines()) - 1, 0))
    else:
        index = text.count("\n", 0, getattr(error, "position", 0) or 0)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    for said, meant in _REWORDED.items():
        problem = problem.replace(said, meant)
    lines = text.splitlines() or [""]
    line = lines[min(index, len(lines) - 1)]
    where = f"{name}, line {index + 1}"
    return ContextError(f"{where}: {problem.rstrip('.')}.", hint=_hint(line, error))


def _hint(line: str, error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.constructor.ConstructorError):
        return _MARKUP["!"]
    problem = getattr(error, "problem", None) or ""
    if "\t" in line and ("tab" in problem or "token" in problem):
        return _MARKUP["\t"]
    if "cannot start any token" in problem or "alias" in problem or "anchor" in problem:
        return "Put a value that starts with a special character in quotes."
    return ""


def _check_keys(root: Any, name: str) -> None:
    """Refuse keys that are no texts or stand twice in one mapping.

    The composed nodes are looked at, because building resolves ``<<`` and loses lines.
    """
    waiting, seen = [root], set()
    while waiting:
        node = waiting.pop()
        if id(node) in seen or isinstance(node, yaml.ScalarNode):
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(reversed(node.value))
        elif node.tag != _SET_TAG:
            _check_mapping(node, name)
            waiting.extend(value for _, value in reversed(node.value))


def _check_mapping(node: Any, name: str) -> None:
    lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 1
        if not key.tag.endswith((":str", ":merge")):
            raise _wrong_key(key, name, line)
        if key.value in lines:
            raise ContextError(
                f"{name}, line {line}: the key '{key.value}' stands twice,"
                f" first in line {lines[key.value]}.",
                hint="Remove one of them.",
            )
        lines[key.value] = line


def _wrong_key(key: Any, name: str, line: int) -> ContextError:
    if not isinstance(key, yaml.ScalarNode):
        return ContextError(f"{name}, line {line}: a {_kind(key.value)} cannot be a key.")
    what = _KEY_KINDS.get(key.tag.rpartition(":")[2], "value of another type")
    return ContextError(
        f"{name}, line {line}: the key {key.value or '(empty)'} is a {what}, not a text.",
        hint=f"Write it in quotes: '{key.value}':",
    )


def _kind(value: Any) -> str:
    return "list" if isinstance(value, list | tuple) else type(value).__name__


def unwrap(value: Any, path: str, secrets: set[str], name: str) -> Any:
    """Return a loaded value without the marks of its tags, whose paths go into ``secrets``."""
    return _unwrap(value, path, secrets, [], name)


def _unwrap(value: Any, path: str, secrets: set[str], above: list[int], name: str) -> Any:
    if isinstance(value, Secret):
        secrets.add(path)
        return _unwrap(value.value, path, secrets, above, name)
    if not isinstance(value, dict | list | tuple):
        return value
    if id(value) in above:
        raise ContextError(f"{name}: the value of '{path}' contains itself by an alias.")
    above = [*above, id(value)]
    if isinstance(value, dict):
        return {
            key: _unwrap(item, f"{path}.{key}".lstrip("."), secrets, above, name)
            for key, item in value.items()
        }
    return [_unwrap(item, f"{path}.{at}", secrets, above, name) for at, item in enumerate(value)]
