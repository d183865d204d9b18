"""``a + b``: making DAGs of tasks and DAGs without a class statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar


class Composable:
    """What can stand in a DAG, and be added to another such thing to make one.

    Adding never changes what is added. ``sum([a, b, c])`` works as well.
    """

    # Makes a DAG of entries; `gluepy.exec.dags` puts it here, as it knows what a DAG is.
    combine: ClassVar[Callable[..., Any]]

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, Composable):
            return NotImplemented
        return Composable.combine(self, other)

    def __radd__(self, other: Any) -> Any:
        return Composable.combine(self) if other == 0 else NotImplemented
