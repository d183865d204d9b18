"""Conveniences over the default storage."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gluepy.exceptions import MissingDependencyError
from gluepy.files.storages import default_storage


@contextmanager
def plot(path: str, root: bool = False) -> Iterator[Any]:
    """Yield ``matplotlib.pyplot`` with a new figure, and save the figure when the block ends.

    Args:
        path: Where to, in the run folder; the suffix decides on the format, png if there is none.
        root: The path is relative to the storage root, not to the run folder.
    """
    try:
        import matplotlib.pyplot as plt
    except ImportError:
        raise MissingDependencyError("matplotlib", "plot", "plot()") from None
    target = default_storage.relpath(path) if root else default_storage.runpath(path)
    open_before = set(plt.get_fignums())
    plt.figure()
    try:
        yield plt
        with default_storage.stream(target, "wb") as handle:
            plt.gcf().savefig(handle, format=_format_of(target))
    finally:
        for number in set(plt.get_fignums()) - open_before:
            plt.close(number)


def _format_of(path: str) -> str:
    name = path.rpartition("/")[2]
    return name.rpartition(".")[2].lower() if "." in name else "png"
