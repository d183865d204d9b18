"""What object stores have in common: keys in a bucket, and folders that are only prefixes."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from gluepy.conf import default_settings, global_settings
from gluepy.conf.settings import ENVIRONMENT_VARIABLE
from gluepy.exceptions import SettingsError
from gluepy.files.storages.base import BaseStorage
from gluepy.files.storages.paths import join

THREADS = 8


class ObjectStorage(BaseStorage):
    """A prefix of a bucket.

    A folder exists as long as something lies in it, or if ``mkdir`` made it: then an empty
    object, hidden from every listing, stands for it under the folder's name with a slash.
    """

    scheme = ""
    bucket_setting = ""

    def __init__(
        self, root: str | None = None, *, bucket: str | None = None, **options: Any
    ) -> None:
        super().__init__(root, **options)
        self._bucket = bucket

    @property
    def root(self) -> str:
        """The prefix where paths start; none if STORAGE_ROOT is left at its default, a folder."""
        root = super().root
        if self._root is None and root == global_settings.STORAGE_ROOT:
            return ""
        return root.strip("/")

    @property
    def bucket(self) -> str:
        """Name of the bucket."""
        name = self._bucket or optional_setting(self.bucket_setting)
        if not name:
            raise SettingsError(
                f"{type(self).__name__} has no bucket.",
                hint=f"Set {self.bucket_setting}, or 'bucket' in the OPTIONS of STORAGES.",
            )
        return str(name)

    def abspath(self, path: str) -> str:
        """Return the URL of a path."""
        return join(f"{self.scheme}://{self.bucket}", self._key(self._clean(path)))

    def _key(self, path: str) -> str:
        return join(self.root, path)

    def _prefix(self, path: str) -> str:
        key = self._key(path)
        return f"{key}/" if key else ""


def optional_setting(name: str) -> Any:
    """Return a setting, None without a project: storages given all options need none."""
    if not (default_settings.configured or os.environ.get(ENVIRONMENT_VARIABLE)):
        return None
    return getattr(default_settings, name)


def in_parallel(function: Callable[[Any], Any], items: Iterable[Any]) -> None:
    """Call ``function`` for all items in a few threads; the first error comes out."""
    from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait

    with ThreadPoolExecutor(THREADS) as pool:
        running = set()
        for item in items:
            running.add(pool.submit(function, item))
            if len(running) >= 4 * THREADS:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                _raise_first(done)
        _raise_first(wait(running).done)


def _raise_first(futures: Iterable[Any]) -> None:
    for future in futures:
        future.result()
