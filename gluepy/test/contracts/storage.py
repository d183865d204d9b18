"""The contract of a storage: what every backend has to do, gluepy's own and yours.

::

    class TestMyStorage(StorageContract):
        @pytest.fixture
        def storage(self, tmp_path):
            return MyStorage(root=str(tmp_path))
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any

import pytest

from gluepy import signals
from gluepy.exceptions import UnsafePathError
from gluepy.files.folder import run_folder
from gluepy.files.storages.base import BaseStorage
from gluepy.test.contracts.storage_files import FilesContract, opened

MANY = 10_000
OUTSIDE = ["../x", "a/../../x", "..", "../../etc/passwd", "/etc/passwd", "/../x"]


class StorageContract(FilesContract):
    """Tests to inherit from; the fixture ``storage`` gives an empty storage for each test."""

    # Keys of the tests about many files; S3 and its like deliver 1,000 a page.
    many = MANY

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
        with storage.writing("a") as target, opened(target, "wb") as handle:
            handle.write(b"123")
        with storage.reading("a"):
            pass
        assert sent == [("write", "a", 3), ("read", "a", None)]

    # --- Construction ----------------------------------------------------------------------

    def test_the_description_says_where(self, storage: BaseStorage) -> None:
        assert type(storage).__name__ in repr(storage)
        assert storage.abspath("") in repr(storage)


def _entered(result: Any) -> None:
    """Enter what has to be entered before it does anything."""
    if isinstance(result, AbstractContextManager):
        result.__enter__()
