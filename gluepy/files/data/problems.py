"""What goes wrong between a path and an engine, said in one line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from gluepy.exceptions import DataError, GluepyError, MissingDependencyError
from gluepy.files.data.places import Place
from gluepy.utils.text import close_names, either

# What engines raise on content or values they cannot work with, besides errors of their own.
_COMPLAINTS: tuple[type[Exception], ...] = (
    ValueError,
    LookupError,
    ArithmeticError,
    EOFError,
    OSError,
)


@contextmanager
def explaining(
    manager: Any, verb: str, place: Place, errors: tuple[type[Exception], ...]
) -> Iterator[None]:
    """Turn what an engine raises on a place into an error that names it.

    Errors of the operating system (a full disk, no permission) come out as they are.
    """
    try:
        yield
    except GluepyError:
        raise
    except FileNotFoundError as error:
        raise not_found(place) from error
    except ImportError as error:
        raise missing(manager, place.form.name, error) from error
    except (*_COMPLAINTS, *errors) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        if verb != "write" and not place.storage.exists(place.path):
            raise not_found(place) from error
        raise DataError(f"Cannot {verb} '{place.asked}': {first_line(error)}") from error


def not_found(place: Place) -> FileNotFoundError:
    """Return the error for a place where nothing is, with close names."""
    folder, _, name = place.path.rpartition("/")
    try:
        files, folders = place.storage.ls(folder)
    except (OSError, GluepyError):
        files, folders = [], []
    close = close_names(name, [found.rpartition("/")[2] for found in (*files, *folders)])
    resolved = "" if place.asked.strip("/") == place.path else f" (looked for '{place.path}')"
    hint = f" Did you mean {either(close)}?" if close else ""
    return FileNotFoundError(f"There is no '{place.asked}'{resolved} in {place.storage!r}.{hint}")


def missing(manager: Any, form: str, error: ImportError) -> MissingDependencyError:
    """Return the error for a package the engine wants for a format."""
    text = str(error)
    named = (error.name or "").partition(".")[0]
    package = named or (text.split("`")[1].split()[-1] if text.count("`") > 1 else text)
    extra = "excel" if form == "excel" else manager.extra
    return MissingDependencyError(package, extra, f"{type(manager).__name__} ({form})")


def refused(manager: Any, df: Any, where: str) -> DataError:
    """Return the error for something that is no dataframe of the manager's engine."""
    package = type(df).__module__.partition(".")[0]
    kind = type(df).__name__ if package == "builtins" else f"{package}.{type(df).__name__}"
    return DataError(
        f"{type(manager).__name__} writes {manager.frame}, and for '{where}' it got a {kind}.",
        hint="Convert it, or let DATA_BACKEND name the manager of its engine.",
    )


def check_columns(wanted: Sequence[str], names: Sequence[str]) -> None:
    """Raise a DataError, with close names, if a column is not among ``names``."""
    for name in wanted:
        if name not in names:
            close = close_names(name, map(str, names))
            raise DataError(
                f"There is no column '{name}'.",
                hint=f"Did you mean {either(close)}?"
                if close
                else f"There are: {', '.join(map(str, names))}.",
            )


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, with secrets masked."""
    from gluepy.conf.secrets import mask

    lines = str(error).strip().splitlines()
    return mask(lines[0].strip()) if lines else type(error).__name__
