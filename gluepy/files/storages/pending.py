"""Files being written: they appear under their name when closed, and only if all went well."""

from __future__ import annotations

import io
from collections.abc import Callable
from types import TracebackType
from typing import Any


class PendingFile(io.BufferedWriter):
    """A binary file that nobody sees until it is closed.

    Leaving its ``with`` block by an exception, or losing the last reference to it without
    closing it, throws away what was written.

    Args:
        raw: Takes the bytes; anything with the methods of :class:`io.RawIOBase`.
        publish: Called when everything was written; makes the file visible, returns its size.
        discard: Called instead if something failed; removes every trace.
    """

    def __init__(
        self,
        raw: Any,
        publish: Callable[[], int],
        discard: Callable[[], None],
        buffer_size: int = 256 * 1024,
    ) -> None:
        super().__init__(raw, buffer_size)
        self.when_published: Callable[[int], None] = _ignore
        self._publish = publish
        self._throw_away = discard
        self._is_open = True

    def close(self) -> None:
        """Write what is left and make the file visible under its name."""
        if not self._is_open:
            return
        self._is_open = False
        try:
            self.flush()
            size = self._publish()
        except BaseException:
            self._abandon()
            raise
        super().close()
        self.when_published(size)

    def discard(self) -> None:
        """Close the file and throw away what was written."""
        if self._is_open:
            self._is_open = False
            self._abandon()

    def _abandon(self) -> None:
        try:
            self.raw.close()  # before self, which then has nothing left to flush
        finally:
            self._throw_away()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()

    def __del__(self) -> None:
        if getattr(self, "_is_open", False):
            self.discard()


class PendingText(io.TextIOWrapper):
    """A text file that nobody sees until it is closed; UTF-8, line ends as they are written."""

    def __init__(self, pending: PendingFile) -> None:
        super().__init__(pending, encoding="utf-8", newline="")
        self._pending = pending

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._pending.discard()

    def __del__(self) -> None:
        pending = getattr(self, "_pending", None)
        if pending is not None:
            pending.discard()


def _ignore(size: int) -> None:
    """Take the size of a file that nobody asked about."""
