from __future__ import annotations

import sys
from types import ModuleType

import pytest

from gluepy.exceptions import DuplicateLabelError, UnknownLabelError
from gluepy.utils.registry import Registry, place
from tests.importable import Write, write_module

__all__ = ["write_module"]


class Apple: ...


class Pear: ...


@pytest.fixture
def registry() -> Registry[type]:
    return Registry("Fruit")


def test_a_registered_class_is_found_by_its_label(registry: Registry[type]) -> None:
    registry.register("apple", Apple)
    assert registry.find("apple") is Apple


def test_a_label_that_is_taken_names_both_places(registry: Registry[type]) -> None:
    registry.register("fruit", Apple)
    with pytest.raises(DuplicateLabelError) as error:
        registry.register("fruit", Pear)
    assert str(error.value) == (
        f"Duplicate Fruit label 'fruit': {__name__}.Apple ({__file__}) and "
        f"{__name__}.Pear ({__file__}) both ask for it. Give one of them another label."
    )
    assert isinstance(error.value, KeyError)
    assert registry["fruit"] is Apple


def test_an_unknown_label_names_the_closest(registry: Registry[type]) -> None:
    registry.register("apple", Apple)
    with pytest.raises(UnknownLabelError) as error:
        registry.find("appel")
    assert str(error.value) == (
        "Fruit with label 'appel' was not found in registry. Did you mean 'apple'?"
    )
    assert isinstance(error.value, ValueError)


def test_an_empty_registry_asks_for_the_module(registry: Registry[type]) -> None:
    with pytest.raises(UnknownLabelError, match="Is its module in INSTALLED_MODULES"):
        registry.find("apple")


def test_it_behaves_as_a_mutable_mapping(registry: Registry[type]) -> None:
    registry["apple"] = Apple
    registry.update({"pear": Pear})
    assert dict(registry) == {"apple": Apple, "pear": Pear}
    assert repr(registry) == "<Fruit registry: apple, pear>"
    assert registry.pop("pear") is Pear
    assert "pear" not in registry
    assert registry.get("pear") is None
    with pytest.raises(KeyError):
        registry["pear"]
    registry["apple"] = Pear
    assert registry["apple"] is Pear
    registry.clear()
    assert len(registry) == 0
    assert repr(registry) == "<Fruit registry: empty>"


def typed_at_a_prompt(name: str) -> type:
    return type(name, (), {"__module__": "prompt"})


def test_a_class_typed_again_at_a_prompt_replaces_its_former_self(
    registry: Registry[type], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prompt", ModuleType("prompt"))
    registry.register("apple", typed_at_a_prompt("Apple"))
    again = typed_at_a_prompt("Apple")
    registry.register("apple", again)
    assert registry["apple"] is again
    with pytest.raises(DuplicateLabelError):
        registry.register("apple", typed_at_a_prompt("Other"))


def test_one_class_written_twice_in_a_file_is_a_duplicate(write_module: Write) -> None:
    import importlib

    write_module(
        "twice.py",
        """
        from gluepy.exec import Task

        class Clean(Task): ...

        class Clean(Task): ...
        """,
    )
    with pytest.raises(DuplicateLabelError, match=r"'clean': twice\.Clean"):
        importlib.import_module("twice")


def test_a_module_that_failed_to_import_can_be_imported_when_it_is_mended(
    write_module: Write,
) -> None:
    import importlib

    from gluepy.exec import TASK_REGISTRY

    text = "from gluepy.exec import Task\n\nclass Mended(Task): ...\n"
    write_module("mended.py", f"{text}\n1 / 0\n")
    with pytest.raises(ZeroDivisionError):
        importlib.import_module("mended")
    write_module("mended.py", text)
    module = importlib.import_module("mended")
    assert TASK_REGISTRY["mended"] is module.Mended


def test_the_place_of_a_class_is_module_name_and_file() -> None:
    assert place(Apple) == f"{__name__}.Apple ({__file__})"
    assert place(int) == "builtins.int"
