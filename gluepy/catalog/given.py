"""Values of placeholders as they are typed: ``samples=100 client.id=7``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gluepy.context import yaml
from gluepy.context.loader import nested
from gluepy.exceptions import CommandError, ContextError
from gluepy.utils.mapping import overlay


def values_of(words: Iterable[str]) -> dict[str, Any]:
    """Return the values of ``KEY=VALUE`` words; a value is YAML, a dotted key is nested.

    Raises:
        CommandError: A word is of another form.
    """
    values: dict[str, Any] = {}
    for word in words:
        key, equals, text = word.partition("=")
        parts = key.strip().split(".")
        if not equals or not all(parts):
            raise CommandError(
                f"'{word}' is no value of a placeholder.",
                hint="Write KEY=VALUE, as in samples=100.",
            )
        try:
            value = yaml.load_value(text, word)
        except ContextError as error:
            raise CommandError(f"'{word}' is no YAML: {error.message}", hint=error.hint) from error
        values = overlay(values, nested(parts, yaml.unwrap(value, "", set(), word)))
    return values
