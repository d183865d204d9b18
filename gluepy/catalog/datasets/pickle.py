"""Pickles, of Python and of joblib; loaded only if this project wrote them."""

from __future__ import annotations

import io
from typing import Any

from gluepy.catalog import trust
from gluepy.catalog.base import FileDataset, Preview
from gluepy.exceptions import DataError, MissingDependencyError

_PROTOCOL = 5


class Pickled(FileDataset, register=False):
    """Any object, in a file that runs code when it is loaded.

    Fields:
        allow_pickle: Load it also if this project has not written it.
    """

    allow_pickle: bool = False

    def load(self) -> Any:
        """Return the object.

        Raises:
            UntrustedPickleError: This project has not written the file.
        """
        return self.undump(self.trusted())

    def save(self, data: Any) -> None:
        """Write an object."""
        content = self.dumped(data)
        trust.note(content)
        self.target().touch(content)

    def preview(self, rows: int = 5) -> Preview:
        """Return the size; nothing is loaded."""
        source = self.source()
        return Preview(head=f"a pickle of {source.storage.size(source.path):,} bytes")

    def trusted(self) -> bytes:
        """Return the content of the file, if it may be loaded."""
        content: bytes = self.source().open("rb")
        trust.check(content, self, self.allow_pickle)
        return content

    def dumped(self, data: Any) -> bytes:
        """Return an object as the content of a file."""
        raise NotImplementedError

    def undump(self, content: bytes) -> Any:
        """Return the object that a content holds."""
        raise NotImplementedError


class Pickle(Pickled):
    """Any object as Python pickles it; options are those of ``pickle.dumps`` and ``loads``."""

    type = "pickle"

    def dumped(self, data: Any) -> bytes:
        """Return an object as the content of a file."""
        return pickled(data, self.save_options)

    def undump(self, content: bytes) -> Any:
        """Return the object that a content holds."""
        import pickle

        return pickle.loads(content, **self.load_options)


class Joblib(Pickled):
    """Any object as joblib pickles it; options are those of ``joblib.dump`` and ``load``."""

    type = "joblib"

    def dumped(self, data: Any) -> bytes:
        """Return an object as the content of a file."""
        return by_joblib(data, self.save_options)

    def undump(self, content: bytes) -> Any:
        """Return the object that a content holds."""
        return of_joblib(content, self.load_options)


def pickled(data: Any, options: dict[str, Any]) -> bytes:
    """Return the pickle of an object.

    Raises:
        DataError: Something in it cannot be pickled.
    """
    import pickle

    try:
        return pickle.dumps(data, **{"protocol": _PROTOCOL, **options})
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"It cannot be pickled: {error}.") from error


def by_joblib(data: Any, options: dict[str, Any]) -> bytes:
    """Return an object as joblib pickles it.

    Raises:
        DataError: Something in it cannot be pickled.
    """
    import pickle

    buffer = io.BytesIO()
    try:
        _joblib().dump(data, buffer, **{"protocol": _PROTOCOL, **options})
    except (pickle.PicklingError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"It cannot be pickled: {error}.") from error
    return buffer.getvalue()


def of_joblib(content: bytes, options: dict[str, Any]) -> Any:
    """Return the object that joblib pickled; also what Python itself did."""
    return _joblib().load(io.BytesIO(content), **options)


def _joblib() -> Any:
    try:
        import joblib
    except ImportError:
        raise MissingDependencyError("joblib", "model", "The type joblib") from None
    return joblib
