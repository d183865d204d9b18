"""A storage on S3 that many tests share: making its client takes longer than most of them."""

from __future__ import annotations

from gluepy.conf import default_settings
from gluepy.files.storages.base import BaseStorage
from gluepy.files.storages.prefixed import PrefixedStorage

shared: list[BaseStorage] = []


class OnS3(PrefixedStorage):
    """The folder STORAGE_ROOT of the shared storage."""

    def __init__(self) -> None:
        super().__init__(shared[0], default_settings.STORAGE_ROOT)
