"""Amazon S3, and every service that speaks its language, through boto3."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Any, BinaryIO

from gluepy.exceptions import MissingDependencyError, StorageError
from gluepy.files.storages.connection import Connection
from gluepy.files.storages.content import chunks
from gluepy.files.storages.objects import ObjectStorage, in_parallel, optional_setting
from gluepy.files.storages.paths import split
from gluepy.files.storages.pending import PendingFile
from gluepy.files.storages.s3_files import AT_ONCE, S3Reader, S3Writer

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

try:
    import botocore.exceptions as errors
except ImportError:
    raise MissingDependencyError("boto3", "s3", "S3Storage") from None

_BATCH = 1000
_COPIED_AT_ONCE = 4 * 1024**3
_COPIED_PART = 512 * 1024**2
_ABSENT = {"404", "NoSuchKey", "NotFound"}
_TAKEN = {"412", "PreconditionFailed", "ConditionalRequestConflict"}
_REFUSED = {"403", "AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken"}


class S3Storage(ObjectStorage):
    """Objects below a prefix of an S3 bucket.

    Args:
        root: The prefix.
        bucket: The bucket; by default AWS_STORAGE_BUCKET_NAME.
        region_name: By default AWS_S3_REGION_NAME, else what AWS's own configuration says.
        endpoint_url: By default AWS_S3_ENDPOINT_URL.
        access_key: By default AWS_ACCESS_KEY_ID, else what AWS's own configuration says.
        secret_key: By default AWS_SECRET_ACCESS_KEY.
    """

    scheme = "s3"
    bucket_setting = "AWS_STORAGE_BUCKET_NAME"

    def __init__(
        self,
        root: str | None = None,
        *,
        bucket: str | None = None,
        region_name: str | None = None,
        endpoint_url: str | None = None,
        access_key: str | None = None,
        secret_key: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(root, bucket=bucket, **options)
        self._given = {
            "AWS_S3_REGION_NAME": region_name,
            "AWS_S3_ENDPOINT_URL": endpoint_url,
            "AWS_ACCESS_KEY_ID": access_key,
            "AWS_SECRET_ACCESS_KEY": secret_key,
        }
        self._lock = Lock()
        self._made: tuple[int, Any, Any] = (0, None, None)
        self._arrow: tuple[Any, Any] = (None, None)

    def _option(self, setting: str) -> str | None:
        return self._given[setting] or optional_setting(setting)

    @property
    def client(self) -> Any:
        """The boto3 client: one for each process, safe to use from threads."""
        return self._session_and_client()[1]

    def _session_and_client(self) -> tuple[Any, Any]:
        with self._lock:
            if self._made[0] != os.getpid():
                self._made = (os.getpid(), *self._connect())
            return self._made[1:]

    def _connect(self) -> tuple[Any, Any]:
        try:
            from boto3.session import Session
        except ImportError:
            raise MissingDependencyError("boto3", "s3", "S3Storage") from None
        from botocore.config import Config

        endpoint = self._option("AWS_S3_ENDPOINT_URL")
        config = Config(
            retries={"mode": "standard", "max_attempts": 5},
            max_pool_connections=32,
            s3={"addressing_style": "path" if endpoint else "auto"},
        )
        session = Session(
            aws_access_key_id=self._option("AWS_ACCESS_KEY_ID"),
            aws_secret_access_key=self._option("AWS_SECRET_ACCESS_KEY"),
            region_name=self._option("AWS_S3_REGION_NAME"),
        )
        return session, session.client("s3", endpoint_url=endpoint, config=config)

    def connection(self) -> Connection:
        """Return how other clients reach the bucket, with credentials that are valid now.

        Raises:
            StorageError: There are no credentials.
        """
        session, client = self._session_and_client()
        with self._errors(self.root):
            credentials = session.get_credentials()
            if credentials is None:
                raise errors.NoCredentialsError
            valid = credentials.get_frozen_credentials()
        return Connection(
            scheme="s3",
            root=f"{self.bucket}/{self.root}".rstrip("/"),
            region=client.meta.region_name or "",
            endpoint=_url(self._option("AWS_S3_ENDPOINT_URL")),
            access_key=valid.access_key,
            secret_key=valid.secret_key,
            session_token=valid.token or "",
        )

    def arrow_filesystem(self) -> tuple[FileSystem, str]:
        """Return Arrow's S3 client with the same credentials, and bucket and prefix.

        The client is made once for each process, and anew when the credentials change.
        """
        from gluepy.files.storages.arrow import s3_filesystem

        connection = self.connection()
        with self._lock:
            known = (os.getpid(), connection)
            if self._arrow[0] != known:
                self._arrow = (known, s3_filesystem(connection))
            return self._arrow[1], connection.root

    # --- Errors ----------------------------------------------------------------------------

    @contextmanager
    def _errors(self, path: str) -> Iterator[None]:
        """Turn errors of botocore into those every storage raises."""
        try:
            yield
        except errors.ClientError as error:
            raise self._translated(error, path) from error
        except errors.NoCredentialsError as error:
            raise StorageError(
                f"There are no credentials for the S3 bucket '{self.bucket}'.",
                hint="Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
            ) from error
        except errors.BotoCoreError as error:
            raise StorageError(
                f"'{path}' in the S3 bucket '{self.bucket}' was not reached: {error}",
                hint="Check AWS_S3_ENDPOINT_URL, AWS_S3_REGION_NAME and the credentials.",
            ) from error

    def _translated(self, error: errors.ClientError, path: str) -> Exception:
        details = error.response.get("Error", {})
        code = str(details.get("Code", ""))
        if code in _ABSENT:
            return FileNotFoundError(path)
        if code in _TAKEN:
            return FileExistsError(path)
        if code == "NoSuchBucket":
            return StorageError(
                f"There is no S3 bucket '{self.bucket}'.",
                hint="Check AWS_STORAGE_BUCKET_NAME, AWS_S3_REGION_NAME and AWS_S3_ENDPOINT_URL.",
            )
        hint = "Check the credentials and their rights." if code in _REFUSED else ""
        text = f"S3 refused {error.operation_name} for '{path}' in the bucket '{self.bucket}'"
        return StorageError(f"{text}: {code} {details.get('Message', '')}".strip(), hint=hint)

    # --- Reading ---------------------------------------------------------------------------

    def _target(self, path: str) -> dict[str, str]:
        return {"Bucket": self.bucket, "Key": self._key(path)}

    def _kind(self, path: str) -> str:
        if not path:
            return "dir"
        try:
            self._size(path)
        except FileNotFoundError:
            return "dir" if next(self._keys(path, MaxKeys=1), None) is not None else ""
        return "file"

    def _size(self, path: str) -> int:
        with self._errors(path):
            return int(self.client.head_object(**self._target(path))["ContentLength"])

    def _read(self, path: str) -> bytes:
        with self._errors(path):
            body: bytes = self.client.get_object(**self._target(path))["Body"].read()
            return body

    def _open(self, path: str) -> BinaryIO:
        size = self._size(path)

        def fetch(start: int, end: int) -> Any:
            span = f"bytes={start}-{end - 1}"
            with self._errors(path):
                return self.client.get_object(**self._target(path), Range=span)["Body"]

        return io.BufferedReader(S3Reader(fetch, size), 64 * 1024)

    def _pages(self, path: str, **options: Any) -> Iterator[dict[str, Any]]:
        """Yield the answers that list what lies below a folder."""
        wanted = {"Bucket": self.bucket, "Prefix": self._prefix(path), **options}
        with self._errors(path):
            while True:
                page = self.client.list_objects_v2(**wanted)
                yield page
                if "MaxKeys" in wanted or not page.get("IsTruncated"):
                    return
                wanted["ContinuationToken"] = page["NextContinuationToken"]

    def _keys(self, path: str, **options: Any) -> Iterator[str]:
        """Yield all keys below a folder without its prefix, those standing for folders too."""
        skipped = len(self._prefix(path))
        for page in self._pages(path, **options):
            for entry in page.get("Contents", ()):
                yield entry["Key"][skipped:]

    def _list(self, path: str) -> tuple[list[str], list[str]]:
        skipped = len(self._prefix(path))
        files: list[str] = []
        folders: list[str] = []
        is_there = not path
        for page in self._pages(path, Delimiter="/"):
            files += [entry["Key"][skipped:] for entry in page.get("Contents", ())]
            folders += [entry["Prefix"][skipped:-1] for entry in page.get("CommonPrefixes", ())]
            is_there = is_there or bool(files or folders)
        if not is_there:
            self._size(path)
            raise NotADirectoryError(path)
        return [name for name in files if name], folders

    def _walk(self, path: str) -> Iterator[str]:
        start = f"{path}/" if path else ""
        for key in self._keys(path):
            if key and not key.endswith("/"):
                yield start + key

    def _names_beside(self, path: str) -> list[str]:
        folder = split(path)[0]
        skipped = len(self._prefix(folder))
        page = next(self._pages(folder, Delimiter="/"))
        keys = [entry["Key"] for entry in page.get("Contents", ())]
        keys += [entry["Prefix"][:-1] for entry in page.get("CommonPrefixes", ())]
        return [key[skipped:] for key in keys if key[skipped:]]

    # --- Writing ---------------------------------------------------------------------------

    def _write(self, path: str, content: bytes | BinaryIO, exclusive: bool) -> int:
        if isinstance(content, bytes) and len(content) <= AT_ONCE:
            condition = {"IfNoneMatch": "*"} if exclusive else {}
            with self._errors(path):
                self.client.put_object(**self._target(path), **condition, Body=content)
            return len(content)
        with self._errors(path), self._create(path, exclusive) as pending:
            return sum(pending.write(piece) for piece in chunks(content))

    def _create(self, path: str, exclusive: bool) -> PendingFile:
        raw = S3Writer(self.client, self._target(path), exclusive)

        def finish() -> int:
            with self._errors(path):
                return raw.finish()

        return PendingFile(raw, finish, raw.abort)

    def _mkdir(self, path: str) -> None:
        if path:
            with self._errors(path):
                self.client.put_object(Bucket=self.bucket, Key=self._prefix(path), Body=b"")

    def _copy(self, src: str, dest: str) -> None:
        self._copy_key(self._key(src), self._key(dest))

    def _copy_key(self, src: str, dest: str) -> None:
        from boto3.s3.transfer import TransferConfig

        config = TransferConfig(
            multipart_threshold=_COPIED_AT_ONCE, multipart_chunksize=_COPIED_PART
        )
        source = {"Bucket": self.bucket, "Key": src}
        with self._errors(src):
            self.client.copy(source, self.bucket, dest, Config=config)

    def _copy_tree(self, src: str, dest: str) -> None:
        before, after = self._prefix(src), self._prefix(dest)
        in_parallel(lambda key: self._copy_key(before + key, after + key), self._keys(src))

    def _remove(self, path: str) -> None:
        with self._errors(path):
            self.client.delete_object(**self._target(path))

    def _remove_tree(self, path: str) -> None:
        pages = (page["Contents"] for page in self._pages(path) if page.get("Contents"))
        in_parallel(lambda entries: self._delete(path, entries), pages)

    def _delete(self, path: str, entries: list[dict[str, Any]]) -> None:
        for start in range(0, len(entries), _BATCH):
            batch = [{"Key": entry["Key"]} for entry in entries[start : start + _BATCH]]
            with self._errors(path):
                answer = self.client.delete_objects(
                    Bucket=self.bucket, Delete={"Objects": batch, "Quiet": True}
                )
            for failed in answer.get("Errors", ()):
                raise StorageError(f"S3 did not remove '{failed['Key']}': {failed.get('Message')}")


def _url(endpoint: str | None) -> str:
    """Return an endpoint with its scheme and without a slash at the end."""
    scheme, _, host = (endpoint or "").rpartition("://")
    return f"{scheme or 'https'}://{host.rstrip('/')}" if host else ""
