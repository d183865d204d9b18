"""Runs that load and save what the catalog names, with parameter sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gluepy.catalog import catalog
from gluepy.exceptions import (
    ArtifactError,
    ConfigurationError,
    PlanError,
    TaskError,
    UnknownParameterError,
)
from gluepy.exec import DAG, Artifact, Volatile, task
from gluepy.runs import runs
from gluepy.runs.runner import Runner
from gluepy.test import override_settings

CATALOG = """
- {name: samples, type: json, path: raw/samples.json, root: true}
- name: numbers
  type: json
  path: numbers.json
- name: coeffs
  type: pickle
  extra: {path: "out/coeff_!{samples}.pkl"}
- {name: halves, type: json, path: halves.json}
- {name: report, type: text, path: "reports/!{client}.txt", root: true}
"""

SETS = """
base:
  samples: 100
  fit: {scale: 3}
  CLIENT: acme
small:
  _from: [base]
  samples: 10
odd:
  _from: [base]
  no.such.task: {scale: 3}
wrong:
  fit: {scael: 3}
"""


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> Iterator[Path]:
    for name, text in {
        "context.yaml": "model: {depth: 2}\nCLIENT: nobody\n",
        "catalog/all.yaml": CATALOG,
        "parameters/all.yaml": SETS,
    }.items():
        path = tmp_path / "configs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with override_settings(
        BASE_DIR=str(tmp_path),
        CONFIG_PATH=str(tmp_path / "configs"),
        STORAGE_ROOT=str(tmp_path / "data"),
    ):
        yield tmp_path


def stored(run: Any) -> list[str]:
    """Return what a run left beside its own records."""
    own = ("context.yaml", "run.json", "logs/run.log", "tracking.json", "metrics.json")
    return sorted(path for path in run.files() if path not in own)


@pytest.fixture
def regression() -> DAG:
    @task
    def build(samples: int = 500) -> Artifact("numbers"):
        return list(range(samples))

    @task
    def fit(numbers: Artifact, scale: int = 1) -> Volatile("model"):
        return {"sum": sum(numbers) * scale}

    @task
    def keep(model: Volatile) -> Artifact("coeffs"):
        return model

    return DAG.of("regression", keep, build, fit)


# --- Where artifacts go ----------------------------------------------------------------------


def test_placeholders_take_what_all_tasks_share_though_the_writer_has_no_such_parameter(
    regression: DAG,
) -> None:
    small, large = regression.run(samples=100), regression.run(samples=500)
    assert stored(small) == ["numbers.json", "out/coeff_100.pkl"]
    assert small["coeffs"] == {"sum": sum(range(100))}
    assert large["numbers"] == list(range(500))
    assert catalog.load("coeffs", samples=100) == {"sum": sum(range(100))}
    assert catalog.load("coeffs", samples=500) == {"sum": sum(range(500))}
    assert catalog.load("coeffs", run=small.id, samples=100) == small["coeffs"]


@pytest.mark.parametrize("executor", ["serial", "threads", "processes"])
def test_a_run_stores_the_same_on_every_executor(regression: DAG, executor: str) -> None:
    run = Runner(regression, params={"samples": 7}, executor=executor, workers=2).run()
    assert run["coeffs"] == {"sum": 21}
    assert stored(run) == ["numbers.json", "out/coeff_7.pkl"]
    writes = {task["name"]: task["writes"] for task in run.manifest["tasks"]}
    assert writes["keep"]["artifact"] == ["coeffs"]
    assert writes["keep"]["storage"][-1] == f"{run.folder}/out/coeff_7.pkl"


def test_a_run_that_has_no_such_artifact_says_what_it_has(regression: DAG) -> None:
    run = regression.run(samples=3)
    for typed, meant in (("coefs", "coeffs"), ("modle", "model")):
        with pytest.raises(ArtifactError, match=f"no artifact '{typed}'. Did you mean '{meant}'"):
            run[typed]


def test_a_retry_stores_under_the_same_names(regression: DAG) -> None:
    run = regression.run(samples=3)
    again = Runner(regression, retry=run.id).run()
    assert stored(again) == ["numbers.json", "out/coeff_3.pkl"]
    assert again["coeffs"] == {"sum": 3}


def test_an_input_is_read_from_the_root_and_one_the_run_wrote_from_its_folder(
    project: Path,
) -> None:
    @task
    def halve(samples: Artifact) -> Artifact("halves"):
        return [one / 2 for one in samples]

    @task
    def add(halves: Artifact) -> Volatile("total"):
        return sum(halves)

    catalog.save("samples", [2, 4])
    run = (add + halve).run()
    assert run["total"] == 3.0
    assert stored(run) == ["halves.json"]
    assert (project / "data/raw/samples.json").exists()


def test_an_input_that_is_given_never_overwrites_what_the_catalog_knows(project: Path) -> None:
    @task
    def halve(samples: Artifact) -> Artifact("halves"):
        return [one / 2 for one in samples]

    catalog.save("samples", [2, 4])
    run = DAG.of("given", halve).run(samples=[8])
    assert run["halves"] == [4.0]
    assert catalog.load("samples") == [2, 4]
    assert Runner(DAG.of("given", halve), retry=run.id).run()["halves"] == [4.0]


def test_what_the_catalog_does_not_name_is_kept_by_the_type_of_its_value() -> None:
    @task
    def make() -> Artifact("unnamed"):
        return {"a": 1}

    run = DAG.of("unnamed", make).run()
    assert stored(run) == ["artifacts/unnamed.json"]
    assert run["unnamed"] == {"a": 1}


# --- Known before anything runs ---------------------------------------------------------------


def test_an_input_that_is_not_there_is_found_before_anything_runs() -> None:
    @task
    def halve(samples: Artifact) -> Artifact("halves"):
        return samples

    with pytest.raises(PlanError, match=r"'halve'.*'samples'.*raw/samples\.json"):
        DAG.of("absent", halve).run()
    assert runs.list() == []


def test_a_placeholder_without_a_value_is_found_before_anything_runs() -> None:
    @task
    def tell() -> Artifact("report"):
        return "text"

    with pytest.raises(PlanError, match=r"'tell'.*'report'.*'client'"):
        DAG.of("unfilled", tell).run()
    run = DAG.of("unfilled", tell).run(client="acme")
    assert run["report"] == "text"
    assert catalog.load("report", client="acme") == "text"


@pytest.mark.parametrize("other", ["halves.json", "./halves.json"])
def test_two_artifacts_of_one_place_are_refused_before_anything_runs(
    project: Path, other: str
) -> None:
    @task
    def first() -> tuple[Artifact("numbers"), Artifact("halves")]:
        raise AssertionError("ran")

    text = CATALOG.replace("path: numbers.json", f"path: {other}")
    (project / "configs/catalog/all.yaml").write_text(text)
    catalog.reload()
    with pytest.raises(PlanError, match="'numbers' of the task 'first' and 'halves' of 'first'"):
        DAG.of("both", first).run()
    assert not (project / "data").exists()


def test_an_artifact_that_is_read_elsewhere_than_it_is_written_is_refused(project: Path) -> None:
    @task
    def fit(samples: int = 3) -> Artifact("coeffs"):
        return samples

    @task
    def show(coeffs: Artifact) -> Artifact("halves"):
        return coeffs

    dag = DAG.of("shown", fit, show)
    assert dag.run(samples=4)["halves"] == 4
    (project / "data").mkdir(exist_ok=True)
    (project / "data/out").mkdir()
    (project / "data/out/coeff_5.pkl").write_bytes(b"of another time")
    with pytest.raises(PlanError) as refused:
        dag.run(samples=5, fit={"samples": 6})
    said = "'show' would read the artifact 'coeffs' at 'runs/"
    assert said in str(refused.value)
    assert "out/coeff_5.pkl', but the task 'fit' of this run writes it to" in str(refused.value)
    assert "out/coeff_6.pkl'. Give both tasks the same 'samples'" in str(refused.value)
    with pytest.raises(PlanError, match=r"'show'.*needs a value of 'samples'"):
        dag.run(fit={"samples": 6})


def test_a_task_that_changes_an_artifact_reads_it_where_it_was_written_or_is_refused() -> None:
    @task
    def fit(samples: int = 3) -> Artifact("coeffs"):
        return samples

    @task
    def double(coeffs: Artifact, samples: int = 3) -> Artifact("coeffs"):
        return coeffs * 2

    dag = DAG.of("doubled", fit, double)
    assert dag.run(samples=4)["coeffs"] == 8
    with pytest.raises(PlanError, match="'double' would read the artifact 'coeffs'"):
        dag.run(samples=5, fit={"samples": 6})


def test_a_value_that_leads_out_of_the_root_is_refused_before_anything_runs() -> None:
    @task
    def tell() -> Artifact("report"):
        return "text"

    with pytest.raises(PlanError, match="client"):
        DAG.of("escaping", tell).run(client="../../etc")


# --- Mapped tasks -----------------------------------------------------------------------------


@pytest.fixture
def mapped() -> Callable[[int], DAG]:
    @task
    def halve(number: int) -> Artifact("halves"):
        return number / 2

    @task
    def add(halves: Artifact) -> Volatile("total"):
        return sum(halves)

    return lambda count: DAG.of("mapped", halve.map(number=list(range(count))), add)


def test_the_elements_of_a_mapped_task_are_files_of_their_own_and_load_as_a_list(
    mapped: Callable[[int], DAG],
) -> None:
    run = mapped(11).run()
    assert run["total"] == sum(range(11)) / 2
    assert run["halves"] == [number / 2 for number in range(11)]
    assert "halves/10.json" in stored(run)


def test_fewer_elements_leave_nothing_of_the_former_ones(mapped: Callable[[int], DAG]) -> None:
    run = mapped(3).run()
    again = Runner(mapped(2), retry=run.id).run()
    assert again["halves"] == [0.0, 0.5]
    none = Runner(mapped(0), retry=run.id).run()
    assert none["halves"] == []
    assert none["total"] == 0


def test_placeholders_keep_the_elements_of_a_mapped_task_apart(project: Path) -> None:
    @task
    def tell(client: str) -> Artifact("report"):
        return f"about {client}"

    DAG.of("clients", tell.map(client=["acme", "bolt"])).run()
    assert catalog.load("report", client="bolt") == "about bolt"
    assert sorted(path.name for path in (project / "data/reports").iterdir()) == [
        "acme.txt",
        "bolt.txt",
    ]


# --- Resume -----------------------------------------------------------------------------------


@pytest.fixture
def failing(project: Path) -> DAG:
    @task
    def build(samples: int = 3) -> Artifact("numbers"):
        with (project / "built").open("a") as file:
            file.write("x")
        return list(range(samples))

    @task
    def fail(numbers: Artifact) -> Artifact("coeffs"):
        if not (project / "mended").exists():
            raise RuntimeError("not yet")
        return numbers

    return DAG.of("failing", build, fail)


def resumed(dag: DAG, project: Path, **options: Any) -> tuple[Any, int]:
    """Fail, mend, resume; return the run and how often its first task ran."""
    (project / "mended").touch()
    run = Runner(dag, resume="latest", **options).run()
    return run, len((project / "built").read_text())


def fail(dag: DAG, **params: Any) -> None:
    with pytest.raises(TaskError):
        dag.run(**params)


def test_what_finished_and_is_where_the_catalog_says_is_not_run_again(
    failing: DAG, project: Path
) -> None:
    fail(failing, samples=4)
    run, built = resumed(failing, project)
    assert built == 1
    assert run["coeffs"] == [0, 1, 2, 3]


def test_a_task_runs_again_if_the_catalog_says_another_place_now(
    failing: DAG, project: Path
) -> None:
    fail(failing, samples=4)
    file = project / "configs/catalog/all.yaml"
    file.write_text(CATALOG.replace("path: numbers.json", "path: elsewhere/numbers.json"))
    catalog.reload()
    run, built = resumed(failing, project)
    assert built == 2
    assert "elsewhere/numbers.json" in stored(run)


def test_a_shared_value_that_is_another_now_runs_what_it_fills(failing: DAG, project: Path) -> None:
    fail(failing, samples=4)
    run, built = resumed(failing, project, params={"samples": 2})
    assert built == 2
    assert run["coeffs"] == [0, 1]
    assert "out/coeff_2.pkl" in stored(run)


def test_a_value_that_no_task_and_no_placeholder_uses_runs_nothing_again(
    failing: DAG, project: Path
) -> None:
    fail(failing, samples=4)
    _, built = resumed(failing, project, params=["model.depth=3"])
    assert built == 1


def test_a_task_has_read_what_its_placeholders_ask_for_and_nothing_else(regression: DAG) -> None:
    run = regression.run(samples=3)
    read = {task["name"]: task["reads"].get("context", []) for task in run.manifest["tasks"]}
    assert read["build"] == ["build.samples"]
    assert read["fit"] == ["fit.scale"]
    assert set(read["keep"]) == {"gluepy.parameters.samples"}


# --- Parameter sets ---------------------------------------------------------------------------


def test_a_parameter_set_gives_shared_values_and_those_of_single_tasks(regression: DAG) -> None:
    run = Runner(regression, configuration="small").run()
    assert run["coeffs"] == {"sum": 3 * sum(range(10))}
    assert run.context.build.samples == 10
    assert run.context.fit.scale == 3
    assert run.context.gluepy.configuration == "small"


def test_the_call_wins_over_the_parameter_set(regression: DAG) -> None:
    run = Runner(regression, configuration="base", params={"samples": 5}).run()
    assert run["numbers"] == list(range(5))
    flag = Runner(regression, configuration="base", params=["fit.scale=2", "samples=4"]).run()
    assert flag["coeffs"] == {"sum": 12}


def test_a_parameter_set_changes_the_context_where_that_has_the_key(regression: DAG) -> None:
    run = Runner(regression, configuration="base").run()
    assert run.context.CLIENT == "acme"
    assert run.context.gluepy.parameters.CLIENT == "acme"


def test_a_retry_needs_no_parameter_set_again(regression: DAG) -> None:
    run = Runner(regression, configuration="small").run()
    again = Runner(regression, retry=run.id).run()
    assert again["coeffs"] == run["coeffs"]
    assert again.context.gluepy.configuration == "small"


def test_a_value_that_nothing_takes_is_told_if_a_name_that_is_taken_is_close(
    regression: DAG, project: Path, caplog: pytest.LogCaptureFixture
) -> None:
    text = "typo:\n  sampels: 3\n  biuld: {samples: 4}\n  client: bolt\n  samples: 1\n"
    (project / "configs/parameters/odd.yaml").write_text(text)
    Runner(regression, configuration="typo").run()
    said = [message for message in caplog.messages if "nothing takes" in message]
    assert [message.partition("?")[0].partition(" or ")[0] for message in said] == [
        "configs/parameters/odd.yaml, line 2: nothing takes 'sampels'. Did you mean 'samples'",
        "configs/parameters/odd.yaml, line 3: nothing takes 'biuld'. Did you mean 'build'",
    ]


@pytest.mark.parametrize(
    ("name", "error", "said"),
    [
        ("smal", ConfigurationError, "small"),
        ("odd", ConfigurationError, r"no\.such\.task"),
        ("wrong", UnknownParameterError, "'scale'"),
    ],
)
def test_a_parameter_set_that_makes_no_sense_is_refused(
    regression: DAG, name: str, error: type[Exception], said: str
) -> None:
    with pytest.raises(error, match=said):
        Runner(regression, configuration=name).run()
    assert runs.list() == []
