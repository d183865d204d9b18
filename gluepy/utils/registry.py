"""Registries: labels to classes, and where each class stands."""

from __future__ import annotations

import sys
from collections.abc import Iterator, MutableMapping
from typing import Any, Generic, TypeVar

from gluepy.exceptions import DuplicateLabelError, UnknownLabelError
from gluepy.utils.text import did_you_mean

T = TypeVar("T")


class Registry(MutableMapping[str, T], Generic[T]):
    """A mapping from label to class that refuses to give one label twice.

    Args:
        kind: What is registered, for messages: ``Task`` or ``DAG``.
    """

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._classes: dict[str, T] = {}

    def register(self, label: str, cls: T) -> None:
        """Give ``label`` to a class.

        Raises:
            DuplicateLabelError: Another class has it; the message names both places. A class
                defined again in a notebook or at a prompt replaces its former self.
        """
        taken = self._classes.get(label)
        if taken is not None and not _is_redefined(taken, cls):
            raise DuplicateLabelError(
                f"Duplicate {self.kind} label '{label}': {place(taken)} and {place(cls)} "
                "both ask for it.",
                hint="Give one of them another label.",
            )
        self._classes[label] = cls

    def find(self, label: str) -> T:
        """Return the class registered under a label.

        Raises:
            UnknownLabelError: There is none; with close labels.
        """
        try:
            return self._classes[label]
        except KeyError:
            raise UnknownLabelError(
                f"{self.kind} with label '{label}' was not found in registry.",
                hint=did_you_mean(label, self._classes) or "Is its module in INSTALLED_MODULES?",
            ) from None

    def __getitem__(self, label: str) -> T:
        return self._classes[label]

    def __setitem__(self, label: str, cls: T) -> None:
        self._classes[label] = cls

    def __delitem__(self, label: str) -> None:
        del self._classes[label]

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)

    def __repr__(self) -> str:
        return f"<{self.kind} registry: {', '.join(sorted(self._classes)) or 'empty'}>"


def _is_redefined(old: Any, new: Any) -> bool:
    """Tell whether ``new`` takes the place of ``old``.

    It was typed in again where no file holds either, or its module is imported anew after an
    import of it that failed.
    """
    if (old.__module__, old.__qualname__) != (new.__module__, new.__qualname__):
        return False
    module = sys.modules.get(new.__module__)
    if not hasattr(module, "__file__"):
        return True
    name = new.__qualname__
    return "." not in name and getattr(module, name, None) is not old


def place(cls: Any) -> str:
    """Return ``module.Name (file)`` of a class."""
    file = getattr(sys.modules.get(cls.__module__), "__file__", None)
    name = f"{cls.__module__}.{cls.__qualname__}"
    return f"{name} ({file})" if file else name
