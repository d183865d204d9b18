"""Values that stay in the memory of this process."""

from __future__ import annotations

import os
import sys
from typing import Any

from gluepy.catalog.base import Dataset
from gluepy.catalog.wording import artifact, sentence
from gluepy.exceptions import ArtifactNotFoundError, DatasetError

_values: dict[tuple[str, str], Any] = {}


class Memory(Dataset):
    """Any object, kept until this process ends; what is loaded is the object itself.

    Fields:
        key: Tells values of one artifact apart: ``"!{samples}"``.
    """

    type = "memory"

    key: str = ""

    def load(self) -> Any:
        """Return the object.

        Raises:
            ArtifactNotFoundError: This process has saved none.
            DatasetError: This is a worker process, which shares no memory.
        """
        self._check_process()
        try:
            return _values[self.name, self.key]
        except KeyError:
            about = artifact(self.name, self.where)
            raise ArtifactNotFoundError(
                sentence(f"nothing is stored of {about}: this process has saved nothing of it"),
                hint="What is in memory is gone when its process ends.",
            ) from None

    def save(self, data: Any) -> None:
        """Keep an object.

        Raises:
            DatasetError: This is a worker process, which shares no memory.
        """
        self._check_process()
        _values[self.name, self.key] = data

    def exists(self) -> bool:
        """Tell whether this process has saved anything."""
        return (self.name, self.key) in _values

    def remove(self) -> None:
        """Forget the object."""
        _values.pop((self.name, self.key), None)

    def location(self) -> str:
        """Return which memory it is."""
        return f"the memory of process {os.getpid()}"

    def _check_process(self) -> None:
        if _is_worker():
            raise DatasetError(
                sentence(
                    f"{artifact(self.name, self.where)} is kept in memory, "
                    "and this worker process shares none"
                ),
                hint="Run the DAG by --executor serial or threads, or keep it in a file.",
            )


def _is_worker() -> bool:
    """Tell whether an executor runs this call in a process of its own."""
    from gluepy.executors import channel

    if channel._of_process is not None:
        return True
    multiprocessing = sys.modules.get("multiprocessing")
    is_child = multiprocessing is not None and multiprocessing.parent_process() is not None
    return is_child and "distributed.worker" in sys.modules
