from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gluepy.exceptions import SettingsError, UnsafePathError
from gluepy.files.storages import atomic
from gluepy.files.storages.local import LocalStorage
from gluepy.files.storages.paths import is_temporary, temporary_name
from gluepy.test import override_settings


@pytest.fixture
def storage(tmp_path: Path) -> LocalStorage:
    return LocalStorage(str(tmp_path / "root"))


@pytest.fixture
def linked(storage: LocalStorage, tmp_path: Path) -> LocalStorage:
    """A storage with symlinks to a folder and a file outside its root."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_text("theirs")
    storage.mkdir("", make_parents=True)
    (tmp_path / "root" / "folder").symlink_to(tmp_path / "outside")
    (tmp_path / "root" / "file").symlink_to(tmp_path / "outside" / "file")
    return storage


@pytest.mark.parametrize("path", ["file", "folder/file", "folder/new", "folder/a/b"])
def test_symlinks_that_leave_the_root_are_not_written_through(
    linked: LocalStorage, tmp_path: Path, path: str
) -> None:
    linked.touch("source", "ours")
    calls = (
        lambda: linked.touch(path, "ours"),
        lambda: linked.stream(path, "wb"),
        lambda: linked.stream(path, "ab"),
        lambda: linked.writing(path).__enter__(),
        lambda: linked.writing_folder(path).__enter__(),
        lambda: linked.cp("source", path, overwrite=True),
    )
    for call in calls:
        with pytest.raises(UnsafePathError, match=f"'{path}' leads out of the storage root"):
            call()
    assert {entry.name for entry in (tmp_path / "outside").iterdir()} == {"file"}
    assert (tmp_path / "outside" / "file").read_text() == "theirs"


def test_symlinks_that_leave_the_root_are_read(linked: LocalStorage) -> None:
    assert linked.open("file", "r") == linked.open("folder/file", "r") == "theirs"


def test_removing_a_symlink_leaves_what_it_points_to(linked: LocalStorage, tmp_path: Path) -> None:
    linked.rm("folder", recursive=True)
    linked.rm("file")
    assert linked.ls() == ([], [])
    assert (tmp_path / "outside" / "file").read_text() == "theirs"


def test_nothing_behind_a_symlink_that_leaves_the_root_is_removed(linked: LocalStorage) -> None:
    with pytest.raises(UnsafePathError):
        linked.rm("folder/file")
    assert linked.open("file", "r") == "theirs"


def test_symlinks_inside_the_root_are_written_through(storage: LocalStorage) -> None:
    storage.touch("real/file", "old")
    os.symlink("real", storage.abspath("alias"))
    os.symlink("real/file", storage.abspath("link"))
    storage.touch("alias/new", "x")
    storage.touch("link", "new")
    assert storage.ls("real") == (["real/file", "real/new"], [])
    assert storage.open("real/file", "r") == "new"
    assert os.path.islink(storage.abspath("link"))


def test_walk_does_not_follow_symlinks_round_in_circles(storage: LocalStorage) -> None:
    storage.touch("a/file", "x")
    os.symlink(".", storage.abspath("a/self"))
    assert list(storage.walk()) == ["a/file"]


def test_a_root_that_is_a_symlink_is_fine(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    storage = LocalStorage(str(tmp_path / "link"))
    storage.touch("a/b", "x")
    assert storage.open(str(tmp_path / "real" / "a" / "b")) == b"x"
    assert (tmp_path / "real" / "a" / "b").read_text() == "x"


def test_absolute_paths_below_the_root_are_relative_to_it(storage: LocalStorage) -> None:
    storage.touch(storage.abspath("a/b"), "x")
    assert storage.relpath(storage.abspath("a/b")) == "a/b"
    assert storage.relpath(storage.root) == ""
    assert storage.ls(storage.root) == ([], ["a"])
    with pytest.raises(UnsafePathError):
        storage.open(f"{storage.root}-other/b")


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_files_get_the_mode_the_umask_says(storage: LocalStorage, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        storage.touch("touched", "x")
        storage.stream("streamed", "wb").close()
        storage.cp("touched", "copied")
        with storage.writing("written") as path, open(path, "w") as handle:
            handle.write("x")
    finally:
        os.umask(before)
    for name in storage.ls()[0]:
        assert os.stat(storage.abspath(name)).st_mode & 0o777 == mode


def test_files_left_by_a_killed_process_are_not_shown(storage: LocalStorage) -> None:
    storage.touch("folder/file", "x")
    for keep_suffix in (False, True):
        name = temporary_name("file.csv.gz", keep_suffix=keep_suffix)
        Path(storage.abspath(f"folder/{name}")).touch()
    assert storage.ls("folder") == (["folder/file"], [])
    assert list(storage.walk()) == ["folder/file"]
    storage.rm("folder", recursive=True)
    assert not storage.exists("folder")


@pytest.mark.parametrize("folder", ["", "folder", "folder.x/-y"])
def test_a_listing_leaves_out_only_what_is_on_its_way(storage: LocalStorage, folder: str) -> None:
    storage.mkdir(folder, make_parents=True)
    shown = ["-a", "..a", ".a", ".tmp", "0", "a", "é"]
    at = Path(storage.local_path(folder))
    for name in [*shown, temporary_name("a"), temporary_name("z.csv", keep_suffix=True)]:
        (at / name).touch()
    for name in [*(f"{name}.d" for name in shown), temporary_name("a"), temporary_name("-")]:
        (at / name).mkdir()
    start = f"{folder}/" if folder else ""
    files, folders = storage.ls(folder)
    assert files == sorted(start + name for name in shown)
    assert folders == sorted(f"{start}{name}.d" for name in shown)


@pytest.mark.parametrize("name", ["a", "a.tmp", ".a", ".a.tmp", ".a.1234abcd", ".a.1234ABCD.tmp"])
def test_names_of_users_are_not_taken_for_temporary_ones(name: str) -> None:
    assert not is_temporary(name)


@pytest.mark.parametrize("name", ["a", "größe" * 60, "a.b.c.d", ".hidden"])
def test_temporary_names_are_known_short_and_different(name: str) -> None:
    made = {temporary_name(name), temporary_name(name), temporary_name(name, keep_suffix=True)}
    assert len(made) == 3
    assert all(is_temporary(other) for other in made)
    assert all(len(temporary_name("größe" * 60).encode()) < 255 for other in made)


def test_a_long_name_is_written(storage: LocalStorage) -> None:
    storage.touch("x" * 255, "x")
    assert storage.ls() == (["x" * 255], [])


def test_the_content_is_flushed_before_the_rename_and_the_folder_after_it(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.touch("other", "x")
    steps: list[str] = []
    fsync, replace = os.fsync, os.replace

    def recorded_fsync(descriptor: int) -> None:
        is_folder = os.path.isdir(f"/proc/self/fd/{descriptor}")
        steps.append("flush folder" if is_folder else "flush file")
        fsync(descriptor)

    def recorded_replace(source: str, target: str) -> None:
        steps.append("rename")
        replace(source, target)

    monkeypatch.setattr(atomic.os, "fsync", recorded_fsync)
    monkeypatch.setattr(atomic.os, "replace", recorded_replace)
    storage.touch("file", "x")
    with storage.stream("file", "wb") as handle:
        handle.write(b"y")
    assert steps == ["flush file", "rename", "flush folder"] * 2


def test_a_full_disk_leaves_nothing_and_keeps_what_was_there(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage.touch("file", "old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        storage.touch("file", "new")
    with pytest.raises(OSError, match="No space left"), storage.stream("file", "wb") as handle:
        handle.write(b"new")
    assert os.listdir(storage.root) == ["file"]
    assert storage.open("file", "r") == "old"


def test_without_hard_links_exclusive_still_writes_once(
    storage: LocalStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(source: str, target: str) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(atomic.os, "link", no_links)
    storage.touch("file", "first", exclusive=True)
    with pytest.raises(FileExistsError, match="'file' exists already"):
        storage.touch("file", "second", exclusive=True)
    assert storage.open("file", "r") == "first"


def test_files_are_not_made_in_a_file(storage: LocalStorage) -> None:
    storage.touch("file", "x")
    with pytest.raises(NotADirectoryError):
        storage.touch("file/x", "y")
    with pytest.raises(IsADirectoryError):
        storage.mkdir("folder") or storage.touch("folder", "y")


def test_storage_root_is_read_when_it_is_needed(tmp_path: Path) -> None:
    storage = LocalStorage()
    for name in ("one", "two"):
        with override_settings(STORAGE_ROOT=str(tmp_path / name)):
            storage.touch("file", name)
    assert (tmp_path / "one" / "file").read_text() == "one"
    assert (tmp_path / "two" / "file").read_text() == "two"


def test_a_relative_storage_root_starts_at_the_project(tmp_path: Path) -> None:
    with override_settings(STORAGE_ROOT="data", BASE_DIR=str(tmp_path)):
        assert LocalStorage().abspath("a") == str(tmp_path / "data" / "a")


def test_unknown_options_are_refused() -> None:
    with pytest.raises(SettingsError, match="LocalStorage takes no option 'buckt'"):
        LocalStorage("/tmp", buckt="x")


def test_touch_imports_nothing_that_is_slow_to_import(tmp_path: Path) -> None:
    code = (
        "import sys; from gluepy.files.storages.local import LocalStorage; "
        f"storage = LocalStorage({str(tmp_path)!r}); storage.touch('a/b', 'x'); "
        "storage.open('a/b'); storage.ls(); storage.exists('a/b'); "
        "print(*{'tempfile', 'shutil', 'pathlib', 'logging', 'random'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-S", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    assert done.stdout.split() == []
