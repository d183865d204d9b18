"""URLs: from ``s3://bucket/key`` to a storage, and from the name of a signal back to it."""

from __future__ import annotations

from typing import Any

from gluepy.conf import default_settings
from gluepy.conf.handlers import reset_on
from gluepy.exceptions import CatalogError, MissingDependencyError, UnsafePathError
from gluepy.files.storages import BaseStorage, default_storage, storages

_made: dict[str, BaseStorage] = {}
reset_on(
    _made.clear,
    *("BASE_DIR", "STORAGE_BACKEND", "STORAGE_ROOT", "STORAGE_OPTIONS", "STORAGES"),
    *("AWS_*", "GOOGLE_GCS_BUCKET", "GCP_PROJECT_ID", "LAKEFS_*"),
)


def is_url(path: str) -> bool:
    """Tell a URL, or an absolute path of this machine, from a path in a storage."""
    return "://" in path or path.startswith("/")


def split_url(url: str) -> tuple[str, str]:
    """Return the root of a URL, with a slash at its end, and the path below it.

    Example:
        >>> split_url("s3://bucket/a/b.csv")
        ('s3://bucket/', 'a/b.csv')
    """
    scheme, _, rest = url.partition("://") if "://" in url else ("file", "", url)
    scheme = scheme.lower()
    if scheme == "file":
        return "file:///", rest.removeprefix("localhost").lstrip("/")
    if scheme == "memory":
        return "memory:///", rest.lstrip("/")
    if scheme == "lakefs":
        from gluepy.catalog.lakefs import split

        return split(rest)
    host, _, path = rest.partition("/")
    return f"{scheme}://{host}/", path


def placed(url: str) -> tuple[BaseStorage, str]:
    """Return the storage a URL leads to, and the path in it.

    A file below the root of the default storage is one of that storage.

    Raises:
        CatalogError: The URL names no bucket or host, or a scheme that nobody knows.
    """
    root, path = split_url(url)
    if root == "file:///" and default_storage.is_local:
        try:
            return default_storage, default_storage.relpath(f"/{path}")
        except UnsafePathError:
            pass
    return storage_of(root), path


def storage_of(alias_or_url: str) -> BaseStorage:
    """Return a storage by its alias in STORAGES, or by the root of a URL.

    Storages of URLs are kept until a setting they depend on changes.

    Raises:
        SettingsError: STORAGES has no such alias; with close ones.
        CatalogError: The URL names no bucket or host, or a scheme that nobody knows.
    """
    if not is_url(alias_or_url):
        return storages[alias_or_url]
    root, _ = split_url(alias_or_url)
    storage = _made.get(root)
    if storage is None:
        storage = _make(root)
        storage.alias = _without_password(root)
        storage = _made.setdefault(root, storage)
    return storage


def place_of(name: str) -> tuple[BaseStorage, str] | None:
    """Return what a storage's ``read`` or ``write`` signal named: the storage and the path.

    None if the place is not to be had any more: its alias is gone, say.
    """
    try:
        if "://" in name:
            root, path = split_url(name)
            known = (one for one in tuple(_made.values()) if one.alias == root)
            return next(known, None) or storage_of(root), path
        alias, colon, path = name.partition(":")
        if colon and alias in storages:
            return storages[alias], path
    except Exception:
        return None
    return default_storage, name


def _make(root: str) -> BaseStorage:
    scheme, _, rest = root.partition("://")
    host = rest.strip("/")
    if not host and scheme not in ("file", "memory"):
        raise CatalogError(
            f"The URL '{root}' names no bucket or host.", hint=f"Write {scheme}://bucket/path."
        )
    maker = _MAKERS.get(scheme)
    return maker(host) if maker is not None else _fsspec(root)


def _file(host: str) -> BaseStorage:
    from gluepy.files.storages.local import LocalStorage

    class Disk(LocalStorage):
        """The whole disk."""

        def _full(self, path: str) -> str:
            return f"/{path}"

    return Disk("/")


def _memory(host: str) -> BaseStorage:
    from gluepy.files.storages.memory import MemoryStorage

    return MemoryStorage()


def _s3(host: str) -> BaseStorage:
    from gluepy.files.storages.s3 import S3Storage

    return S3Storage("", bucket=host, **_options(S3Storage))


def _google(host: str) -> BaseStorage:
    from gluepy.files.storages.google import GoogleStorage

    return GoogleStorage("", bucket=host, **_options(GoogleStorage))


def _lakefs(host: str) -> BaseStorage:
    from gluepy.catalog.lakefs import storage

    return storage(host)


def _fsspec(root: str) -> BaseStorage:
    from gluepy.files.storages.fsspec import FsspecStorage

    check_scheme(root)
    return FsspecStorage(root.rstrip("/"))


def check_scheme(url: str) -> None:
    """Refuse a URL of a scheme that nobody knows; what is no URL has none.

    Raises:
        CatalogError: Neither gluepy nor fsspec knows it; with close ones.
        MissingDependencyError: It is none of gluepy's own, and fsspec is not installed.
    """
    from gluepy.utils.text import did_you_mean

    scheme, separator, _ = url.partition("://")
    if not separator or scheme in _MAKERS:
        return
    try:
        from fsspec import available_protocols
    except ImportError as error:
        raise MissingDependencyError("fsspec", "fsspec", f"'{scheme}://'") from error
    known = {*available_protocols(), *_MAKERS}
    if scheme not in known:
        raise CatalogError(
            f"Nothing is known that reads '{scheme}://'.",
            hint=did_you_mean(scheme, known) or "Give a storage of STORAGES by `storage:`.",
        )


def _options(kind: Any) -> dict[str, Any]:
    """Return the options of the default storage, without its bucket, if it is of one kind."""
    if not isinstance(default_storage, kind):
        return {}
    return {
        name: value for name, value in default_settings.STORAGE_OPTIONS.items() if name != "bucket"
    }


def _without_password(root: str) -> str:
    scheme, _, rest = root.partition("://")
    user, at, host = rest.rpartition("@")
    return f"{scheme}://{user.partition(':')[0]}{at}{host}"


_MAKERS = {
    "file": _file,
    "memory": _memory,
    "s3": _s3,
    "s3a": _s3,
    "gs": _google,
    "gcs": _google,
    "lakefs": _lakefs,
}
