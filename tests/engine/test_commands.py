from __future__ import annotations

import json

import pytest

from tests.engine.projects import CALLS, FLOW
from tests.projects.factory import Project, status_of


@pytest.fixture
def flow(project: Project) -> Project:
    project.module("flows", dags=FLOW)
    return project


def calls_of(project: Project, *arguments: str, **environment: str) -> list[str]:
    """Run a DAG and return what it called."""
    path = project.root / "calls.txt"
    path.unlink(missing_ok=True)
    project.manage("dag", "flow", *arguments, CALLS=str(path), **environment)
    return path.read_text().split() if path.exists() else []


def table(text: str) -> dict[str, list[str]]:
    lines = text.rstrip().splitlines()
    return {line.split()[0]: line.split(maxsplit=2)[1:] for line in lines[1:]}


def test_a_dag_runs_in_the_order_of_its_values(flow: Project) -> None:
    assert calls_of(flow) == CALLS
    (folder,) = flow.folders()
    assert status_of(folder) == ("FINISHED", "FINISHED")
    assert json.loads((folder / "artifacts/report.json").read_text()) == {"sum": 1400, "count": 4}
    assert json.loads((folder / "metrics.json").read_text()) == {"sum": 1400}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--task", "+count"], ["load", "count"]),
        (["--to-task", "parts"], ["load", "parts"]),
        (["--task", "load", "--task", "count"], ["load", "count"]),
        (["--skip-eval"], CALLS[:-1]),
        (["--tag", "io", "--to-task", "parts"], ["load"]),
    ],
)
def test_a_part_of_a_dag_is_selected_on_the_command_line(flow, arguments, expected) -> None:
    assert calls_of(flow, *arguments) == expected


def test_a_retry_can_start_in_the_middle(flow: Project) -> None:
    calls_of(flow)
    assert calls_of(flow, "--retry", "latest", "--task", "count+") == [
        *("count", "report", "measure")
    ]
    assert calls_of(flow, "--retry", "latest", "--eval-only") == ["measure"]
    done = flow.manage("dag", "flow", "--retry", "latest", "--from-task", "parts")
    assert "'report' reads the volatile 'count', which no other task of this run" in done.stderr
    assert len(flow.folders()) == 1


def test_a_dry_run_prints_what_would_run_and_runs_nothing(flow: Project) -> None:
    done = flow.manage("dag", "flow", "--dry-run", "--task", "+count")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0].split() == ["task", "action", "reason"]
    assert table(done.stdout) == {
        "bootstraptask": ["run"],
        "load": ["run"],
        "count": ["run"],
        "parts": ["skip", "not selected"],
        "square": ["skip", "not selected"],
        "report": ["skip", "not selected"],
        "measure": ["skip", "not selected"],
    }
    assert calls_of(flow, "--dry-run") == []
    assert flow.folders() == []


def test_a_dry_run_is_json_for_tools(flow: Project) -> None:
    calls_of(flow, FAIL="report")
    rows = flow.json("dag", "flow", "--resume", "latest", "--dry-run", "--param", "rows=4")
    assert {row["task"]: row["action"] for row in rows} == {
        **dict.fromkeys(["bootstraptask", "parts", "square"], "reuse"),
        **dict.fromkeys(["count", "report", "measure"], "run"),
        "load": "reuse",
    }
    reasons = {row["task"]: row["reason"] for row in rows}
    assert reasons["count"] == "its volatile 'count' is needed by 'report'"
    assert reasons["report"] == "it has not finished"
    assert reasons["load"].startswith("finished at 2")


def test_a_dry_run_finds_what_would_fail(flow: Project) -> None:
    for arguments, message in [
        (["--task", "count"], "'count' reads the artifact 'rows'"),
        (
            ["--task", "+coutn"],
            "'coutn' not found in DAG 'flow' list of tasks. Did you mean 'count'",
        ),
        (["--param", "powr=3"], "No task has the parameter 'powr'. Did you mean 'power'"),
        (["--param", "squar.power=3"], "Did you mean 'square.power'"),
        (["--tag", "ioo"], "No task of the DAG has the tag 'ioo'"),
        (["--executor", "thread"], "There is no executor 'thread'. Did you mean 'threads'"),
        (["--resume", "nope"], "There is no run 'nope'"),
    ]:
        done = flow.manage("dag", "flow", "--dry-run", *arguments)
        assert done.returncode != 0
        assert message in done.stderr
        assert len(done.stderr.strip().splitlines()) == 1
        assert done.stdout == ""
    assert flow.folders() == []


