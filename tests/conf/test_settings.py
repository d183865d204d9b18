from __future__ import annotations

import sys

import pytest

from gluepy.conf import default_settings
from gluepy.conf.settings import DEFAULTS, ENVIRONMENT_VARIABLE
from gluepy.exceptions import SettingsError, UnknownSettingError
from gluepy.signals import setting_changed
from gluepy.test import override_settings
from tests.importable import Write


@pytest.fixture
def use(write_module: Write, monkeypatch: pytest.MonkeyPatch):
    """Write a settings module and choose it."""

    def use(text: str, name: str = "chosen_settings") -> None:
        write_module(f"{name.replace('.', '/')}.py", text)
        monkeypatch.setenv(ENVIRONMENT_VARIABLE, name)

    return use


def test_overrides_win_over_the_module_and_the_module_over_the_defaults(use) -> None:
    use("STORAGE_ROOT = 'mine'\nLOG_LEVEL = 'DEBUG'\n")
    assert default_settings.STORAGE_ROOT == "mine"
    assert DEFAULTS["START_TASK"] == default_settings.START_TASK
    with override_settings(LOG_LEVEL="ERROR"):
        assert default_settings.LOG_LEVEL == "ERROR"
    assert default_settings.LOG_LEVEL == "DEBUG"


def test_only_names_in_capitals_are_settings(use) -> None:
    use("import os\nlower = 1\nMixed = 2\nUPPER = 3\n")
    assert default_settings.UPPER == 3
    for name in ("lower", "Mixed", "os"):
        with pytest.raises(AttributeError, match=f"in capitals; '{name}' is not one"):
            getattr(default_settings, name)


def test_nothing_is_loaded_before_a_setting_is_read(use) -> None:
    use("STORAGE_ROOT = 'mine'\n")
    assert not default_settings.configured
    assert default_settings.module_name is None
    assert repr(default_settings) == "<Settings not loaded>"
    assert default_settings.STORAGE_ROOT == "mine"
    assert default_settings.configured
    assert default_settings.module_name == "chosen_settings"


def test_an_unset_environment_variable_says_what_to_do() -> None:
    with pytest.raises(SettingsError, match="GLUEPY_SETTINGS_MODULE is not set") as error:
        str(default_settings.STORAGE_ROOT)
    assert "gluepy.setup()" in error.value.hint


def test_an_unknown_setting_names_the_closest_and_is_an_attribute_error(use) -> None:
    use("")
    with pytest.raises(UnknownSettingError) as error:
        str(default_settings.STORAGE_ROOTS)
    assert str(error.value) == (
        "There is no setting 'STORAGE_ROOTS' in chosen_settings or among gluepy's own. "
        "Did you mean 'STORAGE_ROOT', 'STORAGE_OPTIONS' or 'STORAGES'?"
    )
    assert getattr(default_settings, "NO_SUCH_THING", None) is None


def test_a_setting_cannot_be_assigned(use) -> None:
    use("")
    with pytest.raises(SettingsError, match="'LOG_LEVEL' cannot be assigned to"):
        default_settings.LOG_LEVEL = "DEBUG"
    assert default_settings.LOG_LEVEL == "INFO"


def test_a_setting_that_looks_like_a_typo_is_found_with_what_was_meant(use) -> None:
    use("INSTALED_MODULES = []\nSTORAGE_ROOT = ''\nMY_OWN = 1\nCELERY_BROKER_URL = ''\n")
    assert default_settings.misspelt() == {"INSTALED_MODULES": ["INSTALLED_MODULES"]}


