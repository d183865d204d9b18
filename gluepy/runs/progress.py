"""Progress on a terminal: what runs, what is done, how much is left.

Shown only where somebody looks: stderr is a terminal, and ``rich`` is installed. In a pipe
the lines of the log say the same.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

from gluepy.exec.wiring import Step

SHOWN = 3


class Progress:
    """A line below the log that follows a run; does nothing where nobody looks.

    Args:
        count: How many tasks will run.
        is_wanted: Whether to show anything at all.
    """

    def __init__(self, count: int, is_wanted: bool) -> None:
        self.count = count
        self.done = 0
        self.failed = 0
        self.running: dict[str, None] = {}
        self._bar: Any = _bar() if is_wanted and sys.stderr.isatty() else None
        self._line: Any = None

    def __enter__(self) -> Progress:
        if self._bar is not None:
            self._bar.start()
            self._line = self._bar.add_task("", total=self.count, state=self.text())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def started(self, name: str) -> None:
        """A task starts."""
        self.running[name] = None
        self._show()

    def ended(self, name: str, *, is_failure: bool = False) -> None:
        """A task ended, or will not run."""
        self.running.pop(name, None)
        self.failed += is_failure
        self.done += 1
        self._show()

    def expanded(self, step: Step, elements: int) -> None:
        """A mapped task has so many elements."""
        self.count += elements
        self._show()

    def text(self) -> str:
        """Return how many tasks are done, run, failed and remain, and the names of some that run.

        Done is what ended without a failure; what will not run counts as well.
        """
        names = list(self.running)
        remaining = max(0, self.count - self.done - len(names))
        counts = (
            f"{self.done - self.failed} done  {len(names)} running  "
            f"{self.failed} failed  {remaining} remaining"
        )
        more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
        return f"{counts}  {', '.join(names[:SHOWN])}{more}".rstrip()

    def _show(self) -> None:
        if self._bar is not None:
            self._bar.update(self._line, completed=self.done, total=self.count, state=self.text())


def _bar() -> Any:
    """Return rich's progress display on stderr, None without rich."""
    try:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Display
    except ImportError:
        return None
    return Display(
        BarColumn(bar_width=16),
        TimeElapsedColumn(),
        TextColumn("{task.fields[state]}", markup=False),
        console=Console(file=sys.stderr, soft_wrap=True),
        transient=True,
    )
