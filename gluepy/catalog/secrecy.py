"""Which fields of an entry are secret, and how entries look where they may not be read."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from gluepy.conf.secrets import MASK, hide, is_secret_name, mask

_NAME = re.compile(r"(^|_)(pwd|pass|pin|account_?key|sas)$", re.IGNORECASE)
# What stands in connection strings (`PWD=…;`) and in the query of a URL (`?token=…&`).
_PAIR = re.compile(
    r"(?P<key>\b(?:pwd|password|passwd|accountkey|account_key|sharedaccesskey|secret|sig"
    r"|(?:access_?)?token|api_?key|client_?secret|secret_?access_?key)\s*=\s*)"
    r"(?P<value>\{[^}]*\}|[^;&\s]+)",
    re.IGNORECASE,
)


def shown(fields: Mapping[str, Any], secret: Collection[str] = ()) -> dict[str, Any]:
    """Return the fields of an entry with everything secret masked.

    Args:
        fields: The fields.
        secret: Names of those that the entry calls secret; ``login.user`` is one inside.
    """
    return {key: _shown(value, key, secret) for key, value in fields.items()}


def _shown(value: Any, path: str, secret: Collection[str]) -> Any:
    name = path.rpartition(".")[2]
    if path in secret or (value and not isinstance(value, Mapping) and _is_secret(name)):
        return MASK
    if isinstance(value, Mapping):
        return {key: _shown(item, f"{path}.{key}", secret) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_shown(item, path, secret) for item in value]
    return mask_text(value) if isinstance(value, str) else value


def mask_text(text: str) -> str:
    """Return a text with passwords in URLs and connection strings masked."""
    text = mask(text)
    return _PAIR.sub(rf"\g<key>{MASK}", text) if "=" in text else text


def conceal(fields: Mapping[str, Any], secret: Collection[str] = ()) -> None:
    """Have what is secret in filled fields masked in whatever is logged or shown from now on."""
    found = list(_secrets(fields, "", secret))
    if found:
        hide(found)


def _secrets(value: Any, path: str, secret: Collection[str]) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _secrets(item, f"{path}.{key}" if path else str(key), secret)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _secrets(item, path, secret)
    elif _is_below(path, secret) or _is_secret(path.rpartition(".")[2]):
        yield value
    elif isinstance(value, str) and "=" in value:
        yield from (found["value"].strip("{}") for found in _PAIR.finditer(value))


def _is_below(path: str, secret: Collection[str]) -> bool:
    return any(path == one or path.startswith(f"{one}.") for one in secret)


def _is_secret(name: str) -> bool:
    return is_secret_name(name) or _NAME.search(name) is not None
