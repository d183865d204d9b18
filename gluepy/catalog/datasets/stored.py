"""Values that are bytes in one file: what their types share."""

from __future__ import annotations

from typing import Any

from gluepy.exceptions import DataError
from gluepy.files.storages.paths import split


def refused(data: Any, takes: str, hint: str = "") -> DataError:
    """Return the error for a value that a type cannot store.

    Args:
        data: The value.
        takes: What the type stores.
        hint: What to do.
    """
    kind = type(data)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    return DataError(f"The type takes {takes}, and this is a {name}.", hint=hint)


def suffix_of(path: str) -> str:
    """Return the last suffix of a path in lower case and without its dot."""
    name = split(path.rstrip("/"))[1]
    return name.rpartition(".")[2].lower() if "." in name.lstrip(".") else ""
