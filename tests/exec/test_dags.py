from __future__ import annotations

import pytest

from gluepy.conf import default_context
from gluepy.exceptions import SettingsError, UnknownParameterError
from gluepy.exec import DAG, DAG_REGISTRY, BootstrapTask, EvaluationTask, Task, dags
from gluepy.test import override_settings


class Start(Task):
    label = "tests.exec.start"

    def run(self) -> None: ...


@pytest.fixture
def daily() -> type[DAG]:
    class Clean(Task): ...

    class Fit(Task): ...

    class Measure(EvaluationTask): ...

    class Daily(DAG):
        tasks = [Clean, Fit]
        eval_tasks = [Measure]

    return Daily


def labels(tasks: list[type[Task]]) -> list[str]:
    return [task.label for task in tasks]


def test_a_dag_is_registered_under_its_label_or_class_name(daily: type[DAG]) -> None:
    class Named(DAG):
        label = "by_name"

    assert DAG_REGISTRY["daily"] is daily
    assert DAG_REGISTRY["by_name"] is Named
    assert dags.REGISTRY is DAG_REGISTRY
    assert (daily.label, daily.extra_options) == ("daily", {})


def test_a_label_that_is_taken_is_a_key_error(daily: type[DAG]) -> None:
    with pytest.raises(KeyError, match="Duplicate DAG label 'daily'"):

        class Other(DAG):
            label = "daily"


def test_a_dag_and_a_task_may_share_a_label(daily: type[DAG]) -> None:
    class Same(Task):
        label = "daily"

    assert DAG_REGISTRY["daily"] is daily


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, ["bootstraptask", "clean", "fit", "measure"]),
        ({"skip_eval": True}, ["bootstraptask", "clean", "fit"]),
        ({"eval_only": True}, ["bootstraptask", "measure"]),
        ({"skip_eval": True, "eval_only": True}, ["bootstraptask"]),
    ],
)
def test_the_start_task_comes_first_and_evaluation_last(
    daily: type[DAG], options: dict[str, bool], expected: list[str]
) -> None:
    with override_settings():
        assert labels(daily().inject_tasks(**options)) == expected
        assert daily().inject_tasks()[0] is BootstrapTask


def test_the_start_task_is_what_the_setting_names(daily: type[DAG]) -> None:
    with override_settings(START_TASK=f"{__name__}.Start"):
        assert daily().inject_tasks()[0].label == "tests.exec.start"
    with override_settings(START_TASK=Start):
        assert daily().inject_tasks()[0] is Start


def test_a_start_task_that_does_not_exist_names_the_setting(daily: type[DAG]) -> None:
    absent = override_settings(START_TASK="gluepy.exec.tasks.BootTask")
    with absent, pytest.raises(SettingsError, match=r"START_TASK = 'gluepy\.exec\.tasks\.Boot"):
        daily().inject_tasks()


def test_the_list_of_a_dag_is_not_changed_by_asking(daily: type[DAG]) -> None:
    before = list(daily.tasks)
    with override_settings():
        daily().inject_tasks().clear()
    assert daily.tasks == before


def test_running_a_dag_from_python_takes_context_values(tmp_path) -> None:
    seen = []

    class Look(Task):
        def run(self) -> None:
            seen.append((default_context.n, default_context.model.depth))

    class Looking(DAG):
        tasks = [Look]

    (tmp_path / "context.yaml").write_text("n: 1\nmodel: {depth: 2}\n")
    with override_settings(CONFIG_PATH=str(tmp_path), STORAGE_ROOT=str(tmp_path / "data")):
        run = Looking().run(n=5, **{"model.depth": 6})
        with pytest.raises(UnknownParameterError, match="there is no parameter 'm'"):
            Looking().run(m=1)
    assert seen == [(5, 6)]
    assert run.status == "FINISHED"
