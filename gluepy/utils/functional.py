"""Laziness: one proxy idiom for everything that settings may swap."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

_EMPTY: Any = object()


def _forward(function: Callable[..., Any]) -> Any:
    def method(self: LazyProxy, *args: Any) -> Any:
        return function(self._resolve(), *args)

    return method


class LazyProxy:
    """Stand in for an object that ``factory`` makes when it is first used.

    Args:
        factory: Makes the object. Called once, and once more after every ``_reset``. Of
            threads that come at the same time each may call it; they all get the object that
            was ready first.
        cached: False calls ``factory`` on every access, for objects that are themselves
            found through a ContextVar.
    """

    __slots__ = ("__dict__", "__weakref__")

    def __init__(self, factory: Callable[[], Any], *, cached: bool = True) -> None:
        object.__setattr__(self, "_factory", factory)
        object.__setattr__(self, "_cached", cached)

    def _resolve(self) -> Any:
        own = object.__getattribute__(self, "__dict__")
        wrapped = own.get("_wrapped", _EMPTY)
        if wrapped is _EMPTY:
            wrapped = own["_factory"]()
            if own["_cached"]:
                wrapped = own.setdefault("_wrapped", wrapped)
        return wrapped

    def _reset(self) -> None:
        object.__getattribute__(self, "__dict__").pop("_wrapped", None)

    __getattr__ = _forward(getattr)
    __setattr__ = _forward(setattr)
    __delattr__ = _forward(delattr)
    __bytes__ = _forward(bytes)
    __str__ = _forward(str)
    __repr__ = _forward(repr)
    __bool__ = _forward(bool)
    __dir__ = _forward(dir)
    __hash__ = _forward(hash)
    __eq__ = _forward(operator.eq)
    __ne__ = _forward(operator.ne)
    __lt__ = _forward(operator.lt)
    __gt__ = _forward(operator.gt)
    __getitem__ = _forward(operator.getitem)
    __setitem__ = _forward(operator.setitem)
    __delitem__ = _forward(operator.delitem)
    __iter__ = _forward(iter)
    __len__ = _forward(len)
    __contains__ = _forward(operator.contains)
    __call__ = _forward(lambda wrapped, *args: wrapped(*args))
    __class__ = property(_forward(operator.attrgetter("__class__")))


class SingletonMixin:
    """One instance per class, made on first use."""

    _instance: Any = None

    def __new__(cls, *args: Any, **kwargs: Any) -> Any:
        """Return the instance of this class, made if there is none."""
        if cls.__dict__.get("_instance") is None:
            cls._instance = super().__new__(cls)
        return cls._instance
