"""The program that was started, kept out of worker processes."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# By these multiprocessing finds the program, to import it in the process it starts.
_TRACES = ("__spec__", "__file__")

_lock = threading.Lock()
_kept: dict[str, Any] = {}
_depth = 0


@contextmanager
def without_main() -> Iterator[None]:
    """Keep processes that are started inside the block from importing ``__main__``.

    What is defined there travels by value, so nobody has to write ``if __name__ ==
    "__main__"``, and a script that does not cannot start itself over and over.
    """
    global _depth
    names = vars(sys.modules["__main__"])
    with _lock:
        if not _depth:
            _kept.update({name: names[name] for name in _TRACES if name in names})
            names.pop("__file__", None)
            names["__spec__"] = None
        _depth += 1
    try:
        yield
    finally:
        with _lock:
            _depth -= 1
            if not _depth:
                names.update(_kept)
                _kept.clear()
