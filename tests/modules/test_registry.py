from __future__ import annotations

import sys

import pytest

from gluepy.exceptions import DuplicateLabelError, ModuleLoadError
from gluepy.exec import DAG_REGISTRY, TASK_REGISTRY
from gluepy.modules.registry import Modules
from tests.importable import Write

TASK = "from gluepy.exec import Task\n\nclass {name}(Task): ...\n"


@pytest.fixture
def modules() -> Modules:
    return Modules()


def test_the_parts_of_a_package_are_imported_if_they_are_there(
    modules: Modules, write_module: Write
) -> None:
    write_module("shop/__init__.py")
    write_module("shop/tasks.py", TASK.format(name="Clean"))
    write_module("shop/dags.py", "from gluepy.exec import DAG\n\nclass Daily(DAG): ...\n")
    write_module("shop/other.py", "1 / 0\n")
    modules.populate(["shop"])
    assert "clean" in TASK_REGISTRY
    assert "daily" in DAG_REGISTRY
    assert "shop.other" not in sys.modules
    assert list(modules) == ["shop"]
    assert "shop" in modules
    assert len(modules) == 1


def test_a_part_can_be_a_package_itself(modules: Modules, write_module: Write) -> None:
    write_module("shop/__init__.py")
    write_module("shop/tasks/__init__.py", "from .clean import Clean\n")
    write_module("shop/tasks/clean.py", TASK.format(name="Clean"))
    modules.populate(["shop"])
    assert TASK_REGISTRY["clean"].__module__ == "shop.tasks.clean"


def test_a_single_file_is_a_module(modules: Modules, write_module: Write) -> None:
    write_module("alone.py", TASK.format(name="Alone"))
    modules.populate(["alone"])
    assert "alone" in TASK_REGISTRY


def test_a_module_in_a_package_is_installed_by_its_dotted_name(
    modules: Modules, write_module: Write
) -> None:
    write_module("company/__init__.py")
    write_module("company/shop/__init__.py")
    write_module("company/shop/tasks.py", TASK.format(name="Clean"))
    modules.populate(["company.shop"])
    assert "clean" in TASK_REGISTRY


def test_populating_again_changes_nothing(modules: Modules, write_module: Write) -> None:
    write_module("first.py", TASK.format(name="First"))
    write_module("second.py", TASK.format(name="Second"))
    modules.populate(["first"])
    before = TASK_REGISTRY["first"]
    modules.populate(["first", "second"])
    assert TASK_REGISTRY["first"] is before
    assert list(modules) == ["first", "second"]


def test_an_absent_module_names_the_closest(modules: Modules, write_module: Write) -> None:
    write_module("forecaster/__init__.py")
    with pytest.raises(ModuleLoadError) as error:
        modules.populate(["forcaster"])
    assert str(error.value) == (
        "INSTALLED_MODULES names 'forcaster', but there is no such module. "
        "Did you mean 'forecaster'?"
    )


def test_an_absent_module_without_anything_close_says_how_to_make_it(modules: Modules) -> None:
    with pytest.raises(ModuleLoadError, match=r"python manage\.py startmodule qqqzzz"):
        modules.populate(["qqqzzz"])


def test_an_absent_module_of_a_package_names_its_neighbours(
    modules: Modules, write_module: Write
) -> None:
    write_module("company/__init__.py")
    write_module("company/shop.py")
    with pytest.raises(ModuleLoadError, match=r"Did you mean 'company\.shop'"):
        modules.populate(["company.shp"])


@pytest.mark.parametrize("part", ["__init__", "tasks", "dags", "commands", "checks"])
def test_an_import_that_fails_inside_a_module_comes_out_whole(
    modules: Modules, write_module: Write, part: str
) -> None:
    write_module("shop/__init__.py")
    write_module(f"shop/{part}.py", "import a_library_that_is_missing\n")
    with pytest.raises(ModuleNotFoundError) as error:
        modules.populate(["shop"])
    assert error.value.name == "a_library_that_is_missing"
    assert f"{part}.py" in str(error.traceback[-1].path)
    assert "shop" not in modules


def test_a_name_that_cannot_be_imported_comes_out_whole(
    modules: Modules, write_module: Write
) -> None:
    write_module("shop/__init__.py")
    write_module("shop/tasks.py", "from .other import Clean\n")
    write_module("shop/other.py")
    with pytest.raises(ImportError, match="cannot import name 'Clean'"):
        modules.populate(["shop"])


def test_a_syntax_error_comes_out_whole(modules: Modules, write_module: Write) -> None:
    write_module("shop/__init__.py")
    write_module("shop/tasks.py", "def = 1\n")
    with pytest.raises(SyntaxError):
        modules.populate(["shop"])


def test_a_module_listed_twice_is_an_error(modules: Modules, write_module: Write) -> None:
    write_module("shop/__init__.py")
    with pytest.raises(ModuleLoadError, match=r"has 'shop' twice\. Remove one of them"):
        modules.populate(["shop", "shop"])


def test_a_text_instead_of_a_list_says_how_to_write_it(modules: Modules) -> None:
    with pytest.raises(ModuleLoadError) as error:
        modules.populate("shop")
    assert error.value.hint == 'Write INSTALLED_MODULES = ["shop"].'


@pytest.mark.parametrize("entry", [None, 3, ""])
def test_an_entry_that_is_no_name_is_quoted(modules: Modules, entry: object) -> None:
    with pytest.raises(ModuleLoadError, match=f"has the entry {entry!r}, which is not a module"):
        modules.populate([entry])


def test_one_label_in_two_modules_names_both_files(modules: Modules, write_module: Write) -> None:
    first = write_module("first.py", TASK.format(name="Clean"))
    second = write_module("second.py", TASK.format(name="Clean"))
    with pytest.raises(DuplicateLabelError) as error:
        modules.populate(["first", "second"])
    assert f"first.Clean ({first})" in str(error.value)
    assert f"second.Clean ({second})" in str(error.value)
