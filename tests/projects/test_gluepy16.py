"""A project written for gluepy 1.6 runs as it is."""

from __future__ import annotations

import json
import pickle
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.projects.factory import Project, environment

SOURCE = Path(__file__).parent / "gluepy16"
SETUP = """
import os
os.environ.setdefault("GLUEPY_SETTINGS_MODULE", "configs.settings")
from gluepy.exec.boot import bootstrap
bootstrap()
"""
# A run folder as 1.6 wrote it: no leading zeros, no manifest.
OLD_CONTEXT = """
meta:
  created_at: null
  run_folder: null
  run_id: null
forecaster:
  days: 90
  features:
  - weekday
  - trend
  horizon: 14
  noise: 0.25
  start: 2024-01-01
  target: sales
gluepy:
  created_at: 2024-06-05 10:11:12.131415
  run_folder: runs/2024/6/5/b9b0f3c2
  run_id: b9b0f3c2
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.copied(SOURCE, tmp_path / "shop")


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Path, str, str]:
    """A project after one run, its folder, and what the run put on stdout and stderr."""
    project = Project.copied(SOURCE, tmp_path_factory.mktemp("ran") / "shop")
    done = project.manage("dag", "sample")
    assert done.returncode == 0, done.stderr
    (folder,) = project.folders()
    return project, folder, done.stdout, done.stderr


def inside(project: Project, folder: Path) -> str:
    return folder.relative_to(project.root / "data").as_posix()


def python(project: Project, code: str, **changes: str) -> str:
    """Run code in the bootstrapped project, and return what it printed."""
    from textwrap import dedent

    done = project.python(SETUP + dedent(code), **changes)
    assert done.returncode == 0, done.stderr
    return done.stdout


def digests(folder: Path) -> dict[str, str]:
    names = ("context.yaml", "data.csv", "model.pkl", "forecast.parquet", "metrics.json")
    return {name: sha256((folder / name).read_bytes()).hexdigest() for name in names}


# --- The dag command -----------------------------------------------------------------------


def test_a_run_writes_its_outputs_below_runs_year_month_day_id(ran: tuple) -> None:
    project, folder, _, _ = ran
    assert re.fullmatch(r"runs/\d{4}/\d{2}/\d{2}/[0-9a-f-]{36}", inside(project, folder))
    assert (folder / "data.csv").read_text().startswith("date,sales\n2024-01-01,")
    assert len(pickle.loads((folder / "model.pkl").read_bytes())) == 3
    assert set(json.loads((folder / "metrics.json").read_text())) == {"mae", "rows"}


def test_stdout_holds_the_metrics_block_and_nothing_else(ran: tuple) -> None:
    _, folder, out, _ = ran
    metrics = json.loads((folder / "metrics.json").read_text())
    assert out.splitlines() == [
        "=== GLUEPY METRICS ===",
        f"metric:mae={metrics['mae']}",
        "metric:rows=28",
        "=== END METRICS ===",
    ]


def test_tasks_are_announced_and_timed_under_their_class_names(ran: tuple) -> None:
    _, folder, _, err = ran
    log = (folder / "logs/run.log").read_text()
    names = ("BootstrapTask", "GetDataTask", "TrainingTask", "ForecastTask", "EvaluateForecast")
    for text in (err, log):
        started = re.findall(r"---------- Started task '(\w+)'", text)
        completed = re.findall(r"---------- Completed task '(\w+)' in [\d.]+ seconds", text)
        assert started == completed == list(names)


def test_the_format_of_the_projects_own_logging_is_used(ran: tuple) -> None:
    _, _, _, err = ran
    assert re.search(r"^INFO [\d-]+ [\d:,]+ forecaster\.tasks Made 120 days$", err, re.MULTILINE)


def test_the_context_of_the_run_stands_in_its_folder(ran: tuple) -> None:
    project, folder, _, _ = ran
    text = (folder / "context.yaml").read_text()
    assert f"run_id: {folder.name}\n" in text
    assert f"run_folder: {inside(project, folder)}\n" in text
    assert "- weekday\n" in text
    assert "tuple" not in text


def test_a_dag_without_evaluation_prints_no_block(project: Project) -> None:
    done = project.manage("dag", "onlydata")
    assert (done.returncode, done.stdout) == (0, "")
    (folder,) = project.folders()
    assert not (folder / "metrics.json").exists()


@pytest.mark.parametrize("form", ["{id}", "{path}", "/{path}", "{path}/", "/{path}/"])
def test_a_retry_makes_the_same_bytes_in_the_same_folder(ran: tuple, form: str) -> None:
    project, folder, _, _ = ran
    before = digests(folder)
    (folder / "model.pkl").unlink()

    reference = form.format(id=folder.name, path=inside(project, folder))
    done = project.manage("dag", "sample", "--retry", reference)

    assert done.returncode == 0, done.stderr
    assert project.folders() == [folder]
    assert digests(folder) == before


@pytest.mark.parametrize(
    "reference", ["b9b0f3c2", "runs/2024/6/5/b9b0f3c2", "/runs/2024/6/5/b9b0f3c2/"]
)
def test_a_run_folder_that_gluepy_16_wrote_can_be_retried(project: Project, reference: str) -> None:
    project.write("data/runs/2024/6/5/b9b0f3c2/context.yaml", OLD_CONTEXT)

    done = project.manage("dag", "sample", "--retry", reference)

    assert done.returncode == 0, done.stderr
    folder = project.root / "data/runs/2024/6/5/b9b0f3c2"
    assert project.folders() == [folder]
    assert len((folder / "data.csv").read_text().splitlines()) == 91
    text = (folder / "context.yaml").read_text()
    assert "run_id: b9b0f3c2\n" in text
    assert "created_at: 2024-06-05 10:11:12.131415" in text


def test_a_folder_that_is_not_there_yet_is_made_for_an_orchestrator(project: Project) -> None:
    done = project.manage("dag", "sample", "--retry", "runs/manual/daily-7")
    assert done.returncode == 0, done.stderr
    folder = project.root / "data/runs/manual/daily-7"
    assert project.folders() == [folder]
    assert "run_id: daily-7\n" in (folder / "context.yaml").read_text()

    for label in ("get_data", "training"):
        done = project.manage("dag", "sample", "--retry", "/runs/manual/daily-7", "--task", label)
        assert done.returncode == 0, done.stderr
    assert project.folders() == [folder]


def test_a_bare_id_that_is_not_there_is_an_error(project: Project) -> None:
    done = project.manage("dag", "sample", "--retry", "daily-7")
    assert done.returncode != 0
    assert "There is no run 'daily-7'" in done.stderr
    assert project.folders() == []


def started(text: str) -> list[str]:
    return re.findall(r"---------- Started task '(\w+)'", text)


@pytest.mark.parametrize(
    ("arguments", "names", "prints"),
    [
        ("--task training", ["TrainingTask"], False),
        ("--from-task forecasttask", ["ForecastTask", "EvaluateForecast"], True),
        ("--from-task bootstraptask --skip-eval", ["BootstrapTask", "GetDataTask"], False),
        ("--skip-eval", ["BootstrapTask", "GetDataTask", "TrainingTask", "ForecastTask"], False),
        ("--eval-only", ["BootstrapTask", "EvaluateForecast"], True),
        ("--task evaluate", ["EvaluateForecast"], True),
    ],
)
def test_a_part_of_a_dag_can_be_run_again(
    ran: tuple, arguments: str, names: list[str], prints: bool
) -> None:
    project, folder, _, _ = ran
    done = project.manage("dag", "sample", "--retry", folder.name, *arguments.split())
    assert done.returncode == 0, done.stderr
    assert started(done.stderr)[: len(names)] == names
    if "bootstrap" not in arguments:
        assert started(done.stderr) == names
    assert ("=== GLUEPY METRICS ===" in done.stdout) == prints


def test_patches_override_in_order_and_local_ones_last(project: Project) -> None:
    project.write("data/patches/a.yaml", "forecaster: {days: 60, horizon: 5, noise: 0}\n")
    project.write("data/patches/b.yaml", "forecaster: {days: 61, horizon: 6}\n")
    project.write("mine.yaml", "forecaster: {days: 62}\n")
    patches = ["--local-patch", "mine.yaml", "--patch", "patches/a.yaml", "-p", "patches/b.yaml"]

    done = project.manage("dag", "sample", *patches)

    assert done.returncode == 0, done.stderr
    assert "metric:rows=6\n" in done.stdout
    (folder,) = project.folders()
    text = (folder / "context.yaml").read_text()
    assert "  days: 62\n  start: 2024-01-01\n  horizon: 6\n  noise: 0\n" in text


def test_patches_apply_on_a_retry_and_stay(project: Project) -> None:
    project.write("data/patches/a.yaml", "forecaster: {days: 60}\n")
    project.write("mine.yaml", "forecaster: {features: [trend]}\n")
    folder = project.run("onlydata")
    patches = ["--patch", "patches/a.yaml", "-lp", "mine.yaml"]

    assert project.manage("dag", "sample", "--retry", folder.name, *patches).returncode == 0

    assert len((folder / "data.csv").read_text().splitlines()) == 61
    assert len(pickle.loads((folder / "model.pkl").read_bytes())) == 2
    assert project.manage("dag", "sample", "--retry", folder.name).returncode == 0
    assert len((folder / "data.csv").read_text().splitlines()) == 61


def test_compare_prints_metrics_with_na_where_there_are_none(project: Project) -> None:
    first, second = project.run("onlydata"), project.run("sample")
    names = [inside(project, folder) for folder in (first, second)]
    done = project.manage("dag", "sample", "--compare", *names)
    mae = json.loads((second / "metrics.json").read_text())["mae"]
    assert done.stdout == f"run_folder\tmae\trows\n{names[0]}\tN/A\tN/A\n{names[1]}\t{mae}\t28\n"


def test_the_command_of_the_project_runs(ran: tuple) -> None:
    project, folder, _, _ = ran
    done = project.manage("deploy", inside(project, folder))
    assert done.stdout == "Deployed production/model.pkl\n", done.stderr
    deployed = (project.root / "data/production/model.pkl").read_bytes()
    assert deployed == (folder / "model.pkl").read_bytes()


def test_the_check_has_nothing_to_complain_about(ran: tuple) -> None:
    project, *_ = ran
    done = project.manage("check")
    assert (done.returncode, done.stdout) == (0, "No problems found.\n"), done.stderr


def test_an_import_error_inside_a_module_surfaces_whole(project: Project) -> None:
    project.write("forecaster/dags.py", "import forecaster.nosuch\n")
    done = project.manage("dag", "sample")
    assert done.returncode != 0
    assert "No module named 'forecaster.nosuch'" in done.stderr
    assert "forecaster/dags.py" in done.stderr


# --- From Python ---------------------------------------------------------------------------


def test_run_dag_runs_prints_and_leaves_its_context(project: Project) -> None:
    out = python(
        project,
        """
        from gluepy.commands.dag import run_dag
        from gluepy.conf import default_context
        from gluepy.files.storages import default_storage
        run_dag("sample", retry=None, patch=None, from_task=None, task=None)
        print(default_context.gluepy.run_id)
        print(default_storage.isfile(default_storage.runpath("model.pkl")))
        folder = default_context.gluepy.run_folder
        run_dag(label="sample", retry=folder, skip_eval=True)
        run_dag("sample", folder, eval_only=True)
        run_dag("sample", compare=(folder,))
        """,
    )
    (folder,) = project.folders()
    assert f"=== END METRICS ===\n{folder.name}\nTrue\n=== GLUEPY METRICS ===\n" in out
    assert out.count("=== GLUEPY METRICS ===") == 2
    assert out.splitlines()[-2] == "run_folder\tmae\trows"


def test_run_dag_says_what_it_cannot_do(project: Project) -> None:
    out = python(
        project,
        """
        from gluepy.commands.dag import run_dag
        for label, options in (
            ("nosuch", {}),
            ("sample", {"task": "nosuch"}),
            ("sample", {"from_task": "nosuch"}),
        ):
            try:
                run_dag(label, **options)
            except ValueError as error:
                print(error)
        """,
    )
    lines = out.splitlines()
    assert len(lines) == 3
    assert all("'nosuch'" in line for line in lines)
    assert project.folders() == []


def test_a_missing_patch_is_a_warning_from_python_and_an_error_on_the_command_line(
    project: Project,
) -> None:
    code = 'from gluepy.commands.dag import run_dag\nrun_dag("onlydata", patch=["no.yaml"])'
    done = project.python(SETUP + code)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^WARNING .*'no\.yaml' was not found", done.stderr, re.MULTILINE)
    assert len(project.folders()) == 1

    for flag in ("--patch", "--local-patch"):
        done = project.manage("dag", "onlydata", flag, "no.yaml")
        assert done.returncode != 0
        assert "'no.yaml' was not found" in done.stderr
    assert len(project.folders()) == 1


def test_registries_are_mappings_of_labels_to_classes(project: Project) -> None:
    python(
        project,
        """
        from collections.abc import MutableMapping
        import gluepy.exec.dags, gluepy.exec.tasks
        from gluepy.exec import DAG, DAG_REGISTRY, TASK_REGISTRY, Task
        from forecaster.dags import OnlyData, TrainingDAG
        from forecaster.tasks import ForecastTask, GetDataTask
        assert gluepy.exec.tasks.REGISTRY is TASK_REGISTRY
        assert gluepy.exec.dags.REGISTRY is DAG_REGISTRY
        assert isinstance(DAG_REGISTRY, MutableMapping)
        assert DAG_REGISTRY["sample"] is TrainingDAG and DAG_REGISTRY["onlydata"] is OnlyData
        assert TASK_REGISTRY["get_data"] is GetDataTask
        assert TASK_REGISTRY.get("forecasttask") is ForecastTask
        assert TASK_REGISTRY.get("nosuch") is None
        TASK_REGISTRY["other"] = ForecastTask
        assert "other" in TASK_REGISTRY and TASK_REGISTRY.pop("other") is ForecastTask
        assert {"bootstraptask", "get_data", "training", "evaluate"} <= set(TASK_REGISTRY)
        for base, label in ((Task, "get_data"), (DAG, "sample")):
            try:
                type("Again", (base,), {"label": label})
            except KeyError as error:
                assert label in str(error)
            else:
                raise AssertionError(label)
        try:
            type("NoRun", (Task,), {})().run()
        except NotImplementedError:
            pass
        else:
            raise AssertionError
        """,
    )


def test_inject_tasks_returns_the_classes_in_order(project: Project) -> None:
    out = python(
        project,
        """
        from gluepy.exec import DAG_REGISTRY
        dag = DAG_REGISTRY["sample"]()
        for options in ({}, {"skip_eval": True}, {"eval_only": True}):
            print(*(task.__name__ for task in dag.inject_tasks(**options)))
        print(dag.extra_options["airflow_schedule"])
        """,
    )
    assert out.splitlines() == [
        "BootstrapTask GetDataTask TrainingTask ForecastTask EvaluateForecast",
        "BootstrapTask GetDataTask TrainingTask ForecastTask",
        "BootstrapTask EvaluateForecast",
        "0 6 * * *",
    ]


def test_the_context_reads_like_before_and_is_frozen(project: Project) -> None:
    python(
        project,
        """
        import pandas as pd
        from gluepy.conf import default_context, default_context_manager
        df = pd.DataFrame({"weekday": [1], "trend": [2], "x": [3]})
        assert list(df[default_context.forecaster.features]) == ["weekday", "trend"]
        assert default_context.forecaster.features == ["weekday", "trend"]
        assert isinstance(default_context.forecaster.features, list)
        assert default_context.to_dict()["forecaster"]["days"] == 120
        assert {"forecaster", "meta", "gluepy"} <= set(dir(default_context))
        assert "weekday" in str(default_context)
        assert default_context.meta.run_id is None
        def refused(error, function):
            try:
                function()
            except error:
                return
            raise AssertionError(function)
        refused(TypeError, lambda: setattr(default_context, "x", 1))
        refused(Exception, lambda: setattr(default_context.forecaster, "days", 1))
        refused(Exception, lambda: default_context.forecaster.features.append("x"))
        made = default_context_manager.create_context(
            run_id="mine", run_folder="runs/x/mine", patches=[], local_patches=None,
            evaluate_lazy=False,
        )
        assert (made.gluepy.run_id, made.gluepy.run_folder) == ("mine", "runs/x/mine")
        """,
    )


def test_load_context_reads_a_run_folder(ran: tuple) -> None:
    project, folder, _, _ = ran
    out = python(
        project,
        f"""
        from gluepy.conf import default_context_manager
        path = "{inside(project, folder)}/context.yaml"
        loaded = default_context_manager.load_context(path, patches=None, local_patches=None)
        print(loaded.gluepy.run_id, loaded.gluepy.run_folder, loaded.forecaster.features[0])
        """,
    )
    assert out == f"{folder.name} {inside(project, folder)} weekday\n"


def test_merge_takes_and_refuses_what_it_did(project: Project) -> None:
    out = python(
        project,
        """
        import warnings
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            from gluepy.utils.dict import merge
        print([one.category.__name__ for one in caught])
        assert merge({"a": {"b": 1, "c": [1]}}, {"a": {"c": [2]}}) == {"a": {"b": 1, "c": [2]}}
        assert merge({"a": 1}, {"a": 1.5}) == {"a": 1.5}
        assert merge({"a": None, "b": 1}, {"a": {"x": 1}, "b": None}) == {"a": {"x": 1}, "b": 1}
        try:
            merge({"a": {"b": 1}}, {"a": {"b": "x"}})
        except ValueError as error:
            print(error)
        """,
    )
    assert out.splitlines() == [
        "['RemovedInGluepy3Warning']",
        "Conflicting types 'int' and 'str' at 'a.b'",
    ]


def test_old_dotted_paths_work_and_say_what_they_are_called_now(project: Project) -> None:
    done = project.manage("dag", "onlydata", PYTHONWARNINGS="default")
    assert done.returncode == 0
    for old, new in (
        ("gluepy.conf.context.DefaultContextManager", "gluepy.context.manager.Default"),
        ("gluepy.ops.backend.LoggingOpsBackend", "gluepy.ops.logging.LoggingOpsBackend"),
    ):
        assert f"RemovedInGluepy3Warning: '{old}' is now '{new}" in done.stderr
    python(
        project,
        """
        from gluepy.conf.context import DefaultContextManager
        from gluepy.exec.tasks import BootstrapTask
        from gluepy.files.data import BaseDataManager, PandasDataManager
        from gluepy.files.storages.local import LocalStorage
        from gluepy.files.storages.memory import MemoryStorage
        from gluepy.ops.backend import BaseOpsBackend, LoggingOpsBackend
        import gluepy.context.manager, gluepy.ops.logging
        assert DefaultContextManager is gluepy.context.manager.DefaultContextManager
        assert LoggingOpsBackend is gluepy.ops.logging.LoggingOpsBackend
        """,
    )


def test_the_storage_verbs_do_what_they_did(project: Project) -> None:
    python(
        project,
        """
        from io import BytesIO, StringIO
        import os
        from gluepy.conf import default_context, default_settings
        from gluepy.files.storages import default_storage as storage
        def refused(error, function, *args, **kwargs):
            try:
                function(*args, **kwargs)
            except error:
                return
            raise AssertionError((function, args))
        storage.touch("a/b/text.txt", StringIO("text"))
        stream = BytesIO(b"bytes")
        stream.seek(3)
        storage.touch("a/bytes.bin", stream)
        assert storage.open("a/b/text.txt", mode="r") == "text"
        assert storage.open("a/bytes.bin") == b"bytes"
        refused(FileNotFoundError, storage.open, "a/none")
        assert storage.ls("a") == (["a/bytes.bin"], ["a/b"])
        assert storage.exists("a") and not storage.exists("a/none")
        assert storage.isdir("a") and storage.isfile("a/bytes.bin")
        assert not storage.isdir("a/bytes.bin")
        refused(FileNotFoundError, storage.isdir, "none")
        refused(FileNotFoundError, storage.isfile, "none")
        storage.cp("a/bytes.bin", "a/copy.bin")
        refused(FileExistsError, storage.cp, "a/bytes.bin", "a/copy.bin")
        storage.cp("a/bytes.bin", "a/copy.bin", overwrite=True)
        refused(ValueError, storage.cp, "a", "c")
        storage.cp("a", "c", recursive=True)
        assert storage.open("c/b/text.txt", "r") == "text"
        refused(Exception, storage.rm, "c")
        storage.rm("c", recursive=True)
        assert not storage.exists("c")
        storage.mkdir("d/e", make_parents=True)
        assert storage.isdir("d/e")
        root = default_settings.STORAGE_ROOT
        assert storage.abspath("a/x") == os.path.join(root, "a/x")
        assert storage.relpath(os.path.join(root, "a/x")) == "a/x"
        run_folder = default_context.gluepy.run_folder
        assert storage.runpath("m.pkl") == f"{run_folder}/m.pkl"
        assert storage.separator == "/"
        """,
    )


def test_the_data_manager_reads_and_writes_by_suffix(project: Project) -> None:
    python(
        project,
        """
        import pandas as pd
        from gluepy.conf import default_context
        from gluepy.files.data import data_manager
        from gluepy.files.storages import default_storage
        df = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
        for suffix in ("csv", "txt"):
            data_manager.write(f"t.{suffix}", df, root=True, index=False, sep=";")
            assert data_manager.read(f"t.{suffix}", root=True, sep=";").equals(df)
        for suffix in ("pq", "parquet", "json"):
            data_manager.write(f"t.{suffix}", df)
            assert default_storage.exists(f"{default_context.gluepy.run_folder}/t.{suffix}")
            back = data_manager.read(f"t.{suffix}")
            assert back["a"].tolist() == [1, 2] and back["b"].tolist() == ["x", "y"]
        for call in (lambda: data_manager.read("x.docx"), lambda: data_manager.write("x.docx", df)):
            try:
                call()
            except ValueError as error:
                assert ".docx" in str(error)
            else:
                raise AssertionError
        """,
    )


def test_plot_saves_a_figure_in_the_run_folder(project: Project) -> None:
    pytest.importorskip("matplotlib")
    out = python(
        project,
        """
        from gluepy.conf import default_context
        from gluepy.files.storages import default_storage
        from gluepy.files.storages.utils import plot
        with plot("figure.png") as plt:
            plt.plot([1, 2], [3, 4])
        with plot("figure.png", root=True) as plt:
            plt.plot([1, 2], [3, 4])
        for path in ("figure.png", default_storage.runpath("figure.png")):
            print(default_storage.open(path)[1:4])
        """,
    )
    assert out == "b'PNG'\nb'PNG'\n"


def test_a_tracker_of_the_projects_own_is_told_everything(project: Project) -> None:
    project.write(
        "forecaster/tracker.py",
        """
        from gluepy.ops.backend import BaseOpsBackend

        class Tracker(BaseOpsBackend):
            def create_run(self, dag, run_id=None, config=None, username="AnonymousUser"):
                days = config["forecaster"]["days"]
                print("create", dag, run_id == self.current_run_id(), days, bool(username))
                return super().create_run(dag, run_id, config, username)
            def log_metric(self, key, value, timestamp=None):
                print("metric", key)
                super().log_metric(key, value, timestamp)
            def set_terminated(self, run_id, status, end_time=None):
                print("end", status)
        """,
    )
    project.append("configs/settings.py", 'MLOPS_BACKEND = "forecaster.tracker.Tracker"\n')
    done = project.manage("dag", "sample")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[:5] == [
        "create sample True 120 True",
        "metric mae",
        "metric rows",
        "end FINISHED",
        "=== GLUEPY METRICS ===",
    ]


def test_the_api_of_the_tracker_is_whole(project: Project) -> None:
    python(
        project,
        """
        from datetime import datetime, timezone
        import pandas as pd
        from gluepy.ops import default_mlops
        now = datetime.now(timezone.utc)
        run_id = default_mlops.create_run(dag="sample", config={}, username="me")
        assert isinstance(run_id, str)
        default_mlops.log_metric("mae", 0.5)
        default_mlops.log_metric("mae", 0.25, timestamp=now)
        default_mlops.log_param("alpha", 1)
        default_mlops.log_artifact("manage.py", "files/manage.py")
        default_mlops.log_input(pd.DataFrame({"a": [1]}), context="training", tags={"a": "b"})
        assert default_mlops.get_metrics() == {"mae": 0.25}
        assert isinstance(default_mlops.list_runs(dag="sample", start_time=now), list)
        assert default_mlops.get_run(run_id) is not None
        default_mlops.set_terminated(run_id, "FINISHED", end_time=now)
        default_mlops.delete_run(run_id)
        """,
    )


# --- Scaffolds -----------------------------------------------------------------------------


def test_startmodule_adds_a_module(project: Project) -> None:
    done = project.manage("startmodule", "stock")
    assert done.stdout == "Created module 'stock'\n", done.stderr
    names = {file.name for file in (project.root / "stock").iterdir()}
    assert {"tasks.py", "dags.py", "commands.py"} <= names
    project.append("configs/settings.py", 'INSTALLED_MODULES = ["forecaster", "stock"]\n')
    assert project.manage("dag", "stock").returncode == 0


def test_gluepy_cli_starts_a_project(tmp_path: Path) -> None:
    script = Path(sys.executable).with_name("gluepy-cli")
    done = subprocess.run(
        [script, "startproject", "demo"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "Created project 'demo'\n", done.stderr
    assert (tmp_path / "demo/manage.py").is_file()


def test_gluepy_setup_finds_the_settings_of_a_16_project(project: Project) -> None:
    code = "import gluepy; gluepy.setup(); from gluepy.exec import DAG_REGISTRY as r; print(*r)"
    done = project.python(code)
    assert done.stdout == "sample onlydata\n", done.stderr
