"""Google Cloud Storage, through gcsfs."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO

# The lookup of hierarchical buckets costs a call for each bucket and stalls on emulators.
os.environ.setdefault("GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT", "false")

from gluepy.exceptions import MissingDependencyError, StorageError
from gluepy.files.storages.fsspec import FsspecStorage, _without_cache
from gluepy.files.storages.objects import ObjectStorage, in_parallel, optional_setting
from gluepy.files.storages.paths import join
from gluepy.files.storages.pending import PendingFile

try:
    import gcsfs
except ImportError:
    raise MissingDependencyError("gcsfs", "gcs", "GoogleStorage") from None

_SMALL = 8 * 1024 * 1024
_MAGIC = frozenset("*?[")


class GoogleStorage(ObjectStorage, FsspecStorage):
    """Objects below a prefix of a Google Cloud Storage bucket.

    Args:
        root: The prefix.
        bucket: The bucket; by default GOOGLE_GCS_BUCKET.
        project: By default GCP_PROJECT_ID.
        token: How gcsfs gets credentials; by default what this machine is logged in with.
        endpoint_url: Another service than Google's, an emulator for example.
        options: Handed on to gcsfs.
    """

    scheme = "gs"
    bucket_setting = "GOOGLE_GCS_BUCKET"

    def __init__(
        self,
        root: str | None = None,
        *,
        bucket: str | None = None,
        project: str | None = None,
        token: Any = None,
        endpoint_url: str | None = None,
        **options: Any,
    ) -> None:
        FsspecStorage.__init__(self, root, **options)
        self._bucket = bucket
        self._project = project
        self._options |= {"token": token, "endpoint_url": endpoint_url}

    def _connect(self) -> tuple[Any, str]:
        options = {name: value for name, value in self._options.items() if value is not None}
        project = self._project or optional_setting("GCP_PROJECT_ID")
        if project:
            options["project"] = project
        filesystem = gcsfs.GCSFileSystem(skip_instance_cache=True, **options)
        return _without_cache(filesystem), join(self.bucket, self.root)

    @contextmanager
    def _errors(self, path: str) -> Iterator[None]:
        """Turn errors of gcsfs into those every storage raises."""
        try:
            yield
        except (FileNotFoundError, FileExistsError, IsADirectoryError, NotADirectoryError):
            raise
        except Exception as error:
            if "412" in str(getattr(error, "code", "")) or "conditionNotMet" in str(error):
                raise FileExistsError(path) from None
            if not isinstance(error, OSError) and "gcsfs" not in type(error).__module__:
                raise
            raise StorageError(
                f"'{path}' in the Google bucket '{self.bucket}' was not reached: {error}",
                hint="Check GOOGLE_GCS_BUCKET and the credentials.",
            ) from error

    @contextmanager
    def _writing_errors(self, path: str) -> Iterator[None]:
        """Like ``_errors``; what is not found by a write is the bucket."""
        try:
            with self._errors(path):
                yield
        except FileNotFoundError as error:
            raise StorageError(
                f"There is no Google bucket '{self.bucket}'.", hint="Check GOOGLE_GCS_BUCKET."
            ) from error

    # --- Reading ---------------------------------------------------------------------------

    def _info(self, path: str) -> dict[str, Any]:
        with self._errors(path):
            return super()._info(path)

    def _read(self, path: str) -> bytes:
        with self._errors(path):
            content: bytes = self.filesystem.cat_file(self._at(path))
            return content

    def _list(self, path: str) -> tuple[list[str], list[str]]:
        with self._errors(path):
            return super()._list(path)

    def _walk(self, path: str) -> Iterator[str]:
        with self._errors(path):
            yield from super()._walk(path)

    # --- Writing ---------------------------------------------------------------------------

    def _write(self, path: str, content: bytes | BinaryIO, exclusive: bool) -> int:
        if not isinstance(content, bytes) or len(content) > _SMALL:
            return super()._write(path, content, exclusive)
        if exclusive and self._kind(path):
            raise FileExistsError(path)
        mode = "create" if exclusive else "overwrite"
        with self._writing_errors(path):
            self.filesystem.pipe_file(self._at(path), content, mode=mode)
        return len(content)

    def _create(self, path: str, exclusive: bool) -> PendingFile:
        if exclusive and self._kind(path):
            raise FileExistsError(path)
        mode = "xb" if exclusive else "wb"
        upload = self.filesystem.open(self._at(path), mode, block_size=_SMALL)

        def finish() -> int:
            with self._writing_errors(path):
                upload.close()
            return int(upload.loc)

        def discard() -> None:
            upload.closed = True  # the unfinished session expires at Google by itself

        return PendingFile(_Unpublished(upload), finish, discard)

    def _mkdir(self, path: str) -> None:
        if path:
            with self._writing_errors(path):
                self.filesystem.pipe_file(f"{self._at(path)}/", b"")

    def _copy(self, src: str, dest: str) -> None:
        with self._errors(src):
            self.filesystem.cp_file(self._at(src), self._at(dest))

    def _copy_tree(self, src: str, dest: str) -> None:
        before, after = self._at(src), self._at(dest)
        with self._errors(src):
            keys = self.filesystem.find(before)
            in_parallel(lambda key: self.filesystem.cp_file(key, after + key[len(before) :]), keys)

    def _remove(self, path: str) -> None:
        with self._errors(path):
            self.filesystem.rm_file(self._at(path))

    def _remove_tree(self, path: str) -> None:
        with self._errors(path):
            keys = self.filesystem.find(self._at(path))
            # In bulk, but for names that gcsfs would take for a pattern.
            odd = [key for key in keys if _MAGIC.intersection(key)]
            plain = list(set(keys).difference(odd))
            if plain:
                self.filesystem.rm(plain)
            for key in odd:
                self.filesystem.rm_file(key)


class _Unpublished(io.RawIOBase):
    """Takes bytes for an upload, and closing it does not finish the upload."""

    def __init__(self, upload: Any) -> None:
        self._upload = upload

    def writable(self) -> bool:
        return True

    def write(self, piece: Any) -> int:
        self._upload.write(bytes(piece))
        return len(piece)
