"""The tasks that compute, for Hamilton: it takes them from a module."""

from hamilton.htypes import Collect, Parallelizable

from benchmarks.work.burn import COUNT, burn


def number() -> Parallelizable[int]:
    """Return the numbers of the tasks."""
    yield from range(COUNT)


def value(number: int, loops: int) -> int:
    """Compute for a while."""
    return burn(loops)


def last(value: Collect[int]) -> list[int]:
    """Return all values."""
    return list(value)
