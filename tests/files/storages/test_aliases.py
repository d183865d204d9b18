from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gluepy import signals
from gluepy.exceptions import SettingsError
from gluepy.files.storages import BaseStorage, default_storage, storages
from gluepy.files.storages.local import LocalStorage
from gluepy.files.storages.memory import MemoryStorage
from gluepy.test import override_settings

MEMORY = "gluepy.files.storages.memory.MemoryStorage"
LOCAL = "gluepy.files.storages.local.LocalStorage"


def test_the_default_storage_is_what_the_setting_names(tmp_path: Path) -> None:
    with override_settings(STORAGE_ROOT=str(tmp_path)):
        default_storage.touch("file", "x")
        assert isinstance(default_storage, LocalStorage)
        with override_settings(STORAGE_BACKEND=MEMORY):
            assert isinstance(default_storage, MemoryStorage)
            default_storage.touch("other", "y")
            assert default_storage.open("other") == default_storage.open("other") == b"y"
        assert default_storage.ls() == (["file"], [])


def test_storages_are_known_by_alias(tmp_path: Path) -> None:
    definitions = {
        "lake": {"BACKEND": LOCAL, "ROOT": "lake"},
        "cache": {"BACKEND": MEMORY},
    }
    with override_settings(BASE_DIR=str(tmp_path), STORAGES=definitions):
        storages["lake"].touch("a", "x")
        storages["cache"].touch("b", "y")
        assert (tmp_path / "lake" / "a").read_text() == "x"
        assert storages["cache"].open("b", "r") == "y"
        assert storages["lake"] is storages["lake"]
        assert storages["default"] is default_storage
        assert list(storages) == ["default", "lake", "cache"]
        assert len(storages) == 3
        assert "lake" in storages
        assert "sea" not in storages


def test_storages_follow_their_setting() -> None:
    with override_settings(STORAGES={"lake": {"BACKEND": MEMORY}}):
        storages["lake"].touch("a", "x")
        with override_settings(STORAGES={"lake": {"BACKEND": MEMORY}}):
            assert storages["lake"].ls() == ([], [])


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ({"BACKEND": "gluepy.files.storages.local.LocalStorge"}, "LocalStorage"),
        ({"BACKEND": LOCAL, "ROOTS": "x"}, "unknown key 'ROOTS'. Did you mean 'ROOT'?"),
        ({"BACKEND": LOCAL, "OPTIONS": {"bucket": "x"}}, "no option 'bucket'"),
    ],
)
def test_wrong_definitions_are_named(definition: dict[str, Any], message: str) -> None:
    with override_settings(STORAGES={"lake": definition}), pytest.raises(SettingsError) as caught:
        storages["lake"]
    assert message in str(caught.value)


def test_an_unknown_alias_is_answered_with_close_ones() -> None:
    with (
        override_settings(STORAGES={"lake": {"BACKEND": MEMORY}}),
        pytest.raises(SettingsError, match=r"no storage 'lakes'\. Did you mean 'lake'\?"),
    ):
        storages["lakes"]


def test_signals_tell_which_storage_it_was() -> None:
    names: list[str] = []

    def receive(*, name: str, **_: Any) -> None:
        names.append(name)

    signals.write.connect(receive)
    try:
        with override_settings(STORAGE_BACKEND=MEMORY, STORAGES={"lake": {"BACKEND": MEMORY}}):
            default_storage.touch("a", "x")
            storages["lake"].touch("a", "x")
    finally:
        signals.write.disconnect(receive)
    assert names == ["a", "lake:a"]


def test_a_backend_of_a_user_needs_no_arguments() -> None:
    class Old(BaseStorage):
        def __init__(self) -> None:
            self.was_made = True

        def exists(self, path: str) -> bool:
            return path == "there"

    with override_settings(STORAGE_BACKEND=Old):
        assert default_storage.was_made
        assert default_storage.exists("there")


def test_importing_the_storages_imports_no_backend() -> None:
    code = (
        "import sys, gluepy.files.storages; "
        "print(*sorted(name for name in sys.modules if name.startswith('gluepy.files.storages.')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
    )
    shared = ("aliases", "base", "content", "paths", "pending", "primitives")
    assert done.stdout.split() == [f"gluepy.files.storages.{name}" for name in shared]
