"""The frozen document that holds the parameters of a run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from types import MethodType
from typing import Any, NoReturn

from gluepy.exceptions import FrozenContextError, UnknownParameterError
from gluepy.signals import read
from gluepy.utils.text import did_you_mean

# How the private names of Context are spelt outside it. They cannot hide a key of a project.
_VALUES, _PATH, _TRACED, _PROVENANCE, _ANNOUNCE = (
    f"_Context__{name}" for name in ("values", "path", "traced", "provenance", "announce")
)


class Provenance:
    """What is known of the values of a context: shared by all its sections.

    Args:
        origins: Dotted path of a leaf -> the file or flag that set it.
        secrets: Dotted paths of the leaves that are never written or shown.
    """

    __slots__ = ("origins", "secrets")

    def __init__(
        self, origins: Mapping[str, str] | None = None, secrets: Set[str] = frozenset()
    ) -> None:
        self.origins = dict(origins or {})
        self.secrets = frozenset(secrets)

    def __reduce__(self) -> tuple[type[Provenance], tuple[dict[str, str], frozenset[str]]]:
        return Provenance, (self.origins, self.secrets)


class Context:
    """An immutable nested mapping with attribute and item access.

    A key always wins over a method: ``context.items`` is the key ``items`` if there is one,
    else the usual method. Besides the methods of a mapping there is ``to_dict()``, which
    returns a copy in plain dicts and lists. Reading a leaf, or a section as a whole, sends
    ``signals.read`` with ``kind="context"`` and the dotted path; the path of the whole
    document is empty.

    Args:
        values: The parameters. Mappings in it become sections, lists become frozen lists.
        provenance: Where the values came from, and which are secret.
        path: Dotted path of this section in the whole document.
        is_traced: Whether reads are announced.
    """

    __slots__ = ("__path", "__provenance", "__traced", "__values")

    def __init__(
        self,
        values: Mapping[str, Any] | None = None,
        provenance: Provenance | None = None,
        path: str = "",
        is_traced: bool = True,
    ) -> None:
        notes = provenance or Provenance()
        put = object.__setattr__
        put(self, _PATH, path)
        put(self, _PROVENANCE, notes)
        put(self, _TRACED, is_traced)
        prefix = f"{path}." if path else ""
        frozen = {
            _key(key, path): _freeze(value, notes, f"{prefix}{key}", is_traced)
            for key, value in _pairs(values or {})
        }
        put(self, _VALUES, frozen)

    def __getattr__(self, name: str) -> Any:
        try:
            value = self.__values[name]
        except KeyError:
            return self.__absent(name)
        if read.receivers and type(value) is not Context:
            self.__announce(name)
        return value

    def __getitem__(self, name: str) -> Any:
        try:
            value = self.__values[name]
        except KeyError:
            self.__announce(name)
            raise self.__unknown(name) from None
        if read.receivers and type(value) is not Context:
            self.__announce(name)
        return value

    def __absent(self, name: str) -> Any:
        method = _METHODS.get(name)
        if method is not None:
            return MethodType(method, self)
        if name.startswith("_"):
            raise AttributeError(name)
        self.__announce(name)
        raise self.__unknown(name)

    def __unknown(self, name: Any) -> UnknownParameterError:
        dotted = f"{self.__path}.{name}" if self.__path else name
        hint = did_you_mean(str(name), self.__values)
        return UnknownParameterError(f"The context has no '{dotted}'.", hint=hint)

    def __announce(self, name: Any = None) -> None:
        if not read.receivers or not self.__traced:
            return
        path = self.__path if name is None else f"{self.__path}.{name}".lstrip(".")
        read.send(kind="context", name=path, size=None, digest=None)

    def __setattr__(self, name: str, value: Any) -> NoReturn:
        raise self.__frozen(name)

    def __delattr__(self, name: str) -> NoReturn:
        raise self.__frozen(name)

    def __setitem__(self, name: str, value: Any) -> NoReturn:
        raise self.__frozen(name)

    def __delitem__(self, name: str) -> NoReturn:
        raise self.__frozen(name)

    def __frozen(self, name: str) -> FrozenContextError:
        dotted = f"{self.__path}.{name}" if self.__path else name
        return _frozen(f"The context is frozen: '{dotted}' cannot be changed.")

    def __iter__(self) -> Iterator[str]:
        self.__announce()
        return iter(self.__values)

    def __len__(self) -> int:
        self.__announce()
        return len(self.__values)

    def __contains__(self, name: object) -> bool:
        self.__announce(name)
        return name in self.__values

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Mapping):
            return NotImplemented
        self.__announce()
        mine: dict[str, Any] = self.__values
        return mine == dict(_pairs(other))

    def __hash__(self) -> int:
        self.__announce()
        return _hash(self)

    def __dir__(self) -> list[str]:
        return list(self.__values)

    def __repr__(self) -> str:
        return f"Context({self})"

    def __str__(self) -> str:
        from gluepy.context.masking import masked

        self.__announce()
        return str(masked(thaw(self), self.__provenance.secrets, self.__path))

    def __copy__(self) -> Context:
        return self

    def __deepcopy__(self, memo: object) -> Context:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return Context, (thaw(self), self.__provenance, self.__path, self.__traced)


class FrozenList(list[Any]):
    """A list that pandas and numpy take for one, and that cannot be changed.

    ``list(values)``, ``values.copy()``, a slice and a sum are plain lists.
    """

    __slots__ = ()

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise _frozen("A list of the context is frozen; change a copy: list(values).")

    append = extend = insert = remove = pop = clear = sort = reverse = _refuse
    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse

    def __reduce__(self) -> tuple[type[FrozenList], tuple[list[Any]]]:
        return FrozenList, (list(self),)


def _frozen(message: str) -> FrozenContextError:
    hint = "Set it in configs/, by --patch or by --param; in tests use override_context."
    return FrozenContextError(message, hint=hint)


def provenance_of(context: Any) -> Provenance:
    """Return what is known of the values of a context."""
    notes: Provenance = getattr(context, _PROVENANCE)
    return notes


def path_of(context: Any) -> str:
    """Return the dotted path of a section; that of a whole context is empty."""
    path: str = getattr(context, _PATH)
    return path


def lookup(context: Any, *keys: str) -> Any:
    """Return the value at ``keys``, None if there is none, without announcing the read."""
    for key in keys:
        if not isinstance(context, Context):
            return None
        context = _values(context).get(key)
    return context


def thaw(value: Any) -> Any:
    """Return a copy of ``value`` in plain dicts, lists and sets, at any depth."""
    if isinstance(value, Mapping):
        return {key: thaw(item) for key, item in _pairs(value)}
    if isinstance(value, list | tuple):
        return [thaw(item) for item in value]
    return set(value) if isinstance(value, frozenset) else value


def _freeze(value: Any, notes: Provenance, path: str, is_traced: bool) -> Any:
    if isinstance(value, Mapping):
        return Context(value, notes, path, is_traced)
    if isinstance(value, list | tuple):
        # The list is the leaf that is read; what is in it is announced no second time.
        return FrozenList(
            _freeze(item, notes, f"{path}.{index}", False) for index, item in enumerate(value)
        )
    return frozenset(value) if isinstance(value, set) else value


def _key(key: Any, path: str) -> str:
    if isinstance(key, str):
        return key
    where = f"under '{path}'" if path else "at the top"
    raise UnknownParameterError(
        f"The key {key!r} {where} is no text.", hint=f"Write it in quotes: '{key}'."
    )


def _values(context: Any) -> dict[str, Any]:
    values: dict[str, Any] = getattr(context, _VALUES)
    return values


def _pairs(values: Any) -> Any:
    return _values(values).items() if isinstance(values, Context) else values.items()


def _hash(value: Any) -> int:
    if isinstance(value, Context):
        return hash(frozenset((key, _hash(item)) for key, item in _pairs(value)))
    if isinstance(value, list):
        return hash(tuple(_hash(item) for item in value))
    return hash(value)


def _to_dict(self: Context) -> dict[str, Any]:
    """Return a copy in plain dicts and lists."""
    _announce(self)
    copy: dict[str, Any] = thaw(self)
    return copy


def _get(self: Context, name: str, default: Any = None) -> Any:
    """Return the value of a key, or ``default``."""
    if name not in _values(self):
        getattr(self, _ANNOUNCE)(name)
        return default
    return self[name]


def _keys(self: Context) -> Any:
    """Return the keys."""
    _announce(self)
    return _values(self).keys()


def _all_values(self: Context) -> Any:
    """Return the values."""
    _announce(self)
    return _values(self).values()


def _items(self: Context) -> Any:
    """Return the keys with their values."""
    _announce(self)
    return _values(self).items()


def _announce(context: Any) -> None:
    getattr(context, _ANNOUNCE)()


# Methods live outside the class, so that a key of the same name is found first.
_METHODS: dict[str, Callable[..., Any]] = {
    "to_dict": _to_dict,
    "get": _get,
    "keys": _keys,
    "values": _all_values,
    "items": _items,
}
Mapping.register(Context)
