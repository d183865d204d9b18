"""Other parameters for the length of a test."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from functools import wraps
from types import TracebackType
from typing import Any, TypeVar, cast
from unittest import TestCase

from gluepy.context.current import current, current_context, overriding
from gluepy.context.document import Context, Provenance, provenance_of, thaw
from gluepy.context.draft import Draft

Target = TypeVar("Target", bound=Callable[..., Any])


class override_context:
    """Lay values over the context, as a decorator or in a ``with`` block.

    Sections are merged, everything else takes the place of what was there, whatever its type.
    Runs that start meanwhile see the values as well. Decorates functions, coroutines, methods
    and subclasses of ``unittest.TestCase``.

    Args:
        values: A nested mapping; keyword arguments name top-level keys.

    Example:
        >>> with override_context(forecaster={"horizon": 7}):
        ...     default_context.forecaster.horizon
        7
    """

    def __init__(self, values: Mapping[str, Any] | None = None, /, **more: Any) -> None:
        self._values: dict[str, Any] = {**thaw(values or {}), **thaw(more)}
        self._entered: list[ExitStack] = []

    def __enter__(self) -> Context:
        """Lay the values over and return the context as it is now."""
        context = _over(current(), self._values)
        stack = ExitStack()
        stack.enter_context(overriding(dict(self._values)))
        stack.callback(current_context.reset, current_context.set(context))
        self._entered.append(stack)
        return context

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Take the values away."""
        self._entered.pop().close()

    def __call__(self, target: Target) -> Target:
        """Decorate a function or a test case class."""
        return cast(Target, self._decorated(target))

    def _decorated(self, target: Any) -> Any:
        if isinstance(target, type):
            return self._class(target)
        if inspect.iscoroutinefunction(target):
            return self._coroutine(target)

        @wraps(target)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            with override_context(self._values):
                return target(*args, **kwargs)

        return wrapper

    def _coroutine(self, target: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(target)
        async def wrapper(*args: Any, **kwargs: Any) -> Any:
            with override_context(self._values):
                return await target(*args, **kwargs)

        return wrapper

    def _class(self, cls: Any) -> Any:
        if not issubclass(cls, TestCase):
            raise TypeError(
                f"override_context cannot decorate the class '{cls.__name__}':"
                " it is no unittest.TestCase. Decorate its methods."
            )
        values, set_up = self._values, cls.setUpClass.__func__

        def set_up_class(inner: type[TestCase]) -> None:
            override = override_context(values)
            override.__enter__()
            inner.addClassCleanup(override.__exit__, None, None, None)
            set_up(inner)

        cls.setUpClass = classmethod(set_up_class)
        return cls


def _over(context: Context, values: dict[str, Any]) -> Context:
    """Return ``context`` with ``values`` in it, and what is known of the rest."""
    notes = provenance_of(context)
    draft = Draft(thaw(context), notes.origins)
    draft.put(values, "override_context")
    return Context(draft.values, Provenance(draft.origins(), notes.secrets))
