"""The part of the storage contract that is about single files: writing, reading, streams."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest

from gluepy.exceptions import StorageError
from gluepy.files.storages.base import BaseStorage

NAMES = [
    "größe.txt",
    "数据.csv",
    "with space.txt",
    "a+b&c=d%20.txt",
    "#1?.txt",
    "a*[b].txt",
    ".hidden",
    "x.tmp",
]


class FilesContract:
    """What holds of every single file; inherited by ``StorageContract``."""

    @pytest.fixture
    def storage(self) -> BaseStorage:
        """Return an empty storage; subclasses define this."""
        raise NotImplementedError

    # --- Writing and reading ---------------------------------------------------------------

    @pytest.mark.parametrize(
        ("content", "expected"),
        [
            ("text é\n", "text é\n".encode()),
            ("a\r\nb", b"a\r\nb"),
            (b"\x00\xff", b"\x00\xff"),
            (bytearray(b"ab"), b"ab"),
            (memoryview(b"ab"), b"ab"),
            ("", b""),
            (b"", b""),
        ],
    )
    def test_what_is_written_is_read(
        self, storage: BaseStorage, content: Any, expected: bytes
    ) -> None:
        storage.touch("folder/file", content)
        assert storage.open("folder/file") == expected
        assert storage.size("folder/file") == len(expected)

    @pytest.mark.parametrize(
        "make", [lambda: io.StringIO("abc"), lambda: io.BytesIO(b"abc")], ids=["text", "bytes"]
    )
    def test_memory_files_are_written_from_their_start(
        self, storage: BaseStorage, make: Any
    ) -> None:
        content = make()
        content.read()
        storage.touch("file", content)
        assert storage.open("file") == b"abc"

    def test_an_open_file_is_written_from_its_start(
        self, storage: BaseStorage, tmp_path: Any
    ) -> None:
        source = tmp_path / "source"
        source.write_bytes(b"x" * 3_000_000)
        with source.open("rb") as handle:
            handle.read(10)
            storage.touch("file", handle)
        assert storage.open("file") == b"x" * 3_000_000

    def test_a_file_that_cannot_seek_is_written_from_where_it_stands(
        self, storage: BaseStorage
    ) -> None:
        reading, writing = os.pipe()
        os.write(writing, b"piped")
        os.close(writing)
        with os.fdopen(reading, "rb") as handle:
            storage.touch("file", handle)
        assert storage.open("file") == b"piped"

    def test_content_that_is_none_is_refused(self, storage: BaseStorage) -> None:
        with pytest.raises(TypeError, match="not dict"):
            storage.touch("file", {"a": 1})  # type: ignore[arg-type]
        assert not storage.exists("file")

    def test_reading_twice_gives_the_same(self, storage: BaseStorage) -> None:
        storage.touch("file", io.StringIO("abc"))
        assert storage.open("file") == storage.open("file") == b"abc"

    def test_writing_again_replaces(self, storage: BaseStorage) -> None:
        storage.touch("file", "a much longer text than the next")
        storage.touch("file", "short")
        assert storage.open("file", "r") == "short"

    @pytest.mark.parametrize(("mode", "kind"), [("rb", bytes), ("r", str), ("rb+", bytes)])
    def test_the_mode_decides_between_bytes_and_text(
        self, storage: BaseStorage, mode: str, kind: type
    ) -> None:
        storage.touch("file", "é")
        assert type(storage.open("file", mode)) is kind

    def test_open_does_not_write(self, storage: BaseStorage) -> None:
        storage.touch("file", "x")
        with pytest.raises(ValueError, match=r"touch\(\) or stream\(\)"):
            storage.open("file", "w")
        assert storage.open("file") == b"x"

    @pytest.mark.parametrize("name", NAMES)
    def test_any_name_does(self, storage: BaseStorage, name: str) -> None:
        storage.touch(f"folder {name}/{name}", name)
        assert storage.open(f"folder {name}/{name}", "r") == name
        assert storage.ls(f"folder {name}") == ([f"folder {name}/{name}"], [])
        assert list(storage.walk()) == [f"folder {name}/{name}"]

    # --- Exclusive -------------------------------------------------------------------------

    def test_exclusive_writes_once(self, storage: BaseStorage) -> None:
        if not storage.supports_exclusive:
            with pytest.raises(StorageError, match="exclusively"):
                storage.touch("folder/file", "x", exclusive=True)
            return
        storage.touch("folder/file", "first", exclusive=True)
        with pytest.raises(FileExistsError, match="'folder/file' exists already"):
            storage.touch("folder/file", "second", exclusive=True)
        assert storage.open("folder/file", "r") == "first"
        assert storage.ls("folder") == (["folder/file"], [])

    def test_exclusive_streams_write_once(self, storage: BaseStorage) -> None:
        if not storage.supports_exclusive:
            with pytest.raises(StorageError, match="exclusively"):
                storage.stream("file", "xb")
            return
        with storage.stream("file", "xb") as handle:
            handle.write(b"first")
        with pytest.raises(FileExistsError, match="'file' exists already"):
            storage.stream("file", "xb")
        assert storage.open("file", "r") == "first"

    def test_one_of_many_exclusive_writers_wins(self, storage: BaseStorage) -> None:
        if not self.exclusive_is_atomic(storage):
            return
        barrier = threading.Barrier(4)

        def write(number: int) -> bool:
            barrier.wait()
            try:
                storage.touch("lock", str(number), exclusive=True)
            except FileExistsError:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            won = list(pool.map(write, range(4)))
        assert won.count(True) == 1
        assert storage.open("lock", "r") == str(won.index(True))

    def exclusive_is_atomic(self, storage: BaseStorage) -> bool:
        """Tell whether the server under the storage keeps the promise; emulators may not."""
        return storage.supports_exclusive

    # --- Streams ---------------------------------------------------------------------------

    @pytest.mark.parametrize(("mode", "content"), [("wb", b"ab\ncd\n"), ("w", "é\r\nb\n")])
    def test_a_stream_is_there_once_closed(
        self, storage: BaseStorage, mode: str, content: Any
    ) -> None:
        half = len(content) // 2
        with storage.stream("folder/file", mode) as handle:
            handle.write(content[:half])
            assert not storage.exists("folder/file")
            handle.write(content[half:])
        assert storage.open("folder/file", mode.replace("w", "r")) == content
        with storage.stream("folder/file", mode.replace("w", "r")) as handle:
            assert handle.read() == content

    def test_a_stream_that_fails_leaves_nothing(self, storage: BaseStorage) -> None:
        for mode, content in [("wb", b"half"), ("w", "half")]:
            with pytest.raises(ZeroDivisionError):
                write_and_fail(storage.stream("file", mode), content)
        assert not storage.exists("file")
        assert storage.ls() == ([], [])

    def test_a_stream_that_fails_keeps_what_was_there(self, storage: BaseStorage) -> None:
        storage.touch("file", "old")
        with pytest.raises(ZeroDivisionError):
            write_and_fail(storage.stream("file", "wb"), b"new" * 1_000_000)
        assert storage.open("file", "r") == "old"
        assert storage.ls() == (["file"], [])

    def test_a_stream_that_is_forgotten_leaves_nothing(self, storage: BaseStorage) -> None:
        handle = storage.stream("file", "wb")
        handle.write(b"half")
        del handle
        assert storage.ls() == ([], [])

    def test_a_source_that_fails_leaves_nothing(self, storage: BaseStorage) -> None:
        class Broken(io.RawIOBase):
            def readable(self) -> bool:
                return True

            def read(self, size: int = -1) -> bytes:
                if size == 0 or getattr(self, "was_read", False):
                    raise OSError("the source broke")
                self.was_read = True
                return b"half"

        with pytest.raises(OSError, match="the source broke"):
            storage.touch("file", Broken())  # type: ignore[arg-type]
        assert storage.ls() == ([], [])

    def test_an_empty_stream_makes_an_empty_file(self, storage: BaseStorage) -> None:
        storage.stream("file", "wb").close()
        assert storage.open("file") == b""
        with storage.stream("file") as handle:
            assert handle.read() == b""

    def test_large_streams_come_back_whole(self, storage: BaseStorage) -> None:
        pieces = [bytes([number]) * 1_000_003 for number in range(20)]
        with storage.stream("large", "wb") as handle:
            for piece in pieces:
                handle.write(piece)
        assert storage.size("large") == sum(map(len, pieces))
        with storage.stream("large") as handle:
            assert all(handle.read(len(piece)) == piece for piece in pieces)
            assert handle.read(1) == b""

    def test_a_reading_stream_can_seek(self, storage: BaseStorage) -> None:
        storage.touch("file", bytes(range(256)) * 4096)
        with storage.stream("file") as handle:
            assert handle.seek(-1, io.SEEK_END) == 256 * 4096 - 1
            assert handle.read() == b"\xff"
            handle.seek(256 * 2048 + 7)
            assert handle.read(2) == b"\x07\x08"
            assert handle.tell() == 256 * 2048 + 9
            handle.seek(0)
            assert handle.read(3) == b"\x00\x01\x02"

    def test_text_streams_give_lines(self, storage: BaseStorage) -> None:
        storage.touch("file", "é\nb\n")
        with storage.stream("file", "r") as handle:
            assert list(handle) == ["é\n", "b\n"]

    def test_appending_adds_to_the_end(self, storage: BaseStorage) -> None:
        if not storage.supports_append:
            with pytest.raises(StorageError, match="cannot append to 'folder/log'"):
                storage.stream("folder/log", "ab")
            return
        for line in (b"one\n", b"two\n"):
            with storage.stream("folder/log", "ab") as handle:
                handle.write(line)
        assert storage.open("folder/log") == b"one\ntwo\n"

    @pytest.mark.parametrize("mode", ["", "q", "rw", "r+b", "wx"])
    def test_other_modes_are_refused(self, storage: BaseStorage, mode: str) -> None:
        with pytest.raises(ValueError, match=r"stream\(\) takes"):
            storage.stream("file", mode)

    # --- Engines ---------------------------------------------------------------------------

    def test_an_engine_writes_and_reads_by_path_or_file(self, storage: BaseStorage) -> None:
        with storage.writing("folder/file.csv.gz") as target:
            assert not isinstance(target, str) or target.endswith(".csv.gz")
            with opened(target, "wb") as handle:
                handle.write(b"abc")
            assert not storage.exists("folder/file.csv.gz")
        with (
            storage.reading("folder/file.csv.gz") as source,
            opened(source, "rb") as handle,
        ):
            handle.seek(1)
            assert handle.read() == b"bc"

    def test_an_engine_that_fails_leaves_nothing(self, storage: BaseStorage) -> None:
        with (
            pytest.raises(ZeroDivisionError),
            storage.writing("file") as target,
            opened(target, "wb") as handle,
        ):
            write_and_fail(handle, b"half")
        assert storage.ls() == ([], [])

    def test_a_folder_replaces_the_one_before(self, storage: BaseStorage) -> None:
        for names in (["a=1/x", "a=2/x"], ["a=2/x", "a=3/y"]):
            with storage.writing_folder("data/set") as folder:
                for name in names:
                    os.makedirs(os.path.dirname(f"{folder}/{name}"), exist_ok=True)
                    with open(f"{folder}/{name}", "w") as handle:
                        handle.write(name)
            assert list(storage.walk("data/set")) == [f"data/set/{name}" for name in names]
        assert storage.open("data/set/a=3/y", "r") == "a=3/y"
        assert storage.ls("data") == ([], ["data/set"])

    def test_a_folder_that_fails_leaves_the_one_before(self, storage: BaseStorage) -> None:
        storage.touch("set/old", "old")
        with pytest.raises(ZeroDivisionError), storage.writing_folder("set") as folder:
            write_and_fail(open(f"{folder}/new", "wb"), b"new")  # noqa: SIM115
        assert list(storage.walk()) == ["set/old"]

    def test_a_local_path_leads_to_the_file(self, storage: BaseStorage) -> None:
        storage.touch("folder/file", "x")
        path = storage.local_path("folder/file")
        assert (path is not None) == storage.is_local
        if path is not None:
            with open(path) as handle:
                assert handle.read() == "x"


def write_and_fail(handle: Any, *pieces: Any) -> None:
    """Write to a file and raise ZeroDivisionError inside its ``with`` block."""
    with handle:
        for piece in pieces:
            handle.write(piece)
        raise ZeroDivisionError


@contextmanager
def opened(target: Any, mode: str) -> Iterator[Any]:
    """Open what an engine was given: a path, or a file that stays open."""
    if isinstance(target, str):
        with open(target, mode) as handle:
            yield handle
    else:
        yield target
