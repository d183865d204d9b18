"""Reading and writing S3 objects bit by bit, with bounded memory."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

PART = 8 * 1024 * 1024
AT_ONCE = 2 * PART
_UPLOADS_AT_ONCE = 3
_PARTS_OF_ONE_SIZE = 1000
_FIRST_WINDOW = 128 * 1024
_LAST_WINDOW = 1024 * 1024


class S3Reader(io.RawIOBase):
    """A seekable S3 object; what is not asked for is not fetched.

    While it is read in order the requests grow, and at last one delivers all the rest. A jump
    starts small again, so that reading single columns of a Parquet file fetches little more
    than those.

    Args:
        fetch: Answers with the bytes from a start to an end, the end not included: a file
            to read and to close.
        size: Bytes of the object.
    """

    def __init__(self, fetch: Callable[[int, int], Any], size: int) -> None:
        self._fetch = fetch
        self._size = size
        self._rest: Any = None
        self._at = 0
        self._window = _FIRST_WINDOW
        self._start, self._buffer = 0, b""

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def tell(self) -> int:
        """Return the position."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a position; nothing is fetched."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        if base + offset < 0:
            raise ValueError(f"The position {base + offset} lies before the start.")
        self._at = base + offset
        return self._at

    def readinto(self, target: Any) -> int:
        """Fill ``target`` from the position on; return how many bytes there were."""
        wanted = min(len(target), self._size - self._at)
        if wanted <= 0:
            return 0
        if self._rest is not None and self._at == self._start:
            return self._read_rest(target, wanted)
        offset = self._at - self._start
        if not 0 <= offset < len(self._buffer):
            self._load(wanted)
            if self._rest is not None:
                return self._read_rest(target, wanted)
            offset = 0
        piece = memoryview(self._buffer)[offset : offset + wanted]
        target[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def _load(self, wanted: int) -> None:
        follows = self._at == self._start + len(self._buffer)
        self._drop_rest()
        self._window = self._window * 2 if follows else _FIRST_WINDOW
        self._start = self._at
        if self._window > _LAST_WINDOW:
            self._rest, self._buffer = self._fetch(self._at, self._size), b""
            return
        end = min(self._at + max(wanted, self._window), self._size)
        answer = self._fetch(self._at, end)
        self._buffer = answer.read()
        answer.close()

    def _read_rest(self, target: Any, wanted: int) -> int:
        piece = self._rest.read(wanted)
        target[: len(piece)] = piece
        self._at += len(piece)
        self._start = self._at
        return len(piece)

    def _drop_rest(self) -> None:
        if self._rest is not None:
            self._rest.close()
            self._rest = None

    def close(self) -> None:
        """Close the file and the connection it may hold."""
        self._drop_rest()
        super().close()


class S3Writer(io.RawIOBase):
    """An S3 object in the making: one request if it is small, else parts sent while it grows.

    Args:
        client: The boto3 client.
        target: Bucket and Key.
        exclusive: Let S3 refuse the object if the key is taken when it is finished.
    """

    def __init__(self, client: Any, target: dict[str, str], exclusive: bool) -> None:
        self._client = client
        self._target = target
        self._condition = {"IfNoneMatch": "*"} if exclusive else {}
        self._buffer = bytearray()
        self._size = 0
        self._upload = ""
        self._parts: list[Future[dict[str, Any]]] = []
        self._pool: ThreadPoolExecutor | None = None

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, piece: Any) -> int:
        """Take bytes; send a part when there are enough."""
        rest = memoryview(piece)
        while rest:
            enough = self._part_size() if self._upload else AT_ONCE
            room = enough - len(self._buffer)
            self._buffer += rest[:room]
            rest = rest[room:]
            if len(self._buffer) >= enough:
                self._send_parts()
        self._size += len(piece)
        return len(piece)

    def finish(self) -> int:
        """Make the object visible and return its bytes."""
        if not self._upload:
            self._client.put_object(**self._target, **self._condition, Body=self._buffer)
            return self._size
        if self._buffer:
            self._send_parts()
        parts = [part.result() for part in self._parts]
        self._client.complete_multipart_upload(
            **self._target,
            **self._condition,
            UploadId=self._upload,
            MultipartUpload={"Parts": parts},
        )
        self._stop()
        return self._size

    def abort(self) -> None:
        """Remove what was sent."""
        self._stop()
        if self._upload:
            self._client.abort_multipart_upload(**self._target, UploadId=self._upload)

    def _stop(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def _part_size(self) -> int:
        # S3 takes 10,000 parts; parts that double now and then reach its 5 TB.
        return int(PART * 2 ** (len(self._parts) // _PARTS_OF_ONE_SIZE))

    def _send_parts(self) -> None:
        body, self._buffer = self._buffer, bytearray()
        if self._upload:
            self._send_part(body)
            return
        self._upload = self._client.create_multipart_upload(**self._target)["UploadId"]
        # What has gathered is two parts: some services want all parts of one size.
        for start in range(0, len(body), PART):
            self._send_part(body[start : start + PART])

    def _send_part(self, body: bytearray) -> None:
        if self._pool is None:
            self._pool = ThreadPoolExecutor(_UPLOADS_AT_ONCE)
        if len(self._parts) >= _UPLOADS_AT_ONCE:
            self._parts[-_UPLOADS_AT_ONCE].result()
        self._parts.append(self._pool.submit(self._send, len(self._parts) + 1, body))

    def _send(self, number: int, body: bytearray) -> dict[str, Any]:
        answer = self._client.upload_part(
            **self._target, UploadId=self._upload, PartNumber=number, Body=body
        )
        return {"PartNumber": number, "ETag": answer["ETag"]}
