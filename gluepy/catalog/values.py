"""Values of fields: from what YAML says to what an annotation asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, is_typeddict

from gluepy.utils.text import close_names, either

_TRUE = ("true", "yes", "on", "y", "t", "1")
_FALSE = ("false", "no", "off", "n", "f", "0")


class Mismatch(Exception):
    """A value is not what an annotation asks for.

    Args:
        value: The value.
        wanted: What is asked for, in words.
        hint: A further sentence.

    Attributes:
        at: Where in the field it stands: ``[0].name``.
    """

    def __init__(self, value: Any, wanted: str, hint: str = "") -> None:
        super().__init__(wanted)
        self.value = value
        self.wanted = wanted
        self.hint = f" {hint}" if hint else ""
        self.at = ""


def converted(value: Any, hint: Any) -> Any:
    """Return ``value`` as ``hint`` asks for it.

    Raises:
        Mismatch: It is not that, and cannot become it without loss.
    """
    if hint is Any or hint is object:
        return value
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return _one_of(value, get_args(hint))
    if origin is Literal:
        return _literal(value, get_args(hint))
    convert = _CONVERTERS.get(origin or hint)
    if convert is not None:
        return convert(value, get_args(hint))
    return _other(value, origin or hint)


def described(hint: Any) -> str:
    """Return what an annotation asks for, in words."""
    args = get_args(hint)
    origin = get_origin(hint)
    if origin in (Union, UnionType):
        return " or ".join(map(described, args))
    if origin is Literal:
        return either(map(str, args))
    word = str(_WORDS.get(origin or hint) or getattr(hint, "__name__", hint))
    inner = [arg for arg in args if arg is not Ellipsis and arg is not Any]
    if inner and origin in (list, tuple, set, frozenset, Sequence):
        return f"{word} of {' and '.join(dict.fromkeys(_PLURALS.get(i, str(i)) for i in inner))}"
    return word


def _str(value: Any, args: Any) -> str:
    if isinstance(value, str):
        return value
    hint = "Put it in quotes." if value is not None and not isinstance(value, list | dict) else ""
    raise Mismatch(value, "a text", hint)


def _int(value: Any, args: Any) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            pass
    raise Mismatch(value, "a whole number")


def _float(value: Any, args: Any) -> float:
    if isinstance(value, int | float | str) and not isinstance(value, bool):
        try:
            return float(value)
        except (ValueError, OverflowError):
            pass
    raise Mismatch(value, "a number")


def _bool(value: Any, args: Any) -> bool:
    text = str(value).lower() if isinstance(value, bool | int | str) else ""
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise Mismatch(value, "true or false")


def _none(value: Any, args: Any) -> None:
    if value is not None:
        raise Mismatch(value, "null")


def _list(value: Any, args: Any) -> list[Any]:
    return _items(value, args[0] if args else Any, "a list")


def _tuple(value: Any, args: Any) -> tuple[Any, ...]:
    if not args or args[-1] is Ellipsis:
        return tuple(_items(value, args[0] if args else Any, "a list"))
    given = _items(value, Any, "a list")
    if len(given) != len(args):
        raise Mismatch(value, f"a list of {len(args)} values")
    return tuple(_at(index, *pair) for index, pair in enumerate(zip(given, args, strict=True)))


def _set(value: Any, args: Any) -> set[Any]:
    return set(_items(value, args[0] if args else Any, "a list"))


def _dict(value: Any, args: Any) -> dict[Any, Any]:
    if not isinstance(value, Mapping):
        raise Mismatch(value, "a mapping")
    of_key, of_value = args or (Any, Any)
    return {_at(key, key, of_key): _at(key, item, of_value) for key, item in value.items()}


def _items(value: Any, hint: Any, wanted: str) -> list[Any]:
    if not isinstance(value, list | tuple | set | frozenset):
        raise Mismatch(value, wanted, "Write it like [a, b]." if isinstance(value, str) else "")
    return [_at(index, item, hint) for index, item in enumerate(value)]


def _at(key: Any, value: Any, hint: Any) -> Any:
    """Return what stands at an index or key; an error says so."""
    try:
        return converted(value, hint)
    except Mismatch as error:
        error.at = f"[{key}]{error.at}" if isinstance(key, int) else f".{key}{error.at}"
        raise


def _one_of(value: Any, hints: Sequence[Any]) -> Any:
    """Return ``value`` as the first of several annotations that it fits as it is, or at all."""
    for hint in hints:
        if isinstance(get_origin(hint) or hint, type) and type(value) is (get_origin(hint) or hint):
            return converted(value, hint)
    deepest: Mismatch | None = None
    for hint in hints:
        try:
            return converted(value, hint)
        except Mismatch as error:
            deepest = error if error.at or (error.hint and isinstance(value, Mapping)) else deepest
    raise deepest or Mismatch(value, " or ".join(map(described, hints)))


def _literal(value: Any, options: Sequence[Any]) -> Any:
    for option in options:
        if type(option) is type(value) and option == value:
            return value
    close = close_names(value, map(str, options)) if isinstance(value, str) else []
    raise Mismatch(
        value, either(map(str, options)), f"Did you mean {either(close)}?" if close else ""
    )


def _other(value: Any, hint: Any) -> Any:
    """Return ``value`` as an object of a class."""
    if is_typeddict(hint):
        return _dict(value, (str, Any))
    if isinstance(hint, type) and isinstance(value, hint):
        return value
    if hasattr(hint, "model_validate"):
        return _model(value, hint)
    if isinstance(value, Mapping) and hasattr(hint, "__dataclass_fields__"):
        return _dataclass(value, hint)
    if not isinstance(hint, type):
        return value
    raise Mismatch(value, described(hint))


def _model(value: Any, model: Any) -> Any:
    try:
        return model.model_validate(value)
    except ValueError as error:
        text = "; ".join(str(error).splitlines()[1:]) or str(error)
        raise Mismatch(value, f"a {model.__name__}", " ".join(text.split())) from error


def _dataclass(value: Mapping[Any, Any], kind: Any) -> Any:
    from dataclasses import MISSING, fields
    from typing import get_type_hints

    hints = get_type_hints(kind)
    known = {field.name: field for field in fields(kind) if field.init}
    for key in value:
        if key not in known:
            raise Mismatch(value, f"{kind.__name__} with {', '.join(known)}", f"Not '{key}'.")
    for name, field in known.items():
        if name not in value and field.default is MISSING and field.default_factory is MISSING:
            raise Mismatch(value, f"{kind.__name__} with {', '.join(known)}", f"Add '{name}'.")
    return kind(**{key: _at(key, item, hints[key]) for key, item in value.items()})


_CONVERTERS: dict[Any, Callable[[Any, Any], Any]] = {
    str: _str,
    int: _int,
    float: _float,
    bool: _bool,
    NoneType: _none,
    None: _none,
    list: _list,
    Sequence: _list,
    tuple: _tuple,
    set: _set,
    frozenset: lambda value, args: frozenset(_set(value, args)),
    dict: _dict,
    Mapping: _dict,
}
_WORDS: dict[Any, str] = {
    str: "a text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    NoneType: "null",
    None: "null",
    list: "a list",
    Sequence: "a list",
    tuple: "a list",
    set: "a list",
    frozenset: "a list",
    dict: "a mapping",
    Mapping: "a mapping",
}
_PLURALS: dict[Any, str] = {str: "texts", int: "whole numbers", float: "numbers"}
