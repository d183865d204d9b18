"""``globals`` and ``locals`` of statisfactory, and the credentials among them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from gluepy.conf.secrets import is_secret_name
from gluepy.context import yaml
from gluepy.exceptions import ContextError
from gluepy.importers.layout import YAML, Layout
from gluepy.importers.notes import Note
from gluepy.utils.mapping import overlay

GLOBALS, LOCALS = "globals", "locals"
# Variable of statisfactory, in lower case -> setting of gluepy.
SETTINGS = {
    "aws_access_key": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_secret_key": "AWS_SECRET_ACCESS_KEY",
    "aws_region": "AWS_S3_REGION_NAME",
    "aws_s3_endpoint": "AWS_S3_ENDPOINT_URL",
    "lakefs_access_key": "LAKEFS_ACCESS_KEY_ID",
    "lakefs_secret_access_key": "LAKEFS_SECRET_ACCESS_KEY",
    "lakefs_endpoint": "LAKEFS_ENDPOINT_URL",
}
_REGION = "us-east-1"  # what statisfactory takes if nothing is said
_OWN = {"lakefs_bucket": "s3://lakefs/"}
_KEY = re.compile(r"^([A-Za-z_]\w*)\s*:(.*)$")
_LAZY = re.compile(r"^['\"]?@(format|jinja)\b")


class Variables:
    """The variables of a project.

    Args:
        layout: The project.

    Attributes:
        values: What templates may use: globals, locals over them, and what pyproject.toml says.
    """

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._files: dict[str, tuple[str, str]] = {}
        self._notes: dict[str, list[Note]] = {}
        self._left: list[tuple[str, Note]] = []
        self._parsed: dict[str, dict[str, Any]] = {GLOBALS: {}, LOCALS: {}}
        self._added: dict[str, Any] = {}
        for path, inside in layout.files("configuration", YAML):
            self._take(path, inside)
        self._note_merged()
        own = {key: value for key, value in layout.said.items() if not isinstance(value, dict)}
        values = overlay(self._parsed[GLOBALS], self._parsed[LOCALS])
        lower = {str(key).lower(): value for key, value in values.items()}
        self._own = {**_OWN, **own}
        self.values: dict[str, Any] = {**self._own, **lower, **values}
        layout.override(lower)

    def _take(self, path: str, inside: str) -> None:
        stem = inside.rpartition(".")[0]
        if stem not in (GLOBALS, LOCALS):
            return
        if stem in self._files:
            taken = self._files[stem][0].rpartition("/")[2]
            what = f"'{taken}' is there as well, and was taken"
            self._note(stem, Note(0, what, f"Put what is in {inside} into it."))
            return
        with open(path, encoding="utf-8-sig", newline="") as file:
            text = file.read()
        self._files[stem] = (path, text)
        try:
            self._parsed[stem] = dict(yaml.load(text, inside).values)
        except ContextError as error:
            self._note(stem, Note(0, error.message.rstrip("."), error.hint or "Mend it."))
        for number, line in enumerate(text.splitlines(), start=1):
            self._note_line(stem, number, line)

    def _note(self, stem: str, note: Note) -> None:
        self._notes.setdefault(stem, []).append(note)

    def _note_line(self, stem: str, number: int, line: str) -> None:
        found = _KEY.match(line)
        if found is None:
            return
        key, value = found[1], found[2].strip()
        setting = SETTINGS.get(key.lower())
        if setting:
            hint = f"settings/base.py reads {setting} from the environment: set it there."
            if not is_secret_name(setting):
                hint = "It was put into settings/base.py."
            self._note(stem, Note(number, f"'{key}' is the setting {setting}", hint))
        elif _LAZY.match(value):
            what = f"'{key}' is computed by Dynaconf"
            self._note(stem, Note(number, what, "Write its value, or compute it in the template."))

    def _note_merged(self) -> None:
        """Note what locals replaced as a whole, and is merged now."""
        for key, local in self._parsed[LOCALS].items():
            shared = self._parsed[GLOBALS].get(key)
            if isinstance(local, dict) and isinstance(shared, dict) and set(shared) - set(local):
                what = f"'{key}' replaced that of globals as a whole, and is merged with it now"
                hint = f"Only in globals: {', '.join(map(str, sorted(set(shared) - set(local))))}."
                self._note(LOCALS, Note(self._line(LOCALS, key), what, hint))

    def _line(self, stem: str, key: str) -> int:
        lines = enumerate(self._files[stem][1].splitlines(), start=1)
        return next((at for at, line in lines if line.startswith(f"{key}:")), 0)

    def need(self, texts: Iterable[str]) -> None:
        """Add what pyproject.toml says to globals if the templates use it."""
        known = {str(key).lower() for values in self._parsed.values() for key in values}
        used = {name for text in texts for name in _used(text)}
        self._added = {key: value for key, value in self._own.items() if key in used - known}

    def files(self) -> Iterator[tuple[str, str, str, list[Note]]]:
        """Yield name, origin and text of each file to write, and what is left to do."""
        for stem in (GLOBALS, LOCALS):
            path, text = self._files.get(stem, ("", ""))
            if stem == GLOBALS and self._added:
                text = _extended(text, self._added)
            if text or path or self._notes.get(stem):
                yield f"{stem}.yaml", path, text, self._notes.get(stem, [])

    def settings(self) -> list[str]:
        """Return the lines of the settings that take the place of variables."""
        given = {str(key).lower(): value for key, value in self.values.items()}
        lines = [f"LAKEFS_REPOSITORY = {self._layout.slug!r}"] if self._layout.slug else []
        for key, setting in SETTINGS.items():
            if given.get(key) is None or any(line.startswith(setting) for line in lines):
                continue
            is_plain = not is_secret_name(setting) and "@" not in str(given[key])
            value = repr(str(given[key])) if is_plain else f'os.environ.get("{setting}")'
            lines.append(f"{setting} = {value}")
        if given.get("aws_access_key") and not given.get("aws_region"):
            lines.append(f"AWS_S3_REGION_NAME = {_REGION!r}")
        return [line.replace("'", '"') for line in lines]


def _used(text: str) -> set[str]:
    """Return the names in the Jinja parts of a template."""
    parts = re.findall(r"\{[{%](.*?)[%}]\}", text, re.DOTALL)
    return {name for part in parts for name in re.findall(r"[A-Za-z_]\w*", part)}


def _extended(text: str, more: dict[str, Any]) -> str:
    from gluepy.context.yaml import dump

    start = f"{text.rstrip()}\n" if text.strip() else ""
    return f"{start}# What pyproject.toml said.\n{dump(more)}"
