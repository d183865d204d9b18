from __future__ import annotations

import importlib
import sys

import pytest

from gluepy.utils.deprecation import (
    RENAMED_MODULES,
    RemovedInGluepy3Warning,
    current_path,
    install,
)


@pytest.fixture(autouse=True)
def forget_old_names(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", sys.meta_path[:])
    for name in RENAMED_MODULES:
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_an_old_dotted_path_is_renamed_with_a_warning() -> None:
    with pytest.warns(RemovedInGluepy3Warning) as warned:
        assert current_path("gluepy.utils.dict.merge") == "gluepy.utils.mapping.merge"
    assert str(warned[0].message) == (
        "'gluepy.utils.dict.merge' is now 'gluepy.utils.mapping.merge'."
    )


def test_todays_path_stays_as_it_is() -> None:
    assert current_path("gluepy.utils.mapping.merge") == "gluepy.utils.mapping.merge"
    assert current_path("mine") == "mine"


@pytest.mark.parametrize(("old", "new"), RENAMED_MODULES.items())
def test_a_renamed_module_is_imported_by_its_old_name_and_stays_itself(old: str, new: str) -> None:
    install()
    module = importlib.import_module(new)
    spec = module.__spec__
    with pytest.warns(RemovedInGluepy3Warning, match=f"'{old}' is now '{new}'"):
        assert importlib.import_module(old) is module
    assert module.__name__ == new
    assert module.__spec__ is spec
    assert sys.modules[new] is module


def test_installing_twice_is_once() -> None:
    install()
    before = len(sys.meta_path)
    install()
    assert len(sys.meta_path) == before


def test_no_other_module_is_found_by_the_table() -> None:
    install()
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("gluepy.utils.no_such_module")
