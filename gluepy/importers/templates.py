"""What has to change in the YAML of statisfactory, line by line; all else stays as it is.

gluepy reads both its syntaxes. But a relative path of statisfactory is one of the project,
which every pipeline reads and overwrites, while one of gluepy is in the folder of each run.
So paths get ``root: true``. And lakeFS's branch and repository stand in the path in gluepy,
where statisfactory takes no notice of what is there. Expressions ``+{ … }+`` are code, and are
left to people. What was changed is read before and after, to see that it says the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from gluepy.context import rendering
from gluepy.context.templates import Document, Template
from gluepy.exceptions import TemplateError
from gluepy.importers.notes import Note

CATALOG, PARAMETERS, DAGS = "catalog", "parameters", "pipelines_definitions"
_PATH = re.compile(r"^(?P<indent>\s*)(?P<dash>-\s+)?path\s*:\s*(?P<value>[^#\s].*)$")
_FLOW = re.compile(r"(?P<before>[{,]\s*)path\s*:\s*(?P<value>[^,}]+)")
_ANYWHERE = re.compile(r"^\s*['\"]?(/|\w+://)")
_LAKE = re.compile(r"lakefs://((?:\{\{.*?\}\}|[^/\s'\"{}])*)/(?=[^\s'\"])")
_FILLED = re.compile(r"\{\{.*?\}\}|!\{[^}]*\}")
_EXPRESSION = re.compile(r"\+\{")
_MARKUP = ("{{", "{%", "{#")
# Keys of an entry that statisfactory looks at; others it does not.
_KEYS = {"name", "type", "extra", "load_options", "save_options", "root"}


class Written:
    """A file after its conversion.

    Attributes:
        text: What it holds.
        notes: What is left to do by hand; lines are those of the text.
        document: What it says, None if that cannot be told.
        file: Where it goes.
    """

    def __init__(self, text: str, notes: list[Note], document: Document | None) -> None:
        self.text = text
        self.notes = notes
        self.document = document
        self.file = ""


def convert(text: str, kind: str, variables: Mapping[str, Any]) -> Written:
    """Return a file of the catalog, of parameters or of definitions converted.

    Args:
        text: The file.
        kind: Key of ``[tool.statisfactory]`` that names it.
        variables: What its template may use.
    """
    new = _rooted(_LAKE.sub("lakefs:///", text)) if kind == CATALOG else text
    before, after = (_document(one, variables) for one in (text, new))
    notes: list[Note] = []
    if isinstance(after, Document):
        if kind == CATALOG and isinstance(before, Document) and not _is_rooted(before, after):
            new, after = text, before
            notes.append(Note(0, "paths here are written in an unusual way", _ROOT))
        notes += _of_entries(after) if kind == CATALOG else []
    elif isinstance(before, Document):
        new, after = text, before
        notes.append(Note(0, "paths here are written in an unusual way", _ROOT))
    if isinstance(after, TemplateError):
        found = re.search(r"line (\d+): (.*)", after.message.rstrip("."))
        line, what = (int(found[1]), found[2]) if found else (0, after.message.rstrip("."))
        notes.append(Note(line, what, after.hint or "Mend it."))
    notes += _expressions(new)
    return Written(new, sorted(notes), after if isinstance(after, Document) else None)


_ROOT = "Add root: true to the entries whose relative paths all runs share."


def patterns(text: str) -> list[str]:
    """Return the relative paths in a catalog, ``*`` standing for what is filled in."""
    found = [match["value"] for line in text.splitlines() if (match := _PATH.match(line))]
    found += [match["value"] for line in text.splitlines() for match in _FLOW.finditer(line)]
    values = [_FILLED.sub("*", value.strip().strip("'\"")) for value in found]
    return [
        value
        for value in values
        if not _ANYWHERE.match(value) and value.strip("*/") and ".." not in value.split("/")
    ]


def duplicates(files: Iterable[Written]) -> list[tuple[str, Note]]:
    """Return notes of names that are defined twice: statisfactory took the last."""
    seen: dict[str, str] = {}
    notes = []
    for file in files:
        for key, name in _named(file.document):
            line = file.document.line_of(key) if file.document is not None else 0
            if name in seen and not _has_precedence(file.document, key):
                what = f"'{name}' is defined in {seen[name]} as well"
                hint = "statisfactory took the one it read last: keep that."
                notes.append((file.file, Note(line, what, hint)))
            seen.setdefault(name, f"{file.file}, line {line}")
    return notes


def _named(document: Document | None) -> list[tuple[str | int, str]]:
    value = document.value if document is not None else None
    if isinstance(value, list):
        entries = [(at, one.get("name")) for at, one in enumerate(value) if isinstance(one, dict)]
        return [(at, str(name)) for at, name in entries if name]
    return [(key, str(key)) for key in value or ()]


def _has_precedence(document: Document | None, key: str | int) -> bool:
    return document is not None and document.has(key, "+precedence")


def _document(text: str, variables: Mapping[str, Any]) -> Document | TemplateError:
    """Return what a file says, or why that cannot be told."""
    try:
        lines = None
        if any(mark in text for mark in _MARKUP):
            text, lines = rendering.rendered(text, "it", variables)
        return Template("it", text, lines).document()
    except TemplateError as error:
        return error


def _rooted(text: str) -> str:
    lines = text.splitlines(keepends=True)
    made: list[str] = []
    for at, line in enumerate(lines):
        found = _PATH.match(line.rstrip("\r\n"))
        if found is None or _ANYWHERE.match(found["value"]):
            made.append(_FLOW.sub(_in_flow, line) if found is None else line)
            continue
        indent = found["indent"] + " " * len(found["dash"] or "")
        end = "\r\n" if line.endswith("\r\n") else "\n"
        is_alone = not _goes_on(lines, at, len(indent))
        if found["dash"] or is_alone:
            made += [line if line.endswith("\n") else f"{line}{end}", f"{indent}root: true{end}"]
        else:
            made += [f"{indent}root: true{end}", line]
    return "".join(made)


def _goes_on(lines: list[str], at: int, indent: int) -> bool:
    """Tell whether the value of a line may go on in the next."""
    after = lines[at + 1] if at + 1 < len(lines) else ""
    is_deeper = len(after) - len(after.lstrip(" ")) > indent
    return bool(after.strip()) and is_deeper and not after.lstrip().startswith(("#", "{%"))


def _in_flow(found: re.Match[str]) -> str:
    if _ANYWHERE.match(found["value"]):
        return found[0]
    return f"{found['before']}root: true, {found[0].removeprefix(found['before'])}"


def _is_rooted(before: Document, after: Document) -> bool:
    """Tell whether two catalogs say the same, but for what was to be changed."""
    entries = [_entries(document) for document in (before, after)]
    if len(entries[0]) != len(entries[1]):
        return False
    return all(
        _expected(old) == _without_root(new) and _has_root(new)
        for old, new in zip(*entries, strict=True)
    )


def _entries(document: Document) -> list[Any]:
    value = document.value
    return list(value.values() if isinstance(value, dict) else value or ())


def _path_of(entry: Any) -> str:
    extra = entry.get("extra") if isinstance(entry, dict) else None
    path = extra.get("path") if isinstance(extra, dict) else None
    return path if isinstance(path, str) else ""


def _expected(entry: Any) -> Any:
    path = _path_of(entry)
    if not path.startswith("lakefs://"):
        return _without_root(entry)
    changed = {**entry, "extra": {**entry["extra"], "path": _LAKE.sub("lakefs:///", path)}}
    return _without_root(changed)


def _without_root(entry: Any) -> Any:
    if not _path_of(entry):
        return entry
    extra = {key: value for key, value in entry["extra"].items() if key != "root"}
    return {**entry, "extra": extra}


def _has_root(entry: Any) -> bool:
    path = _path_of(entry)
    return not path or bool(_ANYWHERE.match(path)) or entry["extra"].get("root") is True


def _of_entries(document: Document) -> list[Note]:
    notes = []
    on_s3 = []
    for key, name in _named(document):
        entry = document.value[key]
        line = document.line_of(key)
        if _path_of(entry).startswith("s3://"):
            on_s3.append((line, name))
        for other in [one for one in entry if one not in _KEYS] if isinstance(entry, dict) else ():
            what = f"'{name}' has the key '{other}', which statisfactory did not look at"
            notes.append(Note(line, what, "Take it out, if it is no field of the type."))
        if isinstance(entry, dict):
            notes += _of_entry(name, entry, line)
    if on_s3:
        line, name = on_s3[0]
        many = f" and {len(on_s3) - 1} more are" if on_s3[1:] else " is"
        what = f"'{name}'{many} on S3, where statisfactory put a slash in front of the key"
        notes.append(Note(line, what, "Move what is there: aws s3 mv s3://b//key s3://b/key."))
    return notes


def _of_entry(name: str, entry: dict[str, Any], line: int) -> Iterable[Note]:
    path = _path_of(entry)
    if entry.get("type") == "datapane" and entry.get("load_options"):
        what = f"'{name}' has load_options, which statisfactory used to save it"
        yield Note(line, what, "Write them as save_options.")
    if ".." in path.split("/"):
        what = f"'{name}' lies outside of the project, where no storage reaches"
        yield Note(line, what, "Give it an absolute path, or a storage of STORAGES.")
    if path.startswith("lakefs://") and not path.startswith("lakefs:///"):
        yield Note(line, f"'{name}' names no path in lakeFS", "Write lakefs:///path.")


def _expressions(text: str) -> list[Note]:
    """Return a note for each line that statisfactory would have evaluated as Python."""
    return [
        Note(
            number,
            "+{ … }+ is Python, which gluepy does not evaluate",
            "Write a placeholder !{name}, or compute the value in globals.yaml.",
        )
        for number, line in enumerate(text.splitlines(), start=1)
        if _EXPRESSION.search(line)
    ]
