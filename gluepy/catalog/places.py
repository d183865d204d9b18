"""Where artifacts lie: in the run folder, at the root of a storage, at a URL.

For each artifact that lies at a path there is one place it is written to, and some that it
is looked for in, in order.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import Any, BinaryIO, ClassVar, NamedTuple, Protocol

from gluepy.catalog import elements
from gluepy.catalog.urls import is_url, place_of, placed, storage_of
from gluepy.catalog.versions import run_id_of, version_path, versions
from gluepy.catalog.wording import artifact, sentence
from gluepy.context.current import active, current
from gluepy.context.ids import created_from_id, folder_of, new_run_id
from gluepy.exceptions import ArtifactNotFoundError, CatalogError
from gluepy.files.folder import run_folder
from gluepy.files.run_folders import folder_in, run_folders
from gluepy.files.storages import BaseStorage, default_storage
from gluepy.files.storages.content import Content
from gluepy.files.storages.paths import join

__all__ = [
    "ElementsError",
    "Location",
    "elements_of",
    "find",
    "place_of",
    "source_of",
    "storage_of",
    "target_of",
    "trim",
]

LATEST = "latest"


class Stored(Protocol):
    """What must be known of a dataset to find it; see `FileDataset`."""

    supports_elements: ClassVar[bool]
    name: str
    where: object
    run: str | None
    element: int | None
    path: str
    root: bool
    storage: str | None
    versioned: bool


class Location(NamedTuple):
    """A path of a storage.

    Attributes:
        storage: The storage.
        path: The path from its root; a slash at the end says that it is a folder.
    """

    storage: BaseStorage
    path: str

    def reading(self) -> AbstractContextManager[str | BinaryIO]:
        """Give an engine what it can read from: a local path, else a seekable binary file."""
        return self.storage.reading(self.path)

    def writing(self) -> AbstractContextManager[str | BinaryIO]:
        """Give an engine what it can write to: a local path, else a binary file."""
        return self.storage.writing(self.path)

    def writing_folder(self) -> AbstractContextManager[str]:
        """Yield a local folder to fill; it replaces what is there when the block ends."""
        return self.storage.writing_folder(self.path)

    def open(self, mode: str = "rb") -> Any:
        """Return the content of the file: str for mode "r", otherwise bytes."""
        return self.storage.open(self.path, mode)

    def touch(self, content: Content) -> None:
        """Write the file, whole or not at all."""
        self.storage.touch(self.path, content)

    def exists(self) -> bool:
        """Tell whether there is a file or folder."""
        return self.storage.exists(self.path)

    def below(self, name: str) -> Location:
        """Return the location of what lies in this folder."""
        return Location(self.storage, join(self.path.rstrip("/"), name))

    @property
    def name(self) -> str:
        """What signals call it: ``path``, ``alias:path``, or a URL; see `place_of`."""
        return self.storage._signal_name(self.path)

    @property
    def local_path(self) -> str | None:
        """The real path on this machine's disk, None if it does not lie there."""
        return self.storage.local_path(self.path)

    def __str__(self) -> str:
        """Return where it lies, in full."""
        return self.storage.abspath(self.path)


class ElementsError(Exception):
    """What lies there are the elements of a mapped task, each an artifact of its own."""


def target_of(dataset: Stored) -> Location:
    """Return where a dataset is written to.

    In a run that is its folder, unless the entry says ``root`` or ``versioned`` or gives a
    URL; outside a run it is the root of the storage.
    """
    storage, path, is_rooted = _base(dataset)
    if dataset.versioned:
        return _element(dataset, Location(storage, version_path(path, _writing_run())))
    folder = None if is_rooted else current_folder()
    return _element(dataset, Location(storage, join(folder or "", path)))


def home_of(dataset: Stored) -> Location:
    """Return where a dataset is read from if no run has written it."""
    storage, path, _ = _base(dataset)
    return _element(dataset, Location(storage, path))


def source_of(dataset: Stored) -> Location:
    """Return where a dataset is read from.

    Raises:
        ArtifactNotFoundError: It is nowhere it was looked for.
        ElementsError: Only the elements that a mapped task wrote are there.
    """
    found = _search(dataset)
    if found is None:
        raise _missing(dataset)
    location, is_folder_of_elements = found
    if is_folder_of_elements:
        raise ElementsError(str(location))
    return location


def find(dataset: Stored) -> Location | None:
    """Return where a dataset is, or the folder of its elements; None if it is nowhere."""
    found = _search(dataset)
    return found and found[0]


def elements_of(dataset: Stored) -> Iterator[int]:
    """Return the numbers of the elements a mapped task left, in order; none if it is whole."""
    found = _search(dataset)
    if found is None or not found[1]:
        return iter(())
    return iter(elements.numbers(*found[0]) or ())


def trim(dataset: Stored, count: int) -> None:
    """Leave of what a mapped task wrote the first elements alone, and no whole beside them.

    Args:
        dataset: The whole, where the task writes it.
        count: How many elements there are now; a list of none is kept as an empty folder.
    """
    whole = target_of(dataset)
    folder = elements.folder_of(whole.path)
    if folder != whole.path.rstrip("/") and whole.exists():
        whole.storage.rm(whole.path, recursive=True)
    for number in elements.numbers(whole.storage, folder) or ():
        if number >= count:
            whole.storage.rm(elements.path_of(whole.path, number), recursive=True)
    if count == 0 and not whole.storage.exists(folder):
        whole.storage.mkdir(folder, make_parents=True)


def current_folder() -> str | None:
    """Return the folder of the run that is going on, None outside a run.

    Raises:
        ContextError: Several are active and this thread belongs to none of them.
    """
    folder = run_folder.get()
    if folder or not active():
        return folder
    return str(current().gluepy.run_folder)


