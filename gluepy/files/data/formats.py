"""Which format and which compression a path's suffix names: one table for all managers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, NamedTuple

from gluepy.exceptions import MissingDependencyError, UnsupportedFormatError
from gluepy.utils.text import close_names, did_you_mean, either

FORMATS: dict[str, tuple[str, ...]] = {
    "csv": (".csv", ".txt"),
    "tsv": (".tsv",),
    "json": (".json",),
    "jsonl": (".jsonl", ".ndjson"),
    "parquet": (".parquet", ".pq"),
    "feather": (".feather", ".arrow", ".ipc"),
    "excel": (".xlsx", ".xls"),
}
CODECS: dict[str, str] = {".gz": "gzip", ".bz2": "bz2", ".xz": "xz", ".zst": "zstd"}
COMPRESSIBLE = ("csv", "tsv", "json", "jsonl")

_NAMES = {suffix: name for name, suffixes in FORMATS.items() for suffix in suffixes}


class Format(NamedTuple):
    """What a path's suffix says about the file.

    Attributes:
        name: Key of FORMATS.
        suffix: The suffix itself, in lower case and without the one of the compression.
        codec: gzip, bz2, xz, zstd, or None if the file as a whole is not compressed.
        folder: Whether the path names a folder of Parquet files.
    """

    name: str
    suffix: str
    codec: str | None = None
    folder: bool = False


def format_of(
    path: str, supported: tuple[str, ...], manager: str, form: str | None = None
) -> Format:
    """Return the format of ``path``.

    Args:
        path: The path as it was asked for.
        supported: Names of the formats the manager can do.
        manager: Name of the manager, for the error.
        form: Name of the format if the suffix is not to be asked, but for a compression.

    Raises:
        UnsupportedFormatError: The suffix is unknown, or the manager cannot do its format.
    """
    if form is not None:
        return _named(path, form, supported, manager)
    if path.endswith("/"):
        return Format("parquet", "/", folder=True)
    stem, suffix = _split(path)
    codec = CODECS.get(suffix)
    if codec:
        stem, suffix = _split(stem)
    name = _NAMES.get(suffix, "")
    if name in supported and (codec is None or name in COMPRESSIBLE):
        return Format(name, suffix, codec)
    raise _unsupported(path, name, codec, supported, manager)


def _named(path: str, form: str, supported: tuple[str, ...], manager: str) -> Format:
    """Return a format by its name; of the suffix only the compression counts."""
    if form not in supported or (path.endswith("/") and form != "parquet"):
        what = f"'{path}' as {form}" if form in FORMATS else f"the format '{form}'"
        raise UnsupportedFormatError(
            f"{manager} cannot read or write {what}.",
            hint=did_you_mean(form, supported) if form not in supported else "Name a file.",
        )
    if path.endswith("/"):
        return Format(form, "/", folder=True)
    suffix = _split(path)[1]
    codec = CODECS.get(suffix) if form in COMPRESSIBLE else None
    return Format(form, suffix if suffix in FORMATS[form] else FORMATS[form][0], codec)


def _split(path: str) -> tuple[str, str]:
    """Return the path without its last suffix, and that suffix in lower case."""
    folder, slash, name = path.rpartition("/")
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        return path, ""
    return f"{folder}{slash}{stem}", f"{dot}{suffix}".lower()


def _unsupported(
    path: str, name: str, codec: str | None, supported: tuple[str, ...], manager: str
) -> UnsupportedFormatError:
    known = [suffix for key in supported for suffix in FORMATS[key]]
    full = path.rpartition("/")[2]
    suffix = full[full.find(".", 1) :] if "." in full[1:] else ""
    if codec and name in supported:
        return UnsupportedFormatError(
            f"{manager} cannot compress '{path}': {name} files are not compressed as a whole.",
            hint="Leave the second suffix out and pass compression=… to the writer.",
        )
    if name:
        return UnsupportedFormatError(
            f"{manager} cannot read or write the suffix '{suffix}' of '{path}'.",
            hint=f"Use PandasDataManager for {name} files, or one of {', '.join(known)}.",
        )
    last = f".{suffix.rpartition('.')[2]}" if suffix else ""
    close = close_names(last, [*known, *CODECS]) if last else []
    return UnsupportedFormatError(
        f"The suffix '{suffix}' of '{path}' names no known format.",
        hint=(f"Did you mean {either(close)}? " if close else "")
        + f"Supported: {', '.join(known)}; text also with {', '.join(CODECS)}.",
    )


@contextmanager
def compressed(file: str | BinaryIO, mode: str, codec: str | None) -> Iterator[Any]:
    """Open a file through its compression; a file without one is yielded as it is.

    The compressed bytes depend on the content alone: neither a time nor the temporary name
    of the file gets into them, so that a run can be recreated byte for byte.

    Args:
        file: A local path or a binary file object; a file object is left open.
        mode: ``rb`` or ``wb``.
        codec: A value of CODECS, or None.
    """
    if codec is None:
        yield file
        return
    from contextlib import ExitStack

    with ExitStack() as stack:
        raw: Any = stack.enter_context(open(file, mode)) if isinstance(file, str) else file
        yield stack.enter_context(_stream(raw, mode, codec))


def _stream(raw: Any, mode: str, codec: str) -> Any:
    if codec == "gzip":
        import gzip

        return gzip.GzipFile(filename="", mode=mode, fileobj=raw, mtime=0)
    if codec == "bz2":
        import bz2

        return bz2.open(raw, mode)
    if codec == "xz":
        import lzma

        return lzma.open(raw, mode)
    return _zstd(raw, mode)


def _zstd(raw: Any, mode: str) -> Any:
    try:
        import pyarrow as pa
    except ImportError:
        raise MissingDependencyError("pyarrow", "arrow", "Reading and writing .zst files") from None
    if mode == "rb":
        return pa.CompressedInputStream(pa.PythonFile(raw, "r"), "zstd")
    return pa.CompressedOutputStream(_Unclosed(raw), "zstd")


class _Unclosed:
    """A file for writing that stays open when the stream around it is closed."""

    closed = False

    def __init__(self, raw: Any) -> None:
        self._raw = raw

    def write(self, data: bytes) -> int:
        return int(self._raw.write(data))

    def flush(self) -> None:
        self._raw.flush()

    def close(self) -> None:
        """Leave the file open: whoever opened it publishes it."""