def test_parameters_are_given_on_the_command_line(flow: Project) -> None:
    folder = flow.run("flow", "--param", "rows=2", "--param", "square.power=1")
    assert json.loads((folder / "artifacts/report.json").read_text()) == {"sum": 10, "count": 2}
    context = (folder / "context.yaml").read_text()
    assert "load:\n  rows: 2" in context


def test_the_commands_on_dags_list_and_draw_them(flow: Project) -> None:
    listed = flow.manage("dags", "ls").stdout
    assert table(listed)["flow"][0] == "6"
    assert "0 6 * * *" in listed
    (row,) = [row for row in flow.json("dags", "ls") if row["label"] == "flow"]
    assert (row["tasks"], row["schedule"], row["tags"]) == (6, "0 6 * * *", ["nightly"])
    shown = {
        form: flow.manage("dags", "show", "flow", "--format", form).stdout
        for form in ("ascii", "mermaid", "dot", "svg", "json")
    }
    names = ["load", "count", "parts", "square", "report", "measure"]
    for text in shown.values():
        assert all(name in text for name in names)
    assert shown["mermaid"].startswith("flowchart TD\n")
    assert '"parts" -> "square";' in shown["dot"]
    assert "<title>parts → square</title>" in shown["svg"]
    edges = {(edge["from"], edge["to"]) for edge in json.loads(shown["json"])["edges"]}
    assert edges == {
        ("bootstraptask", "load"),
        ("load", "parts"),
        ("load", "count"),
        ("parts", "square"),
        ("square", "report"),
        ("count", "report"),
        ("report", "measure"),
    }
    assert flow.manage("dags", "show", "flow", "--json").stdout == shown["json"]
    done = flow.manage("dags", "show", "folw")
    assert (done.returncode, "Did you mean 'flow'" in done.stderr) != (0, False)


def test_check_finds_dags_that_make_no_sense(flow: Project) -> None:
    flow.append(
        "flows/dags.py",
        """
        @task
        def there(back: Volatile) -> Volatile("forth"): ...


        @task
        def back(forth: Volatile) -> Volatile("back"): ...


        class Circle(DAG):
            tasks = [there, back]
        """,
    )
    done = flow.manage("check")
    assert done.returncode != 0
    assert "exec.E002" in done.stdout + done.stderr
    assert "there -> back -> there" in done.stdout + done.stderr
    done = flow.manage("dag", "circle")
    assert done.returncode != 0
    assert "there -> back -> there" in done.stderr
    assert flow.manage("runs", "ls", "--json").stdout == "[]\n"
    assert flow.manage("dag", "flow").returncode == 0  # another DAG's order is none of its business


def test_receivers_in_the_signals_file_of_a_module_are_connected(flow: Project) -> None:
    flow.write(
        "flows/signals.py",
        """
        from pathlib import Path

        from gluepy import signals


        @signals.task_failed.connect
        def notify(run, task, error, **_):
            Path("mail.txt").write_text(f"{run.dag}: {task} {error}")


        @signals.run_failed.connect
        def broken(**_):
            raise RuntimeError("the mail server is away")
        """,
    )
    done = flow.manage("dag", "flow", FAIL="report")
    assert (flow.root / "mail.txt").read_text() == "flow: report report was told to fail"
    assert "the mail server is away" in done.stderr
    assert status_of(flow.folders()[0]) == ("FAILED", "FAILED")


def test_a_failure_can_be_survived_by_what_does_not_need_it(flow: Project) -> None:
    done = flow.manage("dag", "flow", "--on-failure", "continue", FAIL="square10 square30")
    assert done.returncode == 1
    assert "'square[1]' of DAG 'flow' and 1 more task failed" in done.stderr
    manifest = json.loads((flow.folders()[0] / "run.json").read_text())
    states = {task["name"]: (task["status"], task["reason"]) for task in manifest["tasks"]}
    assert states["count"] == states["square[2]"] == ("FINISHED", "")
    assert states["report"] == states["measure"] == ("SKIPPED", "'square[1]' failed")
    assert calls_of(flow, "--resume", "latest") == [
        *("count", "parts", "square10", "square30", "report", "measure")
    ]


def test_the_output_of_a_run_is_lines_in_a_pipe(flow: Project) -> None:
    done = flow.manage("dag", "flow")
    assert "\x1b" not in done.stderr
    assert "\r" not in done.stderr
    assert "Completed task 'square[3]'" in done.stderr
    assert done.stdout.startswith("=== GLUEPY METRICS ===")
