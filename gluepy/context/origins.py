"""Where each value of a context came from, and which of them are secret."""

from __future__ import annotations

from typing import Any

from gluepy.context.document import path_of, provenance_of
from gluepy.exceptions import UnknownParameterError
from gluepy.utils.text import did_you_mean


def origins(context: Any) -> dict[str, str]:
    """Return the file or flag that set each leaf, by dotted path, in the context's order."""
    prefix = _prefix(context)
    found = provenance_of(context).origins
    return {path[len(prefix) :]: where for path, where in found.items() if path.startswith(prefix)}


def origin_of(context: Any, path: str) -> str:
    """Return what set the leaf at a dotted path: ``configs/context.yaml``, ``--param a.b=3``.

    Raises:
        UnknownParameterError: There is no such leaf; with close names.
    """
    known = origins(context)
    if path in known:
        return known[path]
    raise UnknownParameterError(
        f"The context has no value at '{_prefix(context)}{path}'.", hint=did_you_mean(path, known)
    )


def secrets(context: Any) -> list[str]:
    """Return the dotted paths of the values that are never written or shown."""
    prefix = _prefix(context)
    found = provenance_of(context).secrets
    return sorted(path[len(prefix) :] for path in found if path.startswith(prefix))


def _prefix(context: Any) -> str:
    path = path_of(context)
    return f"{path}." if path else ""