def test_no_setting_of_gluepy_1_6_is_taken_for_a_typo(use) -> None:
    names = [
        "BASE_DIR",
        "CONFIG_PATH",
        "INSTALLED_MODULES",
        "STORAGE_BACKEND",
        "STORAGE_ROOT",
        "DATA_BACKEND",
        "CONTEXT_BACKEND",
        "START_TASK",
        "MLOPS_BACKEND",
        "AIRFLOW_DAG_PREFIX",
        "AIRFLOW_TEMPLATE",
        "AIRFLOW_IMAGE",
        "AIRFLOW_CONFIGMAPS",
        "AIRFLOW_POD_RESOURCES",
        "AIRFLOW_KUBERNETES_CONFIG",
        "LOGGING",
        "GCP_PROJECT_ID",
        "GOOGLE_GCS_BUCKET",
        "AWS_S3_REGION_NAME",
        "AWS_S3_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_STORAGE_BUCKET_NAME",
        "CELERY_BROKER_URL",
        "CELERY_RESULT_BACKEND",
        "CELERY_TASK_SERIALIZER",
    ]
    use("\n".join(f"{name} = None" for name in names))
    assert default_settings.misspelt() == {}


def test_the_defined_settings_are_the_projects_own_and_the_overrides(use) -> None:
    use("A = 1\nB = 1\n")
    with override_settings(B=2, C=3):
        assert default_settings.defined() == {"A": 1, "B": 2, "C": 3}
    assert default_settings.defined() == {"A": 1, "B": 1}


def test_dir_lists_the_settings(use) -> None:
    use("MINE = 1\n")
    assert default_settings.MINE == 1
    assert {"MINE", "STORAGE_ROOT", "configured"} <= set(dir(default_settings))


def test_a_settings_module_that_does_not_exist_names_the_closest(use, write_module, monkeypatch):
    write_module("deployed/__init__.py")
    write_module("deployed/production.py")
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "deployed.producton")
    with pytest.raises(SettingsError) as error:
        str(default_settings.LOG_LEVEL)
    assert str(error.value) == (
        "The settings module 'deployed.producton' does not exist. "
        "Did you mean 'deployed.production'?"
    )


def test_a_missing_settings_package_says_to_look_at_the_folder(monkeypatch) -> None:
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "no_such_package.local")
    with pytest.raises(SettingsError, match=r"'no_such_package\.local' does not exist") as error:
        str(default_settings.LOG_LEVEL)
    assert "the folder you are in" in error.value.hint


def test_a_syntax_error_in_settings_names_file_and_line(use) -> None:
    use("A = 1\nB = = 2\n")
    with pytest.raises(SettingsError) as error:
        str(default_settings.A)
    assert "chosen_settings.py, line 2: invalid syntax" in str(error.value)


def test_an_import_that_fails_inside_settings_comes_out_whole(use) -> None:
    use("import a_library_that_is_missing\n")
    with pytest.raises(ModuleNotFoundError) as error:
        str(default_settings.A)
    assert error.value.name == "a_library_that_is_missing"
    assert not default_settings.configured


def test_any_other_error_inside_settings_comes_out_whole(use) -> None:
    use("1 / 0\n")
    with pytest.raises(ZeroDivisionError):
        str(default_settings.A)


def test_loading_settings_again_reads_what_changed(use, monkeypatch) -> None:
    use("A = 1\n", "first_settings")
    assert default_settings.A == 1
    use("A = 2\n", "second_settings")
    default_settings._reset()
    assert default_settings.A == 2
    assert "second_settings" in sys.modules


def test_a_change_is_announced_with_the_value_that_holds_from_then_on(use) -> None:
    use("LOG_LEVEL = 'DEBUG'\n")
    assert default_settings.LOG_LEVEL == "DEBUG"
    heard = []

    def hear(**values):
        heard.append((values["setting"], values["value"], values["enter"]))

    setting_changed.connect(hear)
    try:
        with override_settings(LOG_LEVEL="ERROR"), override_settings(LOG_LEVEL="INFO"):
            pass
    finally:
        setting_changed.disconnect(hear)
    assert heard == [
        ("LOG_LEVEL", "ERROR", True),
        ("LOG_LEVEL", "INFO", True),
        ("LOG_LEVEL", "ERROR", False),
        ("LOG_LEVEL", "DEBUG", False),
    ]
