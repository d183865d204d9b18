"""Checks of the parameter sets, against the tasks there are.

parameters.E001  the parameter sets cannot be read, or one makes no sense
parameters.E002  a parameter set has values for a task that does not exist
"""

from __future__ import annotations

from collections.abc import Iterator

from gluepy.catalog.parameters import ParameterSets, load
from gluepy.checks import Error, Message, register
from gluepy.exceptions import GluepyError
from gluepy.exec.tasks import REGISTRY


@register(deep=True)
def parameter_sets() -> Iterator[Message]:
    """Yield what is wrong with each parameter set; ``dag -c`` says so before anything runs."""
    try:
        sets = load()
    except GluepyError as error:
        yield Error(error.message, hint=error.hint, id="parameters.E001")
        return
    paths = {f"{task.__module__}.{task.__qualname__}": label for label, task in REGISTRY.items()}
    for name in sets:
        yield from _faults(sets, name, paths)


def _faults(sets: ParameterSets, name: str, paths: dict[str, str]) -> Iterator[Message]:
    number = "parameters.E001"
    try:
        found = sets.resolve(name)
        number = "parameters.E002"
        found.split(REGISTRY, paths)
    except GluepyError as error:
        yield Error(error.message, hint=error.hint, id=number)
