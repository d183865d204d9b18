"""Models: pickles beside which stands what they were made with."""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any, Literal

from gluepy.catalog import trust
from gluepy.catalog.base import Preview
from gluepy.catalog.datasets.pickle import Pickled, by_joblib, of_joblib, pickled
from gluepy.catalog.datasets.provenance import python_version, version_of, versions_in
from gluepy.catalog.places import Location
from gluepy.catalog.wording import artifact, sentence
from gluepy.exceptions import DatasetError
from gluepy.files.storages.paths import split

SUFFIX = ".versions.json"


class Model(Pickled):
    """A model, with the versions of the libraries it is made of in ``<path>.versions.json``.

    Loading one that was saved with other versions logs a warning: it may behave differently.

    Fields:
        format: Who pickles it; joblib if that is installed.
    """

    type = "model"

    format: Literal["joblib", "pickle"] | None = None

    def load(self) -> Any:
        """Return the model.

        Raises:
            UntrustedPickleError: This project has not written the file.
        """
        content = self.trusted()
        recorded = self._recorded(self.source(), content)
        changes = list(_changes(recorded))
        if changes:
            self._warn(changes)
        options = self.load_options
        by_pickle = (self.format or recorded.get("format") or _preferred()) == "pickle"
        if not by_pickle:
            return of_joblib(content, options)
        import pickle

        try:
            return pickle.loads(content, **options)
        except (pickle.UnpicklingError, EOFError) as error:
            raise DatasetError(
                sentence(f"{artifact(self.name, self.where)} cannot be loaded by pickle: {error}"),
                hint="It may be one of joblib; say in its entry: format: joblib.",
            ) from error

    def save(self, data: Any) -> None:
        """Write a model, and beside it the versions of what it is made of."""
        form = self.format or _preferred()
        write = by_joblib if form == "joblib" else pickled
        content = write(data, self.save_options)
        digest = trust.digest_of(content)
        recorded = {
            "format": form,
            "python": python_version(),
            "libraries": versions_in(data),
            "digest": digest,
        }
        trust.note(digest)
        target = self.target()
        # First the record: one that is not of the model beside it is known by its digest.
        beside = self._beside(target)
        beside.touch(json.dumps(recorded, indent=1, sort_keys=True) + "\n")
        target.touch(content)

    def remove(self) -> None:
        """Remove the model and what stands beside it."""
        if not self.exists():
            return
        beside = self._beside(self.source())
        super().remove()
        if beside.exists():
            beside.storage.rm(beside.path)

    def preview(self, rows: int = 5) -> Preview:
        """Return what it was made with; nothing is loaded."""
        beside = self._beside(self.source())
        head = beside.open("r") if beside.exists() else "a model, made with unknown versions"
        return Preview(head=head)

    def _recorded(self, source: Location, content: bytes) -> dict[str, Any]:
        """Return what is recorded of this very model."""
        beside = self._beside(source)
        try:
            found = json.loads(beside.open("rb")) if beside.exists() else {}
        except ValueError:
            found = {}
        is_its = isinstance(found, dict) and found.get("digest") == trust.digest_of(content)
        return found if is_its else {}

    def _beside(self, location: Location) -> Location:
        if self.element is None:
            return location._replace(path=location.path + SUFFIX)
        # In the folder of the elements there may be nothing but elements.
        folder, name = split(location.path)
        return location._replace(path=f"{folder}.versions/{name}.json")

    def _warn(self, changes: list[str]) -> None:
        import logging

        logging.getLogger("gluepy.catalog").warning(
            "The model '%s' was saved with other versions: %s.", self.name, ", ".join(changes)
        )


def _changes(recorded: dict[str, Any]) -> Iterator[str]:
    """Yield what is of another version now than it was when the model was saved."""
    python = recorded.get("python")
    if python and python.split(".")[:2] != python_version().split(".")[:2]:
        yield f"Python {python} (now {python_version()})"
    for name, version in (recorded.get("libraries") or {}).items():
        now = version_of(name)
        if now != version:
            yield f"{name} {version} (now {now or 'not installed'})"


def _preferred() -> str:
    return "pickle" if find_spec("joblib") is None else "joblib"
