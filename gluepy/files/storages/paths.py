"""Storage paths: POSIX strings, relative to the root, ``""`` being the root itself."""

from __future__ import annotations

import os
import re

from gluepy.exceptions import UnsafePathError

_TEMPORARY = r"\..*\.[0-9a-f]{8}\.tmp(\.[^.]+){0,2}"
_LONGEST_NAME = 40


def normalise(path: str, root: str) -> str:
    """Return ``path`` without ``.``, ``..``, doubled or trailing slashes.

    Args:
        path: A path relative to the root; a leading slash must have been dealt with.
        root: What to call the root in an error.

    Raises:
        UnsafePathError: The path leaves the root, or holds a backslash or a NUL.
    """
    if "\\" in path or "\0" in path:
        raise UnsafePathError(
            f"The path {path!r} holds a backslash or a NUL.",
            hint="Separate the parts of a storage path by '/'.",
        )
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            if not parts:
                raise outside(path, root)
            parts.pop()
        elif part not in ("", "."):
            parts.append(part)
    return "/".join(parts)


def outside(path: str, root: str) -> UnsafePathError:
    """Return the error about a path that leaves the root."""
    return UnsafePathError(
        f"The path '{path}' leads out of the storage root '{root}'.",
        hint="Give a path relative to the root.",
    )


def join(folder: str, name: str) -> str:
    """Return ``folder/name``; either may be the root."""
    return f"{folder}/{name}" if folder and name else folder or name


def split(path: str) -> tuple[str, str]:
    """Return the folder and the name of a clean path."""
    folder, _, name = path.rpartition("/")
    return folder, name


def temporary_name(name: str, *, keep_suffix: bool = False) -> str:
    """Return a hidden name for a file on its way to ``name``, another one on every call.

    Args:
        name: The final name.
        keep_suffix: End in the suffixes of ``name``, for engines that look at them.
    """
    suffix = ""
    if keep_suffix:
        suffix = "".join(f".{part}" for part in name.split(".")[1:][-2:])
    return f".{name[:_LONGEST_NAME]}.{os.urandom(4).hex()}.tmp{suffix}"


def is_temporary(name: str) -> bool:
    """Tell whether a name was made by :func:`temporary_name`."""
    return name[:1] == "." and re.fullmatch(_TEMPORARY, name) is not None
