"""What a user gets wrong: one line that says what, where and what to do, and a code."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.projects.factory import Project


class Case(NamedTuple):
    """A mistake: how to make it, what to type, what must be said."""

    name: str
    arguments: str
    said: tuple[str, ...]
    prepare: Callable[[Project], object] = lambda project: None
    environment: dict[str, str] = {}
    code: int = 0  # 0: any but 0


def task(body: str, label: str = "broken") -> Callable[[Project], object]:
    """Return what adds a module with one task and a DAG of the same label."""

    def prepare(project: Project) -> None:
        lines = "\n".join(f"                    {line}" for line in body.splitlines())
        project.module(
            "shop",
            tasks=f"""
            from gluepy.conf import default_context
            from gluepy.exec import DAG, Task
            from gluepy.files.data import data_manager
            from gluepy.files.storages import default_storage
            class Broken(Task):
                label = "{label}"
                def run(self):
{lines}
            class BrokenDag(DAG):
                label = "broken"
                tasks = [Broken]
            """,
        )

    return prepare


def setting(text: str) -> Callable[[Project], object]:
    return lambda project: project.settings(text)


def config(text: str, name: str = "more.yaml") -> Callable[[Project], object]:
    return lambda project: project.write(f"configs/{name}", text)


def blocked(package: str) -> Callable[[Project], object]:
    """Return what makes a package look as if it were not installed."""
    return lambda project: project.write(
        "blocked/sitecustomize.py",
        f"""
        import sys
        class Blocked:
            def find_spec(self, name, path=None, target=None):
                if name.partition(".")[0] == "{package}":
                    raise ModuleNotFoundError("No module named " + repr(name), name=name)
        sys.meta_path.insert(0, Blocked())
        """,
    )


def s3_without_boto(project: Project) -> None:
    blocked("boto3")(project)
    project.settings(
        """
        STORAGE_BACKEND = "gluepy.files.storages.s3.S3Storage"
        AWS_STORAGE_BUCKET_NAME = "bucket"
        """
    )


def held(project: Project) -> None:
    """Make a run folder that this very process holds."""
    folder = project.root / "data/runs/2026/1/2/held"
    folder.mkdir(parents=True)
    (folder / "context.yaml").write_text("sample: {seed: 1}\n")
    stat = Path(f"/proc/{os.getpid()}/stat").read_text() if os.path.exists("/proc") else ""
    born = stat.rpartition(")")[2].split()[19] if stat else None
    holder = {"host": platform.node(), "pid": os.getpid(), "since": "2026-01-02T03:04:05Z"}
    (folder / "run.lock").write_text(json.dumps({**holder, "born": born}))


def twice(project: Project) -> None:
    text = """
    from gluepy.exec import Task
    class First(Task):
        label = "same"
    """
    project.module("one", tasks=text)
    project.module("two", tasks=text)


HOOK = "sample: {{seed: {{hook: {{name: {name}}}}}}}\n"

DAG_CASES = [
    Case("wrong command", "dga sample", ("'dga'", "'dag'", "manage.py --help"), code=2),
    Case("wrong subcommand", "runs lss", ("lss", "ls"), code=2),
    Case("wrong option", "dag sample --retri x", ("--retri", "--retry"), code=2),
    Case("no label", "dag", ("LABEL", "dag --help"), code=2),
    Case("two labels", "dag sample other", ("One DAG at a time", "sample other"), code=2),
    Case("wrong label", "dag sampel", ("'sampel'", "Did you mean 'sample'?"), code=2),
    Case("wrong task", "dag sample --task make_order", ("'make_order'", "'make_orders'"), code=2),
    Case(
        "wrong task to start from",
        "dag sample --from-task sum_order",
        ("'sum_order'", "DAG 'sample'", "'sum_orders'"),
        code=2,
    ),
    Case(
        "task and from-task",
        "dag sample --task make_orders --from-task make_orders",
        ("--from-task", "--task", "Only one"),
        code=2,
    ),
    Case(
        "skip and only evaluations",
        "dag sample --skip-eval --eval-only --retry x/y",
        ("--skip-eval", "--eval-only", "mutually exclusive"),
        code=2,
    ),
    Case("eval-only alone", "dag sample --eval-only", ("--eval-only", "--retry RUN"), code=2),
    Case("unknown run", "dag sample --retry nope", ("'nope'", "no runs yet", "runs ls"), code=2),
    Case("outside the root", "dag sample --retry ../../etc/x", ("../../etc/x",)),
    Case("compare with an unknown run", "dag sample --compare nope", ("'nope'", "runs ls"), code=2),
]

CONTEXT_CASES = [
    Case(
        "missing patch",
        "dag sample --patch experiments/a.yaml",
        ("'experiments/a.yaml'", "was not found on the storage"),
        code=2,
    ),
    Case(
        "local patch as a patch",
        "dag sample --patch big.yaml",
        ("'big.yaml'", "was not found on the storage", "--local-patch big.yaml"),
        lambda project: project.write("big.yaml", "sample: {orders: 5}\n"),
        code=2,
    ),
    Case(
        "misspelt patch",
        "dag sample --local-patch big.yml",
        ("'big.yml'", "was not found", "Did you mean 'big.yaml'?"),
        lambda project: project.write("big.yaml", "sample: {orders: 5}\n"),
        code=2,
    ),
    Case(
        "malformed YAML",
        "dag sample",
        ("configs/more.yaml", "line 4"),
        config("sample:\n  seed: 1\n  orders: [1, 2\nmore: 1\n"),
        code=2,
    ),
    Case(
        "duplicate key",
        "dag sample",
        ("configs/more.yaml", "line 2", "'twice'"),
        config("twice: 1\ntwice: 2\n"),
        code=2,
    ),
    Case(
        "conflicting types",
        "dag sample",
        (
            "Conflicting types 'int' and 'str' at 'sample.seed'",
            "configs/context.yaml",
            "configs/more.yaml",
        ),
        config("sample: {seed: one}\n"),
        code=2,
    ),
    Case(
        "unknown parameter",
        "dag sample --param sample.order=5",
        ("'sample.order'", "'sample.orders'", "--param +sample.order=5"),
        code=2,
    ),
    Case("malformed parameter", "dag sample --param orders", ("orders", "KEY=VALUE"), code=2),
    Case(
        "parameter that is no YAML",
        "dag sample --param sample.orders=[1",
        ("sample.orders=[1", "quotes"),
        code=2,
    ),
    Case(
        "parameter of gluepy itself",
        "dag sample --param gluepy.run_id=x",
        ("gluepy.run_id", "set by gluepy itself"),
        code=2,
    ),
    Case(
        "hook that is not allowed",
        "dag sample",
        ("'os.getcwd'", "'sample.seed'", "configs/more.yaml", "CONTEXT_HOOKS"),
        config(HOOK.format(name="os.getcwd")),
        code=2,
    ),
    Case(
        "hook that does not exist",
        "dag sample",
        ("'sample.nosuch'", "does not exist"),
        lambda project: (
            config(HOOK.format(name="sample.nosuch"))(project),
            project.settings('CONTEXT_HOOKS = ["sample.*"]'),
        ),
        code=2,
    ),
]

SETTINGS_CASES = [
    Case(
        "misspelt settings module",
        "dag sample --settings settings.locl",
        ("'settings.locl'", "Did you mean 'settings.local'?"),
        code=2,
    ),
    Case(
        "settings module without its package",
        "dag sample --settings local",
        ("'local'", "Did you mean 'settings.local'?"),
        code=2,
    ),
    Case(
        "missing settings module",
        "dag sample",
        ("'nowhere.settings'", "GLUEPY_SETTINGS_MODULE"),
        environment={"GLUEPY_SETTINGS_MODULE": "nowhere.settings"},
        code=2,
    ),
    Case(
        "settings without a value", "dag sample --settings", ("--settings needs a value",), code=2
    ),
    Case(
        "syntax error in settings",
        "dag sample",
        ("settings/local.py, line 7",),
        setting("X = ("),
        code=2,
    ),
    Case(
        "error in settings",
        "dag sample",
        ("ZeroDivisionError", "settings/local.py:7"),
        setting("X = 1 / 0"),
    ),
    Case(
        "misspelt backend",
        "dag sample",
        ("STORAGE_BACKEND", "LocalStorag'", "Did you mean", "local.LocalStorage'"),
        setting('STORAGE_BACKEND = "gluepy.files.storages.local.LocalStorag"'),
    ),
    Case(
        "misspelt module of a backend",
        "dag sample",
        ("MLOPS_BACKEND", "gluepy.ops.locale.LocalOpsBackend", "gluepy.ops.local.LocalOpsBackend"),
        setting('MLOPS_BACKEND = "gluepy.ops.locale.LocalOpsBackend"'),
    ),
    Case(
        "misspelt class of a lazy backend",
        "dag sample",
        ("MLOPS_BACKEND", "LocalOpsBackend'"),
        setting('MLOPS_BACKEND = "gluepy.ops.local.LocalOpsBackends"'),
    ),
    Case(
        "misspelt setting",
        "dag sample",
        ("'STORAGE_ROT'", "Did you mean 'STORAGE_ROOT'?", "settings.E001"),
        setting('STORAGE_ROT = "x"'),
    ),
    Case(
        "setting of a wrong type",
        "dag sample",
        ("CONTEXT_HOOKS", "'x.y'", "It takes a list", "settings.E002"),
        setting('CONTEXT_HOOKS = "x.y"'),
    ),
    Case(
        "installed modules as a text",
        "dag sample",
        ("INSTALLED_MODULES", '["sample"]'),
        setting('INSTALLED_MODULES = "sample"'),
        code=2,
    ),
    Case(
        "misspelt module",
        "dag sample",
        ("INSTALLED_MODULES", "'sampl'", "Did you mean 'sample'"),
        setting('INSTALLED_MODULES = ["sampl"]'),
        code=2,
    ),
    Case(
        "bad LOGGING",
        "dag sample",
        ("LOGGING", "dictConfig", "nosuch"),
        setting(
            'LOGGING = {"version": 1, "handlers": {"x": {"class": "nosuch.Handler"}},'
            ' "root": {"handlers": ["x"]}}'
        ),
        code=2,
    ),
    Case(
        "bad log level",
        "dag sample",
        ("LOG_LEVEL", "'LOUD'", "DEBUG"),
        setting('LOG_LEVEL = "LOUD"'),
    ),
    Case(
        "setting that does not exist",
        "dag broken",
        ("'STORAGE_ROT'", "STORAGE_ROOT"),
        task("from gluepy.conf import default_settings\ndefault_settings.STORAGE_ROT"),
    ),
]

MODULE_CASES = [
    Case(
        "broken import in a module",
        "dag sample",
        ("ModuleNotFoundError", "nosuchpackage", "shop/tasks.py:1"),
        lambda project: project.module("shop", tasks="import nosuchpackage\n"),
    ),
    Case(
        "syntax error in a module",
        "dag sample",
        ("SyntaxError", "shop/tasks.py:2"),
        lambda project: project.module("shop", tasks="x = 1\ndef broken(:\n"),
    ),
    Case(
        "duplicate task label",
        "dag sample",
        ("Duplicate Task label 'same'", "one/tasks.py", "two/tasks.py", "another label"),
        twice,
    ),
    Case(
        "no task in a DAG",
        "dag broken",
        ("'make_orders'", "not a Task class", "exec.E001"),
        lambda project: project.module(
            "shop",
            dags="""
            from gluepy.exec import DAG
            class Broken(DAG):
                tasks = ["make_orders"]
            """,
        ),
    ),
]

TASK_CASES = [
    Case(
        "task that raises",
        "dag broken",
        ("Task 'broken' of DAG 'broken'", "shop/tasks.py:8", "KeyError: 'missing'", "--resume"),
        task('{}["missing"]'),
        code=1,
    ),
    Case(
        "task that exits",
        "dag broken",
        ("sys.exit(3)", "Task 'broken'"),
        task("raise SystemExit(3)"),
    ),
    Case(
        "task without run",
        "dag lazy",
        ("Lazy does not define run()", "Task 'lazy'"),
        lambda project: project.module(
            "shop",
            dags="""
            from gluepy.exec import DAG, Task
            class Lazy(Task):
                pass
            class LazyDag(DAG):
                label = "lazy"
                tasks = [Lazy]
            """,
        ),
    ),
    Case(
        "unsupported suffix",
        "dag broken",
        (".docx", "Task 'broken'", "shop/tasks.py:8"),
        task('data_manager.read("in.docx", root=True)'),
    ),
    Case(
        "missing file",
        "dag broken",
        ("orders.cvs", "orders.csv"),
        lambda project: (
            project.write("data/raw/orders.csv", "a\n1\n"),
            task('default_storage.open("raw/orders.cvs")')(project),
        ),
    ),
    Case(
        "write outside the root",
        "dag broken",
        ("../../escaped", "UnsafePathError"),
        task('default_storage.touch("../../escaped", "x")'),
    ),
    Case(
        "assignment to the context",
        "dag broken",
        ("FrozenContextError", "sample"),
        task("default_context.sample.seed = 2"),
    ),
    Case(
        "missing context key",
        "dag broken",
        ("sample.order", "'orders'", "shop/tasks.py:8"),
        task("default_context.sample.order"),
    ),
    Case(
        "missing extra",
        "dag sample",
        ("S3Storage", "'boto3'", "pip install 'gluepy[s3]'"),
        s3_without_boto,
        {"PYTHONPATH": "blocked"},
    ),
    Case(
        "run folder in use",
        "dag sample --retry runs/2026/1/2/held",
        ("runs/2026/1/2/held", str(os.getpid()), platform.node(), "2026-01-02T03:04:05Z"),
        held,
    ),
]

OTHER_CASES = [
    Case("project of no valid name", "startproject my-shop", ("'my-shop'", "'my_shop'"), code=2),
    Case("project named as a keyword", "startproject class", ("'class'", "'class_'"), code=2),
    Case("project that exists", "startproject demo .", ("exists already", "nothing was written")),
    Case("module of no valid name", "startmodule 2shop", ("'2shop'",), code=2),
    Case("module that exists", "startmodule sample", ("'sample'", "Choose another name"), code=2),
    Case("unknown run to show", "runs show nope", ("'nope'", "runs ls"), code=2),
    Case("nonsense for a time", "runs ls --since yesterday", ("'yesterday'", "7d"), code=2),
    Case("unknown status", "runs ls --status done", ("done", "'finished'"), code=2),
    Case("prune without a rule", "runs prune", ("--keep", "--older-than"), code=2),
    Case("age that is none", "runs prune --older-than soon", ("'soon'", "30m"), code=2),
]

CASES = [
    *DAG_CASES,
    *CONTEXT_CASES,
    *SETTINGS_CASES,
    *MODULE_CASES,
    *TASK_CASES,
    *OTHER_CASES,
]


def test_there_are_at_least_thirty_provoked_errors() -> None:
    assert len({case.name for case in CASES}) == len(CASES) >= 30


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_mistake_is_answered_with_one_line_and_a_code(project: Project, case: Case) -> None:
    case.prepare(project)

    done = project.manage(*case.arguments.split(), **case.environment)

    lines = done.stderr.splitlines()
    errors = [line for line in lines if line.startswith("Error:")]
    assert len(errors) == 1, done.stderr
    assert lines[-1] == errors[0], done.stderr
    assert "Traceback" not in done.stderr + done.stdout
    for fragment in case.said:
        assert fragment in errors[0]
    assert done.returncode == (case.code or done.returncode) != 0
    assert done.stdout == ""


@pytest.mark.parametrize("case", TASK_CASES, ids=lambda case: case.name)
def test_what_was_written_before_the_error_can_be_read(project: Project, case: Case) -> None:
    case.prepare(project)
    project.manage(*case.arguments.split(), **case.environment)

    for folder in project.folders():
        manifest = json.loads((folder / "run.json").read_text("utf-8"))
        assert manifest["status"] == "FAILED"
        assert manifest["error"]["message"]
        assert (folder / "context.yaml").stat().st_size
    assert not (project.root.parent / "escaped").exists()


def test_the_traceback_is_shown_when_asked_for(project: Project) -> None:
    task('{}["missing"]')(project)

    done = project.manage("dag", "broken", "--traceback")

    assert "Traceback (most recent call last)" in done.stderr
    assert "KeyError: 'missing'" in done.stderr
    assert done.stderr.splitlines()[-1].startswith("Error: Task 'broken'")


def test_a_failed_task_leaves_its_traceback_in_the_manifest(project: Project) -> None:
    task('{}["missing"]')(project)
    project.manage("dag", "broken")

    (folder,) = project.folders()
    tasks = json.loads((folder / "run.json").read_text("utf-8"))["tasks"]

    error = tasks[-1]["error"]
    assert (error["type"], error["message"]) == ("KeyError", "'missing'")
    assert error["place"].endswith("shop/tasks.py:8")
    assert "Traceback (most recent call last)" in error["traceback"]


def test_an_error_in_bootstrap_of_a_project_of_gluepy_16_says_what_to_do(project: Project) -> None:
    project.write(
        "manage.py",
        """
        import os
        os.environ.setdefault("GLUEPY_SETTINGS_MODULE", "settings.locl")
        from gluepy.commands import cli
        from gluepy.exec.boot import bootstrap
        if __name__ == "__main__":
            bootstrap()
            cli()
        """,
    )
    done = project.manage("dag", "sample")
    assert "Did you mean 'settings.local'?" in done.stderr.splitlines()[-1]
    assert done.returncode != 0


def test_outside_a_project_the_error_says_how_to_make_one(tmp_path: Path) -> None:
    import subprocess
    import sys

    from tests.projects.factory import environment

    done = subprocess.run(
        [sys.executable, "-m", "gluepy", "dag", "sample"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: There is no manage.py in")
    assert "gluepy startproject NAME" in line
    assert done.returncode == 2


def test_settings_that_were_never_chosen_are_named_by_their_variable(project: Project) -> None:
    done = project.python("from gluepy.conf import default_settings; default_settings.BASE_DIR")
    last = done.stderr.splitlines()[-1]
    assert "GLUEPY_SETTINGS_MODULE is not set" in last
    assert "gluepy.setup()" in last


OLD_MANAGE = """
import os
if __name__ == "__main__":
    os.environ.setdefault("GLUEPY_SETTINGS_MODULE", "settings.local")
    from gluepy.commands import cli
    from gluepy.exec.boot import bootstrap
    bootstrap()
    cli()
"""


def test_settings_chosen_after_an_old_manage_py_has_chosen_are_refused(project: Project) -> None:
    project.write("manage.py", OLD_MANAGE)
    done = project.manage("--settings", "settings.production", "check")
    assert done.returncode == 2
    assert "--settings comes too late" in done.stderr
    assert "GLUEPY_SETTINGS_MODULE" in done.stderr


def test_an_old_manage_py_shows_the_traceback_wherever_it_is_asked_for(project: Project) -> None:
    project.write("manage.py", OLD_MANAGE)
    for arguments in (("--traceback", "dag", "nope"), ("dag", "nope", "--traceback")):
        done = project.manage(*arguments)
        assert "Traceback (most recent call last)" in done.stderr
        assert done.stderr.splitlines()[-1].startswith("Error: DAG with label 'nope'")
