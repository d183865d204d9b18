from __future__ import annotations

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import ModuleType

import pytest

from gluepy.utils.loading import LazyProxy, import_if_present, import_string
from tests.importable import Write, write_module

__all__ = ["write_module"]


def test_a_dotted_path_is_imported() -> None:
    assert import_string("json.dumps") is json.dumps
    assert import_string("gluepy.utils.loading.LazyProxy") is LazyProxy


def test_a_path_without_a_dot_says_what_one_looks_like() -> None:
    with pytest.raises(ImportError, match=r"'dumps' is not a dotted path like 'package\.module"):
        import_string("dumps")


def test_a_name_the_module_does_not_have_offers_the_closest() -> None:
    with pytest.raises(ImportError) as error:
        import_string("json.dump_s")
    assert str(error.value).startswith("The module 'json' has no 'dump_s'. Did you mean 'dumps'")


def test_a_module_that_does_not_exist_is_a_module_not_found() -> None:
    with pytest.raises(ModuleNotFoundError) as error:
        import_string("no_such_module.Name")
    assert error.value.name == "no_such_module"


def test_an_absent_module_is_none(write_module: Write) -> None:
    write_module("present/__init__.py")
    assert import_if_present("no_such_module") is None
    assert import_if_present("present.absent") is None
    assert import_if_present("present").__name__ == "present"


def test_a_module_that_imports_something_absent_is_broken_not_absent(write_module: Write) -> None:
    write_module("broken/__init__.py")
    write_module("broken/tasks.py", "import no_such_module\n")
    with pytest.raises(ModuleNotFoundError, match="no_such_module"):
        import_if_present("broken.tasks")


def test_a_module_in_an_absent_package_is_absent() -> None:
    assert import_if_present("no_such_package.tasks") is None


def test_a_module_that_another_thread_is_importing_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "slow_to_import.py").write_text(
        "import slow_gate\nslow_gate.started.set()\nslow_gate.go.wait(30)\nname = 1\n"
    )
    gate = ModuleType("slow_gate")
    gate.started, gate.go = threading.Event(), threading.Event()
    monkeypatch.setitem(sys.modules, "slow_gate", gate)
    monkeypatch.syspath_prepend(tmp_path)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(import_string, "slow_to_import.name")
        assert gate.started.wait(30)
        second = pool.submit(import_string, "slow_to_import.name")
        time.sleep(0.1)  # lets the second find the module half made
        gate.go.set()
        assert (first.result(30), second.result(30)) == (1, 1)
    del sys.modules["slow_to_import"]
