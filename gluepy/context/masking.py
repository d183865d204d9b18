"""Which values of a context are secret, and how they look where they may not be read.

A value is secret if it was tagged ``!secret`` or ``!setting``, if CONTEXT_SECRETS names its
dotted path or one above it, if a part of the path is a name like ``password`` or
``api_key``, or if its text contains a secret of the settings or a URL with a password.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from gluepy.conf.secrets import MASK, hide, is_secret_name, mask
from gluepy.exceptions import SettingsError

# The section that gluepy itself writes, and its keys, which are needed to find the run again.
OWN_SECTION = "gluepy"
OWN_KEYS = ("run_id", "created_at", "run_folder")
_OWN_PATHS = frozenset(f"{OWN_SECTION}.{key}" for key in OWN_KEYS)


def find_secrets(
    values: Any, tagged: Collection[str] = (), patterns: Iterable[str] = ()
) -> frozenset[str]:
    """Return the dotted paths of the secret leaves; a list's items have their index."""
    named = _matcher(patterns)
    return frozenset(
        path
        for path, value in _leaves(values, "")
        if not _is_open(path, value)
        and (is_secret_name(path) or named(path) or _is_below(path, tagged) or _hides(value))
    )


def hide_values(values: Any, secrets: Collection[str]) -> None:
    """Have the secret values masked in whatever is logged or shown from now on."""
    if secrets:
        found = [value for path, value in _leaves(values, "") if path in secrets]
        hide(value for value in found if not _hides(value))


def masked(value: Any, secrets: Collection[str], path: str = "") -> Any:
    """Return plain data with the leaves at ``secrets``, and secrets in texts, masked."""
    if isinstance(value, dict):
        return {key: masked(item, secrets, _join(path, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [masked(item, secrets, _join(path, at)) for at, item in enumerate(value)]
    if _is_open(path, value):
        return value
    if isinstance(value, str) and (text := mask(value)) != value:
        return text
    return MASK if path in secrets or is_secret_name(path) else value


def masked_paths(value: Any, path: str) -> list[str]:
    """Return the dotted paths in ``value`` that were masked when it was written."""
    return [at for at, leaf in _leaves(value, path) if isinstance(leaf, str) and MASK in leaf]


def masked_origins(origins: dict[str, str], secrets: Collection[str]) -> dict[str, str]:
    """Return ``origins`` without the values of flags that set something secret."""
    holding = {
        where
        for path, where in origins.items()
        if "=" in where and (path in secrets or any(s.startswith(f"{path}.") for s in secrets))
    }
    return {
        path: f"{where.partition('=')[0]}={MASK}" if where in holding else where
        for path, where in origins.items()
    }


def check_patterns(patterns: Any) -> list[str]:
    """Return CONTEXT_SECRETS as a list.

    Raises:
        SettingsError: It is no list of texts.
    """
    if isinstance(patterns, list | tuple | set) and all(isinstance(p, str) for p in patterns):
        return list(patterns)
    raise SettingsError(
        f"CONTEXT_SECRETS = {patterns!r} is no list of dotted context keys.",
        hint="Write it like ['database.password', '*.key'].",
    )


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, _join(path, key))
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from _leaves(item, _join(path, at))
    else:
        yield path, value


def _join(path: str, key: Any) -> str:
    return f"{path}.{key}" if path else str(key)


def _is_open(path: str, value: Any) -> bool:
    """Tell whether there is nothing to hide: no value, or one that gluepy itself set."""
    return value is None or value == "" or path in _OWN_PATHS


def _is_below(path: str, tops: Collection[str]) -> bool:
    if not tops:
        return False
    parts = path.split(".")
    return any(".".join(parts[:end]) in tops for end in range(1, len(parts) + 1))


def _hides(value: Any) -> bool:
    return isinstance(value, str) and mask(value) != value


def _matcher(patterns: Iterable[str]) -> Callable[[str], bool]:
    """Return a test for dotted paths; ``*`` stands for text within one part."""
    import re

    texts = [re.escape(pattern).replace(r"\*", r"[^.]*") for pattern in patterns]
    if not texts:
        return lambda path: False
    pattern = re.compile(rf"(?:{'|'.join(texts)})(?:\..*)?", re.DOTALL)
    return lambda path: pattern.fullmatch(path) is not None
