"""Every check of gluepy, provoked once; and a sound project, where none has anything to say."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from gluepy.catalog import FileDataset, base
from gluepy.checks import Message, run_checks
from gluepy.conf import default_settings
from gluepy.exec import DAG, Artifact, Task
from gluepy.test import override_settings
from tools.reference import documented_checks

MEMORY = "gluepy.files.storages.memory.MemoryStorage"
PROVOKED: dict[str, dict[str, Any]] = {
    "settings.E001": {"STORAGE_RAIL": 1, "STORAGE_ROOOT": "x"},
    "settings.E002": {"CONTEXT_HOOKS": "a.b"},
    "settings.E003": {"START_TASK": "no_such_module.Task"},
    "settings.E004": {"STORAGES": {"lake": {"ROOT": "x"}}},
    "settings.W001": {"CONFIG_PATH": "no/such/folder"},
    "settings.W002": {"SILENCED_CHECKS": ["all"]},
    "files.E001": {"STORAGES": {"lake": {"BACKEND": "gluepy.files.storages.lokal.LocalStorage"}}},
}


@pytest.fixture(autouse=True)
def sound_project(tmp_path: Path):
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "context.yaml").write_text("a: 1\n")
    with override_settings(
        BASE_DIR=str(tmp_path),
        CONFIG_PATH=str(tmp_path / "configs"),
        STORAGE_ROOT=str(tmp_path / "data"),
    ):
        yield


def said(number: str, *, deep: bool = False) -> list[Message]:
    return [message for message in run_checks(deep=deep) if message.id == number]


def test_a_sound_project_has_no_messages() -> None:
    assert run_checks(deep=True) == []


@pytest.mark.parametrize("number", PROVOKED)
def test_a_wrong_setting_is_found_before_a_run(number: str) -> None:
    with override_settings(**PROVOKED[number]):
        (message,) = said(number)
    assert message.msg
    assert str(message).count("\n") == 0


def test_a_typo_offers_the_setting_that_was_meant() -> None:
    with override_settings(INSTALED_MODULES=[]):
        (message,) = said("settings.E001")
    assert str(message).endswith(
        "'INSTALED_MODULES' is not a setting of gluepy. Did you mean 'INSTALLED_MODULES'?"
    )


@pytest.mark.parametrize(
    ("name", "value", "kind"),
    [
        ("INSTALLED_MODULES", "sample", "list"),
        ("STORAGES", [], "dict"),
        ("LOG_LEVEL", 10, "str"),
        ("STORAGE_OPTIONS", "x", "dict"),
    ],
)
def test_a_value_of_the_wrong_type_is_quoted(name: str, value: Any, kind: str) -> None:
    with override_settings(**{name: value}):
        (message,) = said("settings.E002")
    assert message.msg == f"{name} is {value!r}, a {type(value).__name__}."
    assert message.hint == f"It takes a {kind}."


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STORAGE_ROOT", Path("data")),
        ("INSTALLED_MODULES", ("sample",)),
        ("LOGGING", None),
        ("AWS_STORAGE_BUCKET_NAME", "bucket"),
        ("CELERY_ANYTHING", object()),
    ],
)
def test_values_that_do_as_well_are_not_complained_about(name: str, value: Any) -> None:
    with override_settings(**{name: value}):
        assert said("settings.E002") == []


@pytest.mark.parametrize("name", ["STORAGE_BACKEND", "EXECUTOR_BACKEND", "RUNNER_BACKEND"])
def test_a_misspelt_class_of_a_light_backend_is_found_at_once(name: str) -> None:
    path = getattr(default_settings, name)
    with override_settings(**{name: path[:-1]}):
        (message,) = said("settings.E003")
    assert f"Did you mean '{path}'" in message.hint


@pytest.mark.parametrize("name", ["DATA_BACKEND", "MLOPS_BACKEND", "START_TASK"])
def test_a_misspelt_class_of_a_heavy_backend_is_found_by_a_deep_check(name: str) -> None:
    path = getattr(default_settings, name)
    with override_settings(**{name: path[:-1]}):
        assert said("settings.E003") == []
        (message,) = said("settings.E003", deep=True)
    assert f"Did you mean '{path}'" in message.hint


def test_an_engine_that_is_not_installed_is_a_warning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "polars", None)
    monkeypatch.delitem(sys.modules, "gluepy.files.data.polars", raising=False)
    with override_settings(DATA_BACKEND="gluepy.files.data.PolarsDataManager"):
        (message,) = said("settings.W003", deep=True)
    assert "needs the package 'polars'" in message.msg
    assert message.hint == "Run: pip install 'gluepy[polars]'"


def test_a_path_of_gluepy_1_6_is_no_error() -> None:
    with override_settings(MLOPS_BACKEND="gluepy.ops.backend.LoggingOpsBackend"):
        assert said("settings.E003") == []


@pytest.mark.parametrize("url", ["data/local.db", 5])
def test_a_database_that_is_no_url_has_the_wrong_shape(url: Any) -> None:
    with override_settings(DATABASES={"default": url}):
        (message,) = said("settings.E004")
    assert message.msg == 'DATABASES["default"] has the wrong shape.'


def test_a_context_that_cannot_be_read_is_found_by_a_deep_check(tmp_path: Path) -> None:
    (tmp_path / "configs" / "context.yaml").write_text("a: [1\n")
    assert said("context.E001") == []
    (message,) = said("context.E001", deep=True)
    assert "context.yaml" in message.msg


def test_a_storage_that_does_not_answer_is_found_by_a_deep_check(tmp_path: Path) -> None:
    class Silent:
        def exists(self, path: str) -> bool:
            raise ConnectionError("refused")

    with override_settings(STORAGE_BACKEND=Silent):
        (message,) = said("files.E002", deep=True)
    assert message.msg.endswith("does not answer: refused")


def test_a_dag_that_lists_something_else_than_tasks_is_an_error() -> None:
    class Wrong(DAG):
        tasks = ["clean", Task()]

    assert len(said("exec.E001")) == 2
    assert (
        "DAG 'wrong': lists 'clean', which is not a Task class, a function task or a DAG."
        in str(said("exec.E001")[0])
    )


def test_a_dag_that_makes_no_sense_is_an_error() -> None:
    class First(Task):
        outputs = ["orders"]

    class Second(Task):
        outputs = ["orders"]

    class Torn(DAG):
        tasks = [First, Second]

    (message,) = said("exec.E002", deep=True)
    assert "The tasks 'first' and 'second' both produce 'orders'." in str(message)


def test_a_dag_without_tasks_is_a_warning() -> None:
    class Empty(DAG): ...

    (message,) = said("exec.W001", deep=True)
    assert str(message).startswith("WARNING (exec.W001) DAG 'empty': has no tasks.")


def test_a_task_listed_twice_is_a_warning_for_it_runs_twice() -> None:
    class Once(Task): ...

    class Repeated(DAG):
        tasks = [Once]
        eval_tasks = [Once]

    (message,) = said("exec.W002", deep=True)
    assert message.level == "warning"
    assert "'once' more than once" in message.msg


@pytest.mark.parametrize("label", ["with space", "with/slash", "-dash"])
def test_a_label_that_cannot_be_typed_is_a_warning(label: str) -> None:
    type("Odd", (Task,), {"label": label})
    (message,) = said("exec.W003")
    assert message.msg == f"has the label '{label}'."


def test_each_parameter_set_that_makes_no_sense_is_found_by_a_deep_check(tmp_path: Path) -> None:
    class Fit(Task):
        pass

    (tmp_path / "configs" / "parameters").mkdir()
    file = tmp_path / "configs" / "parameters" / "a.yaml"
    file.write_text("a: {_from: b}\nb: {_from: a}\nc: {fit: {n: 1}, my.fitt: {n: 1}}\n")
    assert said("parameters.E001") == said("parameters.E002") == []
    circles = [message.msg for message in said("parameters.E001", deep=True)]
    assert [text.partition("itself: ")[2] for text in circles] == ["a -> b -> a.", "b -> a -> b."]
    (message,) = said("parameters.E002", deep=True)
    assert "'my.fitt', but there is no such task" in message.msg
    file.write_text("a: {{ nope }}\n")
    (message,) = said("parameters.E001", deep=True)
    assert "configs/parameters/a.yaml, line 1: there is no variable 'nope'" in message.msg


@pytest.mark.parametrize(
    ("number", "text", "deep"),
    [
        ("catalog.E001", "x: [", False),
        ("catalog.E002", "- {type: csv}", False),
        ("catalog.E003", "x: {type: no_such_type}", True),
        ("catalog.E004", "x: {path: x}", True),
        ("catalog.E005", "x: {type: kept, path: x, storage: nowhere}", True),
    ],
)
def test_a_wrong_entry_of_the_catalog_is_found(
    tmp_path: Path, number: str, text: str, deep: bool
) -> None:
    class Kept(FileDataset, register=False): ...

    base.REGISTRY["kept"] = Kept
    (tmp_path / "configs" / "catalog").mkdir()
    (tmp_path / "configs" / "catalog" / "a.yaml").write_text(text)
    (message,) = said(number, deep=deep)
    assert "configs/catalog/a.yaml, line 1" in message.msg
    del base.REGISTRY["kept"]


def test_an_executor_that_is_not_there_is_found() -> None:
    type("A", (DAG,), {"executor": "thraeds"})
    (message,) = said("runs.E002", deep=True)
    assert "'threads'" in message.hint


def test_what_tasks_and_catalog_say_of_each_other_is_compared(tmp_path: Path) -> None:
    class One(Task):
        outputs = [Artifact("first"), Artifact("second_")]

    class Two(Task):
        outputs = [Artifact("shared")]

    class Three(Task):
        outputs = [Artifact("other")]

    type("A", (DAG,), {"tasks": [One, Two, Three]})
    type("B", (DAG,), {"tasks": [type("Four", (Task,), {"outputs": [Artifact("shared")]})]})
    (tmp_path / "configs" / "catalog").mkdir()
    (tmp_path / "configs" / "catalog" / "a.yaml").write_text(
        "first: {type: csv, path: '!{day}.csv'}\nsecond: {type: csv, path: 2.csv}\n"
        "shared: {type: csv, path: x.csv, root: true}\n"
        "other: {type: csv, path: x.csv, root: true}\n"
    )
    for number in ("runs.E001", "runs.W001", "runs.W002", "runs.W003", "runs.I001"):
        assert said(number, deep=True), number
        assert said(number) == []


def test_every_documented_check_of_the_core_is_provoked_here() -> None:
    source = Path(__file__).read_text("utf-8")
    assert [number for number, _ in documented_checks() if f'"{number}"' not in source] == []
