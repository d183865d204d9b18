"""Trust: loading a pickle runs code, so only those that this project wrote are loaded.

The digest of each pickle that is written is noted on the default storage, as the name of an
empty file. That guards against files from elsewhere, not against somebody who can write to the
storage.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gluepy.catalog.wording import artifact, sentence
from gluepy.conf import default_settings
from gluepy.exceptions import UntrustedPickleError
from gluepy.files.storages import default_storage

if TYPE_CHECKING:
    from gluepy.catalog.base import Dataset

FOLDER = ".gluepy/pickles"


def digest_of(content: bytes | Iterable[bytes]) -> str:
    """Return the digest that a pickle is known by: SHA-256, in hex.

    Args:
        content: The pickle, whole or in pieces.
    """
    from hashlib import sha256

    digest = sha256()
    for piece in (content,) if isinstance(content, bytes) else content:
        digest.update(piece)
    return digest.hexdigest()


def note(content: bytes | str) -> None:
    """Remember a pickle as this project's own; before it is written, so that it is never lost.

    Args:
        content: The pickle, or its digest.
    """
    digest = content if isinstance(content, str) else digest_of(content)
    path = f"{FOLDER}/{digest}"
    if not default_storage._kind(path):
        default_storage._write(path, b"", False)


def is_known(digest: str) -> bool:
    """Tell whether this project wrote the pickle of a digest."""
    return bool(default_storage._kind(f"{FOLDER}/{digest}"))


def check(content: bytes | str, dataset: Dataset, allow: Any = False) -> None:
    """Refuse a pickle that this project has not written.

    Args:
        content: The pickle, or its digest.
        dataset: Whose it is, for the error.
        allow: Whether the entry says ``allow_pickle: true``.

    Raises:
        UntrustedPickleError: Nobody has noted it, and neither entry nor settings allow it.
    """
    if allow or default_settings.CATALOG_ALLOW_PICKLE:
        return
    digest = content if isinstance(content, str) else digest_of(content)
    if not is_known(digest):
        about = artifact(dataset.name, dataset.where)
        raise UntrustedPickleError(
            sentence(f"{about} is a pickle this project has not written; loading it runs code"),
            hint="If you trust where it is from, say so in its entry: allow_pickle: true.",
        )
