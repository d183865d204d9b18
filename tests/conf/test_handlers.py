from __future__ import annotations

import pytest

from gluepy.conf.handlers import backend, closest_paths, import_backend, lazy, reset_on
from gluepy.exceptions import MissingDependencyError, SettingsError
from gluepy.test import override_settings
from gluepy.utils.deprecation import RemovedInGluepy3Warning
from tests.importable import Write

LOCAL = "gluepy.files.storages.local.LocalStorage"
MEMORY = "gluepy.files.storages.memory.MemoryStorage"


def test_a_handler_makes_its_object_on_first_use_and_keeps_it() -> None:
    with override_settings(STORAGE_BACKEND=MEMORY):
        storage = backend("STORAGE_BACKEND")
        storage.touch("a", "text")
        assert storage.open("a") == b"text"
        assert type(storage).__name__ == "LazyProxy"
        assert storage.__class__.__name__ == "MemoryStorage"


def test_a_handler_forgets_its_object_when_its_setting_changes_and_when_it_changes_back() -> None:
    storage = backend("STORAGE_BACKEND")
    with override_settings(STORAGE_BACKEND=MEMORY):
        storage.touch("a", "text")
        with override_settings(STORAGE_BACKEND=LOCAL, STORAGE_ROOT="/nowhere"):
            assert storage.__class__.__name__ == "LocalStorage"
        assert storage.__class__.__name__ == "MemoryStorage"
        assert not storage.exists("a")


def test_a_handler_keeps_its_object_when_another_setting_changes() -> None:
    storage = backend("STORAGE_BACKEND")
    with override_settings(STORAGE_BACKEND=MEMORY):
        storage.touch("a", "text")
        with override_settings(LOG_LEVEL="ERROR"):
            assert storage.exists("a")


def test_a_handler_depends_on_further_settings_and_on_prefixes() -> None:
    heard: list[str] = []
    reset_on(lambda: heard.append("reset"), "ONE", "AWS_*")
    with override_settings(ONE=1):
        assert len(heard) == 1
    with override_settings(AWS_ANYTHING=1):
        assert len(heard) == 3
    with override_settings(AWSLESS=1, ONES=1):
        assert len(heard) == 4


def test_a_handler_can_build_in_its_own_way() -> None:
    made = backend("STORAGE_BACKEND", build=lambda cls: f"a {cls.__name__}")
    with override_settings(STORAGE_BACKEND=MEMORY):
        assert str(made) == "a MemoryStorage"


def test_a_lazy_name_asks_every_time() -> None:
    numbers = iter([[1], [1, 2]])
    name = lazy(lambda: next(numbers))
    assert len(name) == 1
    assert len(name) == 2


def test_a_class_in_a_setting_is_taken_as_it_is() -> None:
    assert import_backend("STORAGE_BACKEND", dict) is dict


@pytest.mark.parametrize(
    ("path", "closest"),
    [
        ("gluepy.files.storages.local.LocalStorag", ["gluepy.files.storages.local.LocalStorage"]),
        ("gluepy.files.storages.lokal.LocalStorage", ["gluepy.files.storages.local.LocalStorage"]),
        ("gluepy.file.storage.local.LocalStorage", ["gluepy.files.storages.local.LocalStorage"]),
        ("nothing.like.this", []),
        ("gluepy.zzzzzz.local.LocalStorage", []),
    ],
)
def test_close_paths_are_found_part_by_part(path: str, closest: list[str]) -> None:
    assert closest_paths(path)[:1] == closest


def test_a_path_that_leads_nowhere_names_setting_value_and_the_closest() -> None:
    with pytest.raises(SettingsError) as error:
        import_backend("STORAGE_BACKEND", "gluepy.files.storages.lokal.LocalStorage")
    assert str(error.value) == (
        "STORAGE_BACKEND = 'gluepy.files.storages.lokal.LocalStorage' names nothing that can be "
        "imported. Did you mean 'gluepy.files.storages.local.LocalStorage'?"
    )


@pytest.mark.parametrize("path", ["LocalStorage", "no_such_package.Storage", ""])
def test_a_path_without_anything_close_says_to_check_it(path: str) -> None:
    with pytest.raises(SettingsError, match="names nothing") as error:
        import_backend("STORAGE_BACKEND", path)
    assert error.value.hint == "Check the dotted path."


def test_a_backend_whose_package_is_missing_says_which_extra_to_install(
    write_module: Write,
) -> None:
    write_module(
        "needy_backend.py",
        """
        from gluepy.exceptions import MissingDependencyError

        raise MissingDependencyError("boto3", "s3", "S3Storage")
        """,
    )
    with pytest.raises(MissingDependencyError, match=r"gluepy\[s3\]"):
        import_backend("STORAGE_BACKEND", "needy_backend.Storage")


def test_an_import_that_fails_inside_a_backend_comes_out_whole(write_module: Write) -> None:
    write_module("my_backend.py", "import a_library_that_is_missing\n")
    with pytest.raises(ModuleNotFoundError, match="a_library_that_is_missing"):
        import_backend("STORAGE_BACKEND", "my_backend.Storage")


def test_a_name_that_cannot_be_imported_inside_a_backend_comes_out_whole(
    write_module: Write,
) -> None:
    write_module("my_backend.py", "from json import no_such_name\n")
    with pytest.raises(ImportError, match="no_such_name") as error:
        import_backend("STORAGE_BACKEND", "my_backend.Storage")
    assert not isinstance(error.value, SettingsError)


def test_the_dotted_paths_of_gluepy_1_6_work_and_warn() -> None:
    from gluepy.context.manager import DefaultContextManager

    with pytest.warns(RemovedInGluepy3Warning, match=r"is now 'gluepy\.context\.manager\."):
        found = import_backend("CONTEXT_BACKEND", "gluepy.conf.context.DefaultContextManager")
    assert found is DefaultContextManager
