"""What travels between processes: calls, results, errors, as bytes.

Plain pickle does it if it can. What pickle knows by name only and another process would not
find, closures and everything defined in ``__main__``, goes by value, with cloudpickle.
"""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable
from typing import Any

from gluepy.exceptions import MissingDependencyError, RemoteError, TransferError

_MAIN = b"__main__"


class RemoteTraceback(Exception):
    """The traceback of an error in the process that raised it; the cause of the error here."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text

    def __str__(self) -> str:
        return f'\n"""\n{self.text}"""'


class Portable:
    """Stands around an error in something that is sent; it arrives as the error alone.

    The error arrives with its remote traceback as its cause, and as a
    :class:`~gluepy.exceptions.RemoteError` if it cannot be pickled.
    """

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def __reduce__(self) -> tuple[Callable[..., BaseException], tuple[bytes, str]]:
        text = "".join(traceback.format_exception(self.error))
        return unpack_error, (_error_bytes(self.error), text)


def pack_call(key: str, function: Callable[..., Any], args: tuple[Any, ...]) -> bytes:
    """Return a call as bytes that another process can read.

    Raises:
        TransferError: Not even cloudpickle can do it.
        MissingDependencyError: Only cloudpickle could, and it is not installed.
    """
    call = (key, function, args)
    reason: Exception | None = None
    try:
        packed = _dumps(call)
        if _MAIN not in packed:
            return packed
    except Exception as error:
        reason = error
    else:
        if not _has_cloudpickle() and getattr(function, "__module__", "") != "__main__":
            return packed
    name = getattr(function, "__qualname__", repr(function))
    return _pack_by_value(call, f"the call '{key}' of {name}", reason)


def pack_value(value: Any, whence: str) -> bytes:
    """Return a value as bytes.

    Args:
        value: What to pack.
        whence: What is said about it if it cannot be packed: "that 'key' returned".

    Raises:
        TransferError: It cannot be pickled.
    """
    try:
        return _dumps(value)
    except Exception as error:
        return _pack_by_value(value, f"the {_name_of(type(value))} {whence}", error)


def _pack_by_value(value: Any, what: str, reason: Exception | None) -> bytes:
    try:
        import cloudpickle
    except ImportError:
        raise MissingDependencyError(
            "cloudpickle", "processes", f"Sending {what} to another process"
        ) from reason
    try:
        packed: bytes = cloudpickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        raise TransferError(
            f"Cannot send {what} to another process: {type(error).__name__}: {error}.",
            hint="Use what pickle can do, store it, or run it on threads.",
        ) from error
    return packed


def _has_cloudpickle() -> bool:
    from importlib.util import find_spec

    return find_spec("cloudpickle") is not None


def _dumps(value: Any) -> bytes:
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def unpack(data: bytes) -> Any:
    """Return what was packed."""
    return pickle.loads(data)


def pack_error(error: BaseException) -> bytes:
    """Return an error as bytes, with its traceback; this always succeeds."""
    return _dumps(Portable(error))


def _error_bytes(error: BaseException) -> bytes:
    """Pickle an error so that it surely can be read, or a stand-in for it."""
    try:
        packed = _dumps(error)
    except Exception:
        packed = b""
    if not packed:
        try:
            packed = _pack_by_value(error, "an error", None)
        except Exception:
            return _stand_in(error)
    try:
        # Many an exception can be pickled but not read: its __init__ wants other arguments.
        arrived = pickle.loads(packed)
    except Exception:
        return _stand_in(error)
    return packed if type(arrived) is type(error) else _stand_in(error)


def _stand_in(error: BaseException) -> bytes:
    try:
        text = str(error)
    except Exception as failure:
        text = f"(its text cannot be made: {failure!r})"
    return _dumps(RemoteError(_name_of(type(error)), text))


def _name_of(kind: type) -> str:
    name = kind.__qualname__
    return name if kind.__module__ == "builtins" else f"{kind.__module__}.{name}"


def unpack_error(packed: bytes, text: str) -> BaseException:
    """Return the error with its remote traceback as its cause."""
    try:
        error: BaseException = pickle.loads(packed)
    except Exception as failure:
        last = text.strip().rpartition("\n")[2]
        error = RemoteError(last or "Error", f"(it cannot be read here: {failure!r})")
    error.__cause__ = RemoteTraceback(text)
    return error
