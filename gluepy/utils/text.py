"""Texts for people: close names, lists in sentences, plurals."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any


def close_names(name: str, options: Iterable[str], limit: int = 3) -> list[str]:
    """Return up to ``limit`` of ``options`` that look like ``name``, best first."""
    from difflib import get_close_matches

    options = [str(option) for option in options]
    folded = {option.casefold(): option for option in reversed(options)}
    matches = get_close_matches(name.casefold(), folded, n=limit, cutoff=0.6)
    return [folded[match] for match in matches]


def did_you_mean(name: str, options: Iterable[str]) -> str:
    """Return ``Did you mean 'a' or 'b'?``, or what there is, or an empty string."""
    options = list(options)
    close = close_names(name, options)
    if close:
        return f"Did you mean {either(close)}?"
    if 0 < len(options) <= 8:
        return f"Known: {', '.join(sorted(map(str, options)))}."
    return ""


def either(names: Iterable[str]) -> str:
    """Return ``'a', 'b' or 'c'``."""
    quoted = [f"'{name}'" for name in names]
    return " or ".join(filter(None, [", ".join(quoted[:-1]), quoted[-1]])) if quoted else ""


def plural(count: int, noun: str) -> str:
    """Return ``1 run`` or ``2 runs``."""
    return f"{count} {noun}" + ("" if count == 1 else "s")


def table(rows: Sequence[Sequence[Any]], header: Sequence[str]) -> str:
    """Return rows under a header, columns aligned; None is a dash, and numbers are short."""
    lines = [list(header), *([_cell(value) for value in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
