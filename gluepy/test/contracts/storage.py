"""The contract of a storage: what every backend has to do, gluepy's own and yours.

::

    class TestMyStorage(StorageContract):
        @pytest.fixture
        def storage(self, tmp_path):
            return MyStorage(root=str(tmp_path))
"""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from typing import Any

import pytest

from gluepy import signals
from gluepy.exceptions import StorageError, UnsafePathError
from gluepy.files.folder import run_folder
from gluepy.files.storages.base import BaseStorage

MANY = 10_000
OUTSIDE = ["../x", "a/../../x", "..", "../../etc/passwd", "/etc/passwd", "/../x"]
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


class StorageContract:
    """Tests to inherit from; the fixture ``storage`` gives an empty storage for each test."""

    # Keys of the tests about many files; S3 and its like deliver 1,000 a page.
    many = MANY

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
            with _opened(target, "wb") as handle:
                handle.write(b"abc")
            assert not storage.exists("folder/file.csv.gz")
        with (
            storage.reading("folder/file.csv.gz") as source,
            _opened(source, "rb") as handle,
        ):
            handle.seek(1)
            assert handle.read() == b"bc"

    def test_an_engine_that_fails_leaves_nothing(self, storage: BaseStorage) -> None:
        with (
            pytest.raises(ZeroDivisionError),
            storage.writing("file") as target,
            _opened(target, "wb") as handle,
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

    # --- Listing ---------------------------------------------------------------------------

    def test_ls_gives_files_then_folders_sorted(self, storage: BaseStorage) -> None:
        for path in ["b/y", "b/x", "b/z/1", "b/a/2", "a", "b-c/x"]:
            storage.touch(path, path)
        assert storage.ls() == (["a"], ["b", "b-c"])
        assert storage.ls("b") == (["b/x", "b/y"], ["b/a", "b/z"])
        assert storage.ls("b/") == storage.ls("./b") == storage.ls("b")

    def test_walk_gives_all_files_sorted(self, storage: BaseStorage) -> None:
        paths = ["a", "b/x", "b/z/1", "b-c/x", "b.txt"]
        for path in paths:
            storage.touch(path, path)
        assert list(storage.walk()) == sorted(paths)
        assert list(storage.walk("b")) == ["b/x", "b/z/1"]
        assert list(storage.walk("b/x")) == ["b/x"]

    @pytest.mark.parametrize("root", ["", ".", "/", "./"])
    def test_the_root_is_an_empty_folder_at_first(self, storage: BaseStorage, root: str) -> None:
        assert storage.ls(root) == ([], [])
        assert list(storage.walk(root)) == []
        assert storage.exists(root)
        assert storage.isdir(root)
        assert not storage.isfile(root)
        assert storage.relpath(root) == ""

    def test_listing_a_file_says_so(self, storage: BaseStorage) -> None:
        storage.touch("file", "x")
        with pytest.raises(NotADirectoryError, match="'file' is a file"):
            storage.ls("file")

    def test_files_and_folders_are_told_apart(self, storage: BaseStorage) -> None:
        storage.touch("folder/file", "x")
        assert storage.isfile("folder/file")
        assert not storage.isdir("folder/file")
        assert storage.isdir("folder")
        assert not storage.isfile("folder")
        assert storage.exists("folder")
        assert storage.exists("folder/file")
        assert not storage.exists("folde")
        assert not storage.exists("folder/fil")

    @pytest.mark.parametrize(
        "verb", ["open", "size", "isfile", "isdir", "ls", "walk", "rm", "stream", "cp", "reading"]
    )
    def test_what_is_missing_is_named_with_close_names(
        self, storage: BaseStorage, verb: str
    ) -> None:
        storage.touch("folder/orders.csv", "x")
        arguments = ("folder/order.csv", "to") if verb == "cp" else ("folder/order.csv",)
        call = getattr(storage, verb)
        with pytest.raises(FileNotFoundError) as caught:
            _entered(call(*arguments))
        assert "There is no 'folder/order.csv'" in str(caught.value)
        assert "'folder/orders.csv'" in str(caught.value)

    def test_missing_folders_are_missing(self, storage: BaseStorage) -> None:
        with pytest.raises(FileNotFoundError, match="'no/such/file'"):
            storage.open("no/such/file")

    @pytest.fixture
    def many_files(self, storage: BaseStorage) -> list[str]:
        """Return the paths of ``many`` files, made in a few threads."""
        paths = [f"many/{number % 7}/{number:05}" for number in range(self.many)]
        self.make_many(storage, paths)
        return sorted(paths)

    def make_many(self, storage: BaseStorage, paths: list[str]) -> None:
        """Write an empty file at each path."""
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(lambda path: storage.touch(path, b""), paths))

    def test_many_files_are_listed_and_removed(
        self, storage: BaseStorage, many_files: list[str]
    ) -> None:
        assert list(storage.walk("many")) == many_files
        assert storage.ls("many") == ([], [f"many/{number}" for number in range(7)])
        assert storage.ls("many/3")[0] == [path for path in many_files if path[5] == "3"]
        storage.rm("many", recursive=True)
        assert not storage.exists("many")
        assert storage.ls() == ([], [])

    # --- Folders ---------------------------------------------------------------------------

    def test_mkdir_makes_an_empty_folder(self, storage: BaseStorage) -> None:
        storage.mkdir("folder")
        assert storage.isdir("folder")
        assert storage.ls() == ([], ["folder"])
        assert storage.ls("folder") == ([], [])
        assert list(storage.walk()) == []

    def test_mkdir_makes_parents_only_if_told(self, storage: BaseStorage) -> None:
        with pytest.raises(FileNotFoundError, match="'a/b'"):
            storage.mkdir("a/b/c")
        storage.mkdir("a/b/c", make_parents=True)
        storage.mkdir("a/b/c", make_parents=True)
        assert storage.isdir("a/b/c")

    def test_mkdir_of_what_exists_is_refused(self, storage: BaseStorage) -> None:
        storage.mkdir("folder")
        storage.touch("file", "x")
        for path in ("folder", "file"):
            with pytest.raises(FileExistsError, match=f"'{path}' exists already"):
                storage.mkdir(path)
        with pytest.raises(FileExistsError, match="'file' exists already"):
            storage.mkdir("file", make_parents=True)

    def test_rm_removes_files_and_folders(self, storage: BaseStorage) -> None:
        storage.touch("folder/file", "x")
        storage.touch("folder/other", "x")
        storage.mkdir("empty")
        storage.rm("folder/file")
        assert storage.ls("folder") == (["folder/other"], [])
        with pytest.raises(ValueError, match="'folder' is not empty"):
            storage.rm("folder")
        storage.rm("folder", recursive=True)
        storage.rm("empty")
        assert storage.ls() == ([], [])

    def test_rm_takes_only_what_is_named(self, storage: BaseStorage) -> None:
        for path in ["a/x", "ab/x", "a.txt", "a*/x", "a?/y", "a*.txt"]:
            storage.touch(path, path)
        for path in ["a", "a*", "a?"]:
            storage.rm(path, recursive=True)
        storage.rm("a*.txt")
        assert list(storage.walk()) == ["a.txt", "ab/x"]

    def test_the_root_is_not_removed(self, storage: BaseStorage) -> None:
        storage.touch("file", "x")
        with pytest.raises(ValueError, match="root of a storage"):
            storage.rm("", recursive=True)
        assert storage.exists("file")

    # --- Copies ----------------------------------------------------------------------------

    def test_cp_copies_a_file(self, storage: BaseStorage) -> None:
        storage.touch("a/file", "x" * 100_000)
        storage.cp("a/file", "b/c/copy")
        storage.touch("a/file", "changed")
        assert storage.open("b/c/copy", "r") == "x" * 100_000
        assert storage.ls("b/c") == (["b/c/copy"], [])

    def test_cp_overwrites_only_if_told(self, storage: BaseStorage) -> None:
        storage.touch("a", "new")
        storage.touch("b", "old")
        with pytest.raises(FileExistsError, match="'b' exists already"):
            storage.cp("a", "b")
        assert storage.open("b", "r") == "old"
        storage.cp("a", "b", overwrite=True)
        storage.cp("a", "a", overwrite=True)
        assert storage.open("b", "r") == storage.open("a", "r") == "new"

    def test_cp_copies_a_tree_if_told(self, storage: BaseStorage) -> None:
        for path in ["a/1", "a/b/2", "a/b/c/3"]:
            storage.touch(path, path)
        storage.mkdir("a/empty")
        with pytest.raises(ValueError, match="'a' is a folder; pass recursive=True"):
            storage.cp("a", "z")
        storage.cp("a", "z/y", recursive=True)
        assert list(storage.walk("z")) == ["z/y/1", "z/y/b/2", "z/y/b/c/3"]
        assert storage.open("z/y/b/c/3", "r") == "a/b/c/3"
        assert storage.isdir("z/y/empty")

    def test_cp_merges_trees_if_told_to_overwrite(self, storage: BaseStorage) -> None:
        for path in ["a/1", "b/1", "b/2"]:
            storage.touch(path, path)
        with pytest.raises(FileExistsError, match="'b' exists already"):
            storage.cp("a", "b", recursive=True)
        storage.cp("a", "b", recursive=True, overwrite=True)
        assert [storage.open(path, "r") for path in storage.walk("b")] == ["a/1", "b/2"]

    def test_cp_into_itself_is_refused(self, storage: BaseStorage) -> None:
        storage.touch("a/1", "x")
        with pytest.raises(ValueError, match="into itself"):
            storage.cp("a", "a/b", recursive=True)
        storage.cp("a", "ab", recursive=True)
        assert list(storage.walk()) == ["a/1", "ab/1"]

    def test_cp_does_not_put_a_file_in_the_place_of_a_folder(self, storage: BaseStorage) -> None:
        storage.touch("file", "x")
        storage.touch("folder/y", "y")
        with pytest.raises(IsADirectoryError, match="'folder' is a folder"):
            storage.cp("file", "folder", overwrite=True)
        with pytest.raises(NotADirectoryError, match="'file' is a file"):
            storage.cp("folder", "file", recursive=True, overwrite=True)

    # --- Paths -----------------------------------------------------------------------------

    @pytest.mark.parametrize("path", OUTSIDE)
    @pytest.mark.parametrize(
        "verb", ["touch", "open", "stream", "ls", "walk", "exists", "rm", "mkdir", "cp", "abspath"]
    )
    def test_paths_that_leave_the_root_are_refused(
        self, storage: BaseStorage, verb: str, path: str
    ) -> None:
        arguments = {"touch": (path, "x"), "cp": ("file", path)}.get(verb, (path,))
        with pytest.raises(UnsafePathError) as caught:
            getattr(storage, verb)(*arguments)
        assert f"'{path}' leads out of the storage root" in str(caught.value)

    @pytest.mark.parametrize("path", ["a\\b", "..\\x", "a\0b"])
    def test_backslashes_and_nul_are_refused(self, storage: BaseStorage, path: str) -> None:
        with pytest.raises(UnsafePathError, match="backslash or a NUL"):
            storage.touch(path, "x")

    @pytest.mark.parametrize("path", ["a/b", "a//b", "./a/b", "a/./b", "a/c/../b", "a/b/", "a/b//"])
    def test_paths_are_made_clean(self, storage: BaseStorage, path: str) -> None:
        assert storage.relpath(path) == "a/b"
        storage.touch("a/b", "x")
        assert storage.exists(path)
        assert storage.open(path) == b"x"

    def test_the_root_is_no_file(self, storage: BaseStorage) -> None:
        for call in (lambda: storage.touch("", "x"), lambda: storage.open("/")):
            with pytest.raises(IsADirectoryError, match="root of the storage"):
                call()

    def test_paths_of_the_run_start_at_its_folder(self, storage: BaseStorage) -> None:
        token = run_folder.set("runs/2026/1/2/abc")
        try:
            assert storage.runpath("out.csv") == "runs/2026/1/2/abc/out.csv"
            assert storage.runpath("") == "runs/2026/1/2/abc"
            with pytest.raises(UnsafePathError):
                storage.runpath("../../../../../../x")
        finally:
            run_folder.reset(token)

    def test_the_separator_is_a_slash(self, storage: BaseStorage) -> None:
        assert storage.separator == "/"
        assert storage.abspath("a/b").endswith("/a/b")

    # --- Signals ---------------------------------------------------------------------------

    @pytest.fixture
    def sent(self) -> Iterator[list[tuple[str, str, int | None]]]:
        """Return the list of reads and writes that were announced."""
        seen: list[tuple[str, str, int | None]] = []

        def on_read(*, name: str, size: int | None, **_: Any) -> None:
            seen.append(("read", name.rpartition("/")[2], size))

        def on_write(*, name: str, size: int | None, **_: Any) -> None:
            seen.append(("write", name.rpartition("/")[2], size))

        signals.read.connect(on_read)
        signals.write.connect(on_write)
        yield seen
        signals.read.disconnect(on_read)
        signals.write.disconnect(on_write)

    def test_reads_and_writes_are_announced_once(
        self, storage: BaseStorage, sent: list[tuple[str, str, int | None]]
    ) -> None:
        storage.touch("a", b"123")
        storage.open("a")
        with storage.stream("b", "wb") as handle:
            handle.write(b"12345")
            assert sent == [("write", "a", 3), ("read", "a", 3)]
        with storage.stream("b", "r") as handle:
            handle.read()
        storage.cp("a", "c")
        assert [event[:2] for event in sent[2:]] == [
            ("write", "b"),
            ("read", "b"),
            ("read", "a"),
            ("write", "c"),
        ]
        assert sent[2][2] == 5

    def test_what_fails_is_not_announced(
        self, storage: BaseStorage, sent: list[tuple[str, str, int | None]]
    ) -> None:
        with pytest.raises(FileNotFoundError):
            storage.open("a")
        with pytest.raises(ZeroDivisionError), storage.stream("b", "wb"):
            raise ZeroDivisionError
        assert sent == []

    def test_what_an_engine_does_is_announced(
        self, storage: BaseStorage, sent: list[tuple[str, str, int | None]]
    ) -> None:
        with storage.writing("a") as target, _opened(target, "wb") as handle:
            handle.write(b"123")
        with storage.reading("a"):
            pass
        assert sent == [("write", "a", 3), ("read", "a", None)]

    # --- Construction ----------------------------------------------------------------------

    def test_the_description_says_where(self, storage: BaseStorage) -> None:
        assert type(storage).__name__ in repr(storage)
        assert storage.abspath("") in repr(storage)


def write_and_fail(handle: Any, *pieces: Any) -> None:
    """Write to a file and raise ZeroDivisionError inside its ``with`` block."""
    with handle:
        for piece in pieces:
            handle.write(piece)
        raise ZeroDivisionError


def _entered(result: Any) -> None:
    """Enter what has to be entered before it does anything."""
    if isinstance(result, AbstractContextManager):
        result.__enter__()


@contextmanager
def _opened(target: Any, mode: str) -> Iterator[Any]:
    """Open what an engine was given: a path, or a file that stays open."""
    if isinstance(target, str):
        with open(target, mode) as handle:
            yield handle
    else:
        yield target