# --- Looking -------------------------------------------------------------------------------


def _search(dataset: Stored) -> tuple[Location, bool] | None:
    """Return the first place that has a dataset, and whether it holds only its elements."""
    for place in _candidates(dataset):
        location = _element(dataset, place)
        folder = _folder_of_elements(dataset, place)
        # A folder of elements may have the very name of the whole.
        is_same = folder is not None and folder.path == place.path.rstrip("/")
        if not is_same and location.exists():
            return location, False
        if folder is not None and _holds_elements(dataset, place, folder):
            return folder, True
        if is_same and location.exists():
            return location, False
    return None


def _holds_elements(dataset: Stored, place: Location, folder: Location) -> bool:
    """Tell whether a folder is one of elements: of none at all only in the folder of a run."""
    found = elements.numbers(*folder)
    is_of_run = place.path != _base(dataset)[1] and not dataset.versioned
    return bool(found) or (found is not None and is_of_run and folder.path != place.path)


def _element(dataset: Stored, whole: Location) -> Location:
    """Return where the element a dataset stands for lies; the whole, if it is none."""
    if dataset.element is None:
        return whole
    return Location(whole.storage, elements.path_of(whole.path, dataset.element))


def _folder_of_elements(dataset: Stored, whole: Location) -> Location | None:
    if dataset.element is not None or not dataset.supports_elements:
        return None
    return Location(whole.storage, elements.folder_of(whole.path))


def _candidates(dataset: Stored) -> Iterator[Location]:
    """Yield the places a dataset is looked for in, in order, each looked up when needed."""
    storage, path, is_rooted = _base(dataset)
    if dataset.versioned:
        yield from _versions(dataset, storage, path)
    elif is_rooted:
        _refuse_run(dataset, path)
        yield Location(storage, path)
    elif dataset.run is not None:
        for folder in _named_folders(storage, dataset.run):
            yield Location(storage, join(folder, path))
    else:
        yield from _relative(storage, path)


def _relative(storage: BaseStorage, path: str) -> Iterator[Location]:
    folder = current_folder()
    if folder:
        yield Location(storage, join(folder, path))
    yield Location(storage, path)
    if not folder:
        for earlier in run_folders(storage):
            yield Location(storage, join(earlier, path))


def _refuse_run(dataset: Stored, path: str) -> None:
    if dataset.run is not None and dataset.run.strip() != LATEST:
        about = artifact(dataset.name, dataset.where)
        raise CatalogError(
            sentence(f"{about} lies at '{path}' for all runs, so there is none of a run's own"),
            hint="Say versioned: true, or leave `run` out.",
        )


def _named_folders(storage: BaseStorage, run: str) -> Iterator[str]:
    """Yield the folders that ``run`` may mean; an id tells its own, without a search."""
    run = run.strip()
    created = created_from_id(run)
    if created is not None:
        yield folder_of(run, created)
    yield from run_folders(storage) if run == LATEST else folder_in(storage, run)


def _versions(dataset: Stored, storage: BaseStorage, path: str) -> Iterator[Location]:
    """Yield what a versioned dataset is read from: a run's, the current run's, the newest."""
    run = dataset.run
    if run is not None and run.strip() != LATEST:
        yield Location(storage, version_path(path, run_id_of(run)))
        return
    folder = current_folder() if run is None else None
    if folder:
        yield Location(storage, version_path(path, run_id_of(folder)))
    for version in versions(storage, path):
        yield Location(storage, version_path(path, version))
    if storage.exists(path) and storage.isfile(path):
        yield Location(storage, path)


def _writing_run() -> str:
    folder = current_folder()
    return run_id_of(folder) if folder else new_run_id()


def _base(dataset: Stored) -> tuple[BaseStorage, str, bool]:
    """Return the storage, the path in it, and whether it is never in the run folder."""
    path = dataset.path
    if not is_url(path):
        storage = default_storage if dataset.storage is None else storage_of(dataset.storage)
        return storage, _clean(storage, path), dataset.root
    if dataset.storage is not None:
        raise CatalogError(
            f"{sentence(artifact(dataset.name, dataset.where)).rstrip('.')} has the storage "
            f"'{dataset.storage}', but its path '{path}' is in another place.",
            hint="Give a relative path, or leave `storage` out.",
        )
    storage, inside = placed(path)
    return storage, _clean(storage, inside), True


def _clean(storage: BaseStorage, path: str) -> str:
    """Return a path as storages write it, but for the slash that tells a folder."""
    clean = storage.relpath(path)
    return f"{clean}/" if clean and path.endswith("/") else clean


def _missing(dataset: Stored) -> ArtifactNotFoundError:
    about = artifact(dataset.name, dataset.where)
    storage, path, is_rooted = _base(dataset)
    if dataset.run is not None and (dataset.versioned or not is_rooted):
        what = "no run has" if dataset.run == LATEST else f"the run '{dataset.run}' has no"
        return ArtifactNotFoundError(
            sentence(f"nothing is stored of {about}: {what} '{path}' in {storage!r}"),
            hint="See: runs ls",
        )
    looked = dict.fromkeys(str(_element(dataset, place)) for place in _few(dataset))
    also = "" if is_rooted or current_folder() or dataset.versioned else ", nor in any run"
    places = " nor at ".join(f"'{place}'" for place in looked) or f"'{Location(storage, path)}'"
    return ArtifactNotFoundError(
        sentence(f"nothing is stored of {about}: there is nothing at {places}{also}"),
        hint="Run what writes it, or put it there.",
    )


def _few(dataset: Stored) -> Iterator[Location]:
    """Yield the places a dataset was looked for in first."""
    for place, _ in zip(_candidates(dataset), range(2 if current_folder() else 1), strict=False):
        yield place
