"""``Artifact`` and ``Volatile``: what a task reads and produces, said in its annotations."""

from __future__ import annotations

from typing import Any, ClassVar

from gluepy.exceptions import TaskDefinitionError


class Marker:
    """A named value that goes into a task or comes out of one.

    As a class, on a parameter, it takes the parameter's name: ``orders: Artifact``. As an
    instance it has its own: ``-> Artifact("augmented")``.

    Args:
        name: Name of the value; a parameter's marker may leave it out.

    Raises:
        TaskDefinitionError: The name cannot be that of a file.
    """

    kind: ClassVar[str] = ""

    def __init__(self, name: str | None = None) -> None:
        if name is not None and not _is_name(name):
            raise TaskDefinitionError(
                f"{type(self).__name__}({name!r}): that is no name.",
                hint="A name is a text without slashes, and has no dot in front.",
            )
        self.name = name

    @classmethod
    def of(cls, *names: str) -> list[Marker]:
        """Return one marker per name, for several outputs: ``-> Artifact.of("a", "b")``."""
        return [cls(name) for name in names]

    def named(self, name: str) -> Marker:
        """Return this marker, with ``name`` if it has none of its own."""
        return self if self.name else type(self)(name)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self) -> int:
        return hash((type(self), self.name))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"


class Artifact(Marker):
    """Stored data: kept in the run folder, read back by whoever asks for it."""

    kind = "artifact"


class Volatile(Marker):
    """A value handed from task to task in memory, and not stored."""

    kind = "volatile"


def _is_name(name: Any) -> bool:
    return (
        isinstance(name, str)
        and bool(name.strip())
        and not name.startswith(".")
        and "/" not in name
        and "\\" not in name
    )
