"""Tables in Markdown, on stdout and between two markers of docs/internals/performance.md."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "internals" / "performance.md"


@dataclass
class Table:
    """A table of results.

    Args:
        name: Name of the markers it stands between.
        header: Titles of the columns; all but the first are right-aligned.
        notes: Lines under the table: versions, n, what was left out.
    """

    name: str
    header: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def to_markdown(self) -> str:
        """Return the table and its notes."""
        rule = ["---", *["--:"] * (len(self.header) - 1)]
        lines = [_line(row) for row in [self.header, rule, *self.rows]]
        return "\n".join([*lines, "", *[f"{note}  " for note in self.notes], ""])


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def machine() -> str:
    """Return when and on what the measurement ran."""
    load = f"load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    day = datetime.now(UTC).date()
    python = platform.python_version()
    return f"{day}, {os.cpu_count()} processors, {load}, Python {python}, {platform.system()}."


def publish(table: Table, page: Path | None = None) -> None:
    """Print a table and put it between its markers on the page, if the page has them."""
    text = table.to_markdown()
    print(f"\n## {table.name}\n\n{text}")
    page = page or PAGE
    begin, end = f"<!-- begin {table.name} -->", f"<!-- end {table.name} -->"
    content = page.read_text(encoding="utf-8") if page.exists() else ""
    if begin in content and end in content:
        before, rest = content.split(begin, 1)
        after = rest.split(end, 1)[1]
        page.write_text(f"{before}{begin}\n\n{text}\n{end}{after}", encoding="utf-8")


def milliseconds(seconds: float) -> str:
    """Return seconds as milliseconds, three digits at most."""
    value = seconds * 1000
    return f"{value:.0f}" if value >= 10 else f"{value:.2g}"


def ratio(value: float) -> str:
    """Return a ratio."""
    return f"{value:.2f}" if value < 100 else f"{value:.0f}"


def at_most(target: float | None, *, unit: str = "") -> str:
    """Return a target as a table shows it."""
    return "" if target is None else f"≤ {target:g}{unit}"
