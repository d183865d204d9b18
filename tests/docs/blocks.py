"""Fenced code blocks of a Markdown page, and what the comment above each says of it.

=====================  =================================================================
``<!-- file: P -->``    the block is the content of the file P
``<!-- edit: P -->``    the block is a diff whose old lines stand exactly once in the file P
``<!-- run -->``        a Python block that runs by itself
``<!-- not run -->``    a block that is not run, for a reason the page makes plain
=====================  =================================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"^(?:<!-- (?P<mark>[^>]*) -->\n)?^```(?P<language>[\w-]+)[^\n]*\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    page: str
    line: int
    mark: str
    language: str
    text: str

    @property
    def path(self) -> str:
        """The file that a ``file:`` or ``edit:`` mark names."""
        return self.mark.partition(": ")[2]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text("utf-8")
    return [
        Block(
            page=page.relative_to(ROOT).as_posix(),
            line=text.count("\n", 0, found.start("language")) + 1,
            mark=found["mark"] or "",
            language=found["language"],
            text=found["text"],
        )
        for found in _BLOCK.finditer(text)
    ]


def pages() -> list[Path]:
    return [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
