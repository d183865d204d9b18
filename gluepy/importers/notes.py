"""What an importer leaves to people."""

from __future__ import annotations

from typing import NamedTuple


class Note(NamedTuple):
    """Something to do by hand.

    Attributes:
        line: Line of the file as it is written; 0 if it is about all of it.
        what: What is not converted.
        hint: What to do.
    """

    line: int
    what: str
    hint: str
