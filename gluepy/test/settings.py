"""Settings for the length of a test."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import Any
from unittest import TestCase

from gluepy.conf import default_settings


class override_settings:
    """Give settings other values, as a context manager or a decorator.

    Decorates functions, coroutines, methods and subclasses of ``unittest.TestCase``. Whatever
    was made from a changed setting, such as ``default_storage``, is made anew inside and again
    after.

    Example:
        >>> with override_settings(STORAGE_BACKEND="gluepy.files.storages.memory.MemoryStorage"):
        ...     default_storage.touch("a.txt", "kept nowhere")
    """

    def __init__(self, **values: Any) -> None:
        self.values = values
        self._entered: list[dict[str, Any]] = []

    def __enter__(self) -> override_settings:
        layer = dict(self.values)
        default_settings._push(layer)
        self._entered.append(layer)
        return self

    def __exit__(self, *_: object) -> None:
        default_settings._pop(self._entered.pop())

    def __call__(self, decorated: Any) -> Any:
        """Return the function, coroutine or test case with the values in force inside."""
        if isinstance(decorated, type):
            return self._on_class(decorated)
        if inspect.iscoroutinefunction(decorated):
            return self._on_coroutine(decorated)
        return self._on_function(decorated)

    def _again(self) -> override_settings:
        return override_settings(**self.values)

    def _on_function(self, function: Any) -> Any:
        @wraps(function)
        def inside(*args: Any, **kwargs: Any) -> Any:
            with self._again():
                return function(*args, **kwargs)

        return inside

    def _on_coroutine(self, function: Any) -> Any:
        @wraps(function)
        async def inside(*args: Any, **kwargs: Any) -> Any:
            with self._again():
                return await function(*args, **kwargs)

        return inside

    def _on_class(self, cls: Any) -> Any:
        if not issubclass(cls, TestCase):
            raise TypeError(
                f"override_settings cannot decorate the class '{cls.__name__}':"
                " it is no unittest.TestCase. Decorate its methods."
            )
        set_up = cls.setUp

        def enter(case: TestCase) -> None:
            override = self._again()
            override.__enter__()
            case.addCleanup(override.__exit__)
            set_up(case)

        cls.setUp = enter
        return cls
