"""Secrets: which settings hold them, and how they are kept out of everything written.

A setting is secret if its name says so, or if it is a URL with a password in it. Whatever
gluepy writes or shows passes :func:`mask` first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from gluepy.conf.handlers import reset_on
from gluepy.conf.settings import default_settings

MASK = "********"
_NAME = re.compile(
    r"(^|[_.\-])(SECRET\w*|PASSWORD|PASSWD|PASSPHRASE|TOKEN|CREDENTIALS?|PRIVATE[_-]?KEY"
    r"|API[_-]?KEY|ACCESS[_-]?KEY([_-]?ID)?)([_.\-]|$)",
    re.IGNORECASE,
)
# Compiled by `re` when the first URL is seen, which most commands never do.
_URL_PASSWORD = r"(?<=://)([^/\s:@]*):([^/\s@]+)@"
_SHORTEST = 4
# What a secret that is no text may look like without being one.
_WORDS = frozenset({"True", "False"})

_hidden: set[str] = set()
_cached: list[re.Pattern[str] | None] = []


def _forget() -> None:
    _hidden.clear()
    _cached.clear()


reset_on(_forget, "*")


def hide(values: Iterable[Any]) -> None:
    """Mask these texts and numbers too from now on: secrets that stand in no setting."""
    texts = {str(value) for value in values if isinstance(value, str | int | float)}
    texts = {text for text in texts if len(text) >= _SHORTEST and text not in _WORDS} - _hidden
    if texts:
        _hidden.update(texts)
        _cached.clear()


def is_secret_name(name: str) -> bool:
    """Tell whether a name, of a setting or a key, announces a secret value."""
    return _NAME.search(name) is not None


def mask(text: str) -> str:
    """Return ``text`` with every secret of the settings and every URL password masked."""
    pattern = _known_secrets()
    if pattern is not None:
        text = pattern.sub(MASK, text)
    return re.sub(_URL_PASSWORD, rf"\1:{MASK}@", text) if "://" in text else text


def mask_value(value: Any) -> Any:
    """Return ``value`` with :func:`mask` applied to every text in it, at any depth."""
    if isinstance(value, str):
        return mask(value)
    if isinstance(value, dict):
        return {key: mask_named(str(key), item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [mask_value(item) for item in value]
    return value


def mask_named(name: str, value: Any) -> Any:
    """Return ``value`` as it may be shown beside its name."""
    if value and is_secret_name(name) and not isinstance(value, dict):
        return MASK
    return mask_value(value)


def mask_argument(argument: str) -> str:
    """Return what was typed on the command line as it may be shown: ``db.password=****``."""
    name, equals, value = argument.partition("=")
    if name.startswith("--") and "=" in value:
        return f"{name}{equals}{mask_argument(value)}"
    if is_secret_name(name.lstrip("+")) or value.lstrip().startswith("!secret"):
        return f"{name}{equals}{MASK if value else ''}"
    return mask(argument)


def _known_secrets() -> re.Pattern[str] | None:
    """Return what finds the settings' secrets; before they are loaded, there are none."""
    if not default_settings.configured:
        return None
    if not _cached:
        _cached.append(_pattern(default_settings.defined()))
    return _cached[0]


def _pattern(settings: dict[str, Any]) -> re.Pattern[str] | None:
    texts = {text for name, value in settings.items() for text in _secrets_in(name, value)}
    texts |= _hidden
    if not texts:
        return None
    longest_first = sorted(texts, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))


def _secrets_in(name: str, value: Any) -> set[str]:
    """Return the texts in a setting that must not be shown."""
    if isinstance(value, dict):
        return {text for key, item in value.items() for text in _secrets_in(str(key), item)}
    if isinstance(value, list | tuple):
        return {text for item in value for text in _secrets_in(name, item)}
    if not isinstance(value, str):
        return set()
    if is_secret_name(name):
        return {value} if len(value) >= _SHORTEST else set()
    urls = re.findall(_URL_PASSWORD, value) if "://" in value else ()
    return {password for _, password in urls if len(password) >= _SHORTEST}
