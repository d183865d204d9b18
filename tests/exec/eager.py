# Functions whose annotations are evaluated when they are defined: no `from __future__` here.

from typing import Annotated

from gluepy.exec import Artifact, Volatile


def mixed() -> [Artifact("a"), (Volatile("b"), Artifact("c"))]: ...
def of() -> Artifact.of("a", "b"): ...
def pair() -> (Volatile("a"), Artifact("b")): ...
def annotated() -> Annotated[int, Artifact("a")]: ...
def nothing() -> None: ...
def takes(a: Artifact, b: Volatile("x")): ...


def postponed():
    """Return a function of a module where the markers are known to type checkers only."""
    names: dict = {}
    code = "from __future__ import annotations\ndef f(a: Artifact): ..."
    exec(code, names)
    return names["f"]
