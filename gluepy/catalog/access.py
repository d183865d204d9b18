"""Loading and saving a dataset: signals, elements of mapped tasks, errors that name it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gluepy import signals
from gluepy.catalog.base import Dataset, FileDataset, Preview
from gluepy.catalog.places import ElementsError
from gluepy.catalog.secrecy import mask_text
from gluepy.catalog.wording import artifact, sentence
from gluepy.exceptions import (
    ArtifactNotFoundError,
    CatalogError,
    DataError,
    DatasetError,
    GluepyError,
    MissingDependencyError,
)

_LONGEST = 500
# What says that a file is not what it was taken for.
_OF_CONTENT = (DataError, EOFError, ValueError)
_ITS_OWN = (MissingDependencyError, MemoryError)


def load(dataset: Dataset) -> Any:
    """Return the data of an artifact; what a mapped task wrote is a list of its elements.

    Raises:
        ArtifactNotFoundError: Nothing was saved yet.
        DatasetError: The data cannot be read; what went wrong is the cause.
    """
    signals.before_load.send_robust(name=dataset.name)
    with explaining(dataset, "loaded"):
        try:
            data = dataset.load()
        except ElementsError:
            data = [one.load() for one in _elements(dataset)]
    if signals.read.receivers:
        signals.read.send(kind="artifact", name=dataset.name, size=None, digest=None)
    return data


def save(dataset: Dataset, data: Any) -> None:
    """Replace the data of an artifact.

    Raises:
        DatasetError: The data cannot be written; what went wrong is the cause.
    """
    with explaining(dataset, "saved"):
        dataset.save(data)
        path = dataset.target().name if isinstance(dataset, FileDataset) else dataset.location()
    if signals.write.receivers:
        signals.write.send(kind="artifact", name=dataset.name, size=None, digest=None)
    signals.after_save.send_robust(name=dataset.name, path=mask_text(path))


def exists(dataset: Dataset) -> bool:
    """Tell whether there is anything to load."""
    with explaining(dataset, "looked for"):
        return dataset.exists()


def preview(dataset: Dataset, rows: int = 5) -> Preview:
    """Return what can be shown of an artifact without reading everything.

    Of what a mapped task wrote it is the first element.
    """
    with explaining(dataset, "shown"):
        try:
            return dataset.preview(rows)
        except ElementsError:
            return next(_elements(dataset)).preview(rows)


def _elements(dataset: Dataset) -> Iterator[FileDataset]:
    if isinstance(dataset, FileDataset):
        yield from map(dataset.of_element, dataset.elements())


@contextmanager
def explaining(dataset: Dataset, done: str) -> Iterator[None]:
    """Turn whatever goes wrong inside into an error that names the artifact."""
    try:
        yield
    except CatalogError as error:
        told = (f"'{dataset.name}'", str(dataset.where) or "\n")
        if type(error) is not CatalogError or any(one in error.message for one in told):
            raise
        about = artifact(dataset.name, dataset.where)
        raise CatalogError(sentence(f"{about}: {error.message}"), hint=error.hint) from error
    except _ITS_OWN:
        raise
    except FileNotFoundError as error:
        about = artifact(dataset.name, dataset.where)
        raise ArtifactNotFoundError(
            sentence(f"{about} cannot be {done}: {_told(error)}")
        ) from error
    except Exception as error:
        about = artifact(dataset.name, dataset.where)
        raise DatasetError(
            sentence(f"{about} cannot be {done}: {_told(error)}"),
            hint=mask_text(_advice(dataset, done, error)),
        ) from error


def _advice(dataset: Dataset, done: str, error: Exception) -> str:
    """Return what to do about an error; a TypeError of an engine is one about its options."""
    if isinstance(error, GluepyError) and error.hint:
        return error.hint
    options = "save_options" if done == "saved" else "load_options"
    if isinstance(error, TypeError) and getattr(dataset, options):
        return f"Check its {options}."
    if isinstance(error, UnicodeDecodeError) and hasattr(dataset, "encoding"):
        return "Say how it is encoded, as in: encoding: latin-1."
    is_content = isinstance(error, _OF_CONTENT) and done in ("loaded", "shown")
    is_file = isinstance(dataset, FileDataset)
    return "Compare the file with what its entry says." if is_content and is_file else ""


def _told(error: Exception) -> str:
    """Return what an error says, on one line and without secrets."""
    if isinstance(error, GluepyError):
        return mask_text(error.message)
    text = mask_text(" ".join(str(error).split()))
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    if isinstance(error, FileNotFoundError) and text:
        return text
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
