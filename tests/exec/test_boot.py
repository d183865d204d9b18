from __future__ import annotations

import logging
import sys

import pytest

from gluepy.exceptions import ModuleLoadError
from gluepy.exec import TASK_REGISTRY, bootstrap
from gluepy.modules import modules
from gluepy.test import override_settings
from tests.importable import Write


@pytest.fixture(autouse=True)
def restored(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(modules, "_loaded", [])
    monkeypatch.setattr(sys, "meta_path", sys.meta_path[:])
    level = logging.getLogger("gluepy").level
    yield
    logging.getLogger("gluepy").setLevel(level)


def test_bootstrap_configures_logging_and_registers_what_modules_hold(write_module: Write) -> None:
    write_module("booted.py", "from gluepy.exec import Task\n\nclass Booted(Task): ...\n")
    with override_settings(INSTALLED_MODULES=["booted"], LOG_LEVEL="WARNING"):
        bootstrap()
        bootstrap()
    assert "booted" in TASK_REGISTRY
    assert list(modules) == ["booted"]
    assert logging.getLogger("booted").level == logging.WARNING


def test_logging_is_configured_before_the_modules_are_imported(write_module: Write) -> None:
    write_module(
        "early.py", "import logging\n\nLEVEL = logging.getLogger('early').getEffectiveLevel()\n"
    )
    with override_settings(INSTALLED_MODULES=["early"], LOG_LEVEL="ERROR"):
        bootstrap()
    assert sys.modules["early"].LEVEL == logging.ERROR


def test_a_module_that_is_absent_stops_it() -> None:
    absent = override_settings(INSTALLED_MODULES=["no_such_module"])
    with absent, pytest.raises(ModuleLoadError, match="'no_such_module'"):
        bootstrap()


def test_names_of_gluepy_1_6_can_be_imported_afterwards() -> None:
    with override_settings():
        bootstrap()
    sys.modules.pop("gluepy.utils.dict", None)
    with pytest.warns(DeprecationWarning, match="is now 'gluepy.utils.mapping'"):
        from gluepy.utils.dict import merge
    assert merge({"a": 1}, {"b": 2}) == {"a": 1, "b": 2}
