from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from gluepy.exceptions import MissingDependencyError, SettingsError, StorageError
from gluepy.files.storages.fsspec import FsspecStorage
from gluepy.test import override_settings


def test_the_root_is_the_setting(tmp_path: Path) -> None:
    with override_settings(STORAGE_ROOT=f"file://{tmp_path}"):
        FsspecStorage().touch("a/b", "x")
    assert (tmp_path / "a" / "b").read_text() == "x"


def test_options_reach_fsspec(tmp_path: Path) -> None:
    storage = FsspecStorage(f"file://{tmp_path}", auto_mkdir=True)
    assert storage.filesystem.auto_mkdir


def test_an_unknown_protocol_is_named() -> None:
    with pytest.raises(SettingsError, match="'nosuch://x' is no URL that fsspec knows"):
        FsspecStorage("nosuch://x").ls()


def test_what_others_write_is_seen(tmp_path: Path) -> None:
    storage = FsspecStorage(f"file://{tmp_path}")
    assert storage.ls() == ([], [])
    (tmp_path / "new").touch()
    assert storage.ls() == (["new"], [])


def test_arrow_sees_the_same_files(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    storage = FsspecStorage(f"file://{tmp_path}")
    storage.touch("a/b", "abc")
    filesystem, root = storage.arrow_filesystem()
    with filesystem.open_input_file(f"{root}/a/b") as handle:
        assert handle.read() == b"abc"


@pytest.mark.parametrize(
    ("module", "package", "extra"),
    [("s3", "botocore", "s3"), ("google", "gcsfs", "gcs"), ("fsspec", "fsspec", "fsspec")],
)
def test_a_missing_package_is_named_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, module: str, package: str, extra: str
) -> None:
    import importlib

    names = [name for name in sys.modules if name.split(".")[0] == package]
    for name in [*names, f"gluepy.files.storages.{module}"]:
        monkeypatch.delitem(sys.modules, name, raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingDependencyError, match=rf"gluepy\[{extra}\]"):
        importlib.import_module(f"gluepy.files.storages.{module}")


def test_google_names_a_bucket_that_does_not_exist(gcs_bucket: dict[str, Any]) -> None:
    from gluepy.files.storages.google import GoogleStorage

    storage = GoogleStorage("", **{**gcs_bucket, "bucket": "nosuchbucket"})
    with pytest.raises(StorageError, match="There is no Google bucket 'nosuchbucket'"):
        storage.touch("a", "x")
    with override_settings(), pytest.raises(SettingsError, match="Set GOOGLE_GCS_BUCKET"):
        GoogleStorage("").ls()
