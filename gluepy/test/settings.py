"""Settings for the length of a test."""

from __future__ import annotations

import inspect
from functools import wraps
from typing import Any

from gluepy.conf import default_settings


class override_settings:
    """Give settings other values, as a context manager or a decorator.

    Decorates functions, coroutines and ``unittest.TestCase`` classes. Whatever was made
    from a changed setting, such as ``default_storage``, is made anew inside and again after.

    Example:
        >>> with override_settings(STORAGE_BACKEND="gluepy.files.storages.memory.MemoryStorage"):
        ...     default_storage.touch("a.txt", "kept nowhere")
    """

    def __init__(self, **values: Any) -> None:
        self.values = values

    def __enter__(self) -> override_settings:
        default_settings._push(self.values)
        return self

    def __exit__(self, *_: object) -> None:
        default_settings._pop(self.values)

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
        set_up, tear_down = cls.setUp, cls.tearDown

        def enter(case: Any) -> None:
            case._overridden_settings = self._again()
            case._overridden_settings.__enter__()
            set_up(case)

        def leave(case: Any) -> None:
            try:
                tear_down(case)
            finally:
                case._overridden_settings.__exit__()

        cls.setUp, cls.tearDown = enter, leave
        return cls
