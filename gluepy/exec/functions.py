"""``@task``: a function as a task."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from functools import update_wrapper
from typing import TYPE_CHECKING, Any, overload

from gluepy.exceptions import TaskDefinitionError
from gluepy.exec.composition import Composable
from gluepy.exec.options import NAMES, Options
from gluepy.exec.signature import read
from gluepy.exec.specs import TaskSpec
from gluepy.exec.tasks import REGISTRY
from gluepy.utils.text import did_you_mean

if TYPE_CHECKING:
    from gluepy.exec.fanout import MappedTask

# What calling a function task does; None runs the plain function. Notebooks set it, from above.
on_call: Callable[[FunctionTask, tuple[Any, ...], dict[str, Any]], Any] | None = None


class FunctionTask(Composable):
    """A function that is a task, and still the function when it is called.

    Args:
        function: The function.
        label: Name of the task; the function's, if not given.
        options: How it is to be run.
    """

    def __init__(self, function: Callable[..., Any], label: str | None, options: Options) -> None:
        update_wrapper(self, function)
        self.function = function
        self.label = label or function.__name__
        self.spec = TaskSpec(
            label=self.label,
            title=function.__name__,
            path=f"{function.__module__}.{function.__qualname__}",
            signature=read(function),
            options=options,
            call=function,
            entry=self,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call the function, as if it were no task; in a notebook, with the catalog's help."""
        if on_call is not None:
            return on_call(self, args, kwargs)
        return self.function(*args, **kwargs)

    def map(self, **spread: Any) -> MappedTask:
        """Return a task that runs this one once per element. See :class:`MappedTask`."""
        from gluepy.exec.fanout import MappedTask

        return MappedTask(self.spec, spread)

    def __reduce__(self) -> Any:
        # By name, as a function is; what has no name there goes as a whole, with its code.
        if self.function.__module__ != "__main__" and self._is_found_by_name():
            return self.function.__qualname__
        return FunctionTask, (self.function, self.label, self.spec.options)

    def _is_found_by_name(self) -> bool:
        found: Any = sys.modules.get(self.function.__module__)
        for name in self.function.__qualname__.split("."):
            found = getattr(found, name, None)
        return found is self

    def __repr__(self) -> str:
        return f"<task {self.label}>"


@overload
def task(function: Callable[..., Any], /) -> FunctionTask: ...


@overload
def task(*, label: str | None = None, **options: Any) -> Callable[..., FunctionTask]: ...


def task(
    function: Callable[..., Any] | None = None, /, *, label: str | None = None, **options: Any
) -> Any:
    """Make a task of a function; ``@task``, ``@task()`` and ``@task(retries=2)`` all work.

    Annotations say what goes in and out::

        @task(retries=2)
        def augment(orders: Artifact, rate: float = 0.2) -> Artifact("augmented"):
            return orders.assign(vat=orders.price * rate)

    A parameter annotated ``Artifact`` or ``Volatile`` takes the value of that name; a plain
    one takes its value from the run's parameters. Called, the task is the plain function.

    Args:
        function: The function, when used without parentheses.
        label: Name of the task; the function's, if not given.
        options: See :class:`gluepy.exec.options.Options`.

    Raises:
        DuplicateLabelError: Another task has the label.
        TaskDefinitionError: Signature or options make no sense.
    """
    for name in options:
        if name not in NAMES:
            hint = did_you_mean(name, NAMES)
            raise TaskDefinitionError(f"@task has no option '{name}'.", hint=hint)

    def decorate(function: Callable[..., Any]) -> FunctionTask:
        if not inspect.isroutine(function):
            raise TaskDefinitionError(
                f"@task makes a task of a function, not of {function!r}.",
                hint='A label is written @task(label="…").',
            )
        made = FunctionTask(function, label, Options(**options))
        REGISTRY.register(made.label, made)
        return made

    return decorate if function is None else decorate(function)
