"""Results go to stdout and nothing else does; secrets go nowhere."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.projects.factory import Project, environment

SECRET = "correct-horse-battery"

EVALUATED = """
from gluepy.exec import DAG, EvaluationTask, Task
from gluepy.ops import default_mlops

class Noisy(Task):
    def run(self):
        import logging
        logging.getLogger(__name__).info("a line of the log")

class Score(EvaluationTask):
    label = "score"
    def run(self):
        default_mlops.log_metric("rmse", 0.25)
        default_mlops.log_metric("n", 3)

class Evaluated(DAG):
    label = "evaluated"
    tasks = [Noisy]
    eval_tasks = [Score]
"""

BLOCK = "=== GLUEPY METRICS ===\nmetric:rmse=0.25\nmetric:n=3\n=== END METRICS ===\n"


@pytest.fixture
def evaluated(project: Project) -> Project:
    project.module("shop", dags=EVALUATED)
    return project


@pytest.mark.parametrize("group", [(), ("runs",)])
def test_a_group_without_a_command_shows_its_help(project: Project, group: tuple[str, ...]) -> None:
    done, helped = project.manage(*group), project.manage(*group, "--help")
    assert done.returncode == 2
    assert done.stderr == helped.stdout
    assert "\n\nCommands:\n" in done.stderr


# --- stdout and stderr ---------------------------------------------------------------------


def test_a_dag_without_evaluation_prints_nothing_on_stdout(project: Project) -> None:
    done = project.manage("dag", "sample")
    assert done.stdout == ""
    assert "---------- Started task 'MakeOrders'" in done.stderr
    assert "---------- Completed task 'MakeOrders' in " in done.stderr
    (folder,) = project.folders()
    assert f"Run {folder.name} FINISHED in data/runs/" in done.stderr


def test_a_dag_with_evaluation_prints_its_metrics_block_alone(evaluated: Project) -> None:
    done = evaluated.manage("dag", "evaluated")
    assert done.stdout == BLOCK
    assert "a line of the log" in done.stderr


def test_what_a_task_prints_is_on_stdout_and_in_the_log_of_the_run(project: Project) -> None:
    project.module(
        "shop",
        dags="""
        import sys
        from gluepy.exec import DAG, Task
        class Talk(Task):
            def run(self):
                print("to stdout")
                print("\\x1b[31mto stderr\\x1b[0m", file=sys.stderr)
        class TalkDag(DAG):
            label = "talk"
            tasks = [Talk]
        """,
    )
    done = project.manage("dag", "talk")
    assert done.stdout == "to stdout\n"
    (folder,) = project.folders()
    log = (folder / "logs/run.log").read_text("utf-8")
    assert "to stdout\n" in log
    assert "\nto stderr\n" in log
    assert log.count("Started task 'Talk'") == 1


@pytest.mark.parametrize(
    "command",
    [
        "runs ls",
        "runs ls --dag sample --status finished --since 1d -n 1",
        "runs show latest",
        "runs diff latest latest",
        "runs compare latest",
        "runs prune --keep 0 --dry-run",
        "context",
        "context --origin",
        "check",
        "diffsettings",
        "diffsettings --all",
    ],
)
def test_a_listing_is_json_on_stdout_while_the_log_goes_to_stderr(
    project: Project, command: str
) -> None:
    project.settings('LOG_LEVEL = "DEBUG"')
    project.write(
        "sample/checks.py",
        """
        import logging
        logging.getLogger("sample").warning("said while the modules were imported")
        """,
    )
    project.manage("dag", "sample")
    done = project.manage(*command.split(), "--json")
    assert done.returncode == 0, done.stderr
    assert "said while the modules were imported" in done.stderr
    assert json.loads(done.stdout) is not None


def test_a_listing_without_runs_says_so_on_stderr(project: Project) -> None:
    listed = project.manage("runs", "ls")
    assert "No runs yet." in listed.stderr
    assert listed.stdout.splitlines() == ["run  dag  status  started (UTC)  seconds"]


def test_a_listing_for_people_has_a_header_and_a_line_for_each_run(project: Project) -> None:
    folder = project.run("sample")
    header, line = project.manage("runs", "ls").stdout.splitlines()
    assert header.split()[:3] == ["run", "dag", "status"]
    assert line.split()[:3] == [folder.name, "sample", "FINISHED"]


def test_a_closed_pipe_is_no_traceback(project: Project) -> None:
    project.run("sample")
    command = f"{sys.executable} manage.py runs show latest | head -c 1"
    done = subprocess.run(
        command,
        shell=True,
        cwd=project.root,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "r"
    assert "Traceback" not in done.stderr
    assert "Exception" not in done.stderr


def test_runs_show_names_tasks_files_and_where_the_run_is(project: Project) -> None:
    folder = project.run("sample")
    shown = project.manage("runs", "show", folder.name).stdout
    for text in (folder.name, "FINISHED", "make_orders", "sum_orders", "  orders.csv", "revenue"):
        assert text in shown


# --- Secrets -------------------------------------------------------------------------------

LEAKY = """
import logging
from gluepy.conf import default_context, default_settings
from gluepy.exec import DAG, Task
from gluepy.ops import default_mlops

logger = logging.getLogger(__name__)

class Leak(Task):
    def run(self):
        secret = self.secret()
        logger.info("the secret is %s", secret)
        print("print", secret)
        default_mlops.log_param("password", secret)
        default_mlops.log_param("message", f"it is {secret}")
        default_mlops.log_input([], context="x", tags={"note": secret})
        raise ValueError(f"cannot log in with {secret}")

    def secret(self):
        return default_settings.SHOP_PASSWORD

class LeakDag(DAG):
    label = "leak"
    tasks = [Leak]

class LeakContext(Leak):
    def secret(self):
        value = default_context
        for part in default_context.path.split("."):
            value = value[part]
        return value

class LeakContextDag(DAG):
    label = "leak_context"
    tasks = [LeakContext]
"""


def assert_nowhere(project: Project, done: subprocess.CompletedProcess[str]) -> None:
    """Fail if the secret stands in anything that gluepy wrote or showed."""
    assert "cannot log in with ********" in done.stderr
    assert SECRET not in done.stderr
    (folder,) = project.folders()
    files = [file for file in folder.rglob("*") if file.is_file()]
    assert len(files) >= 4
    for file in files:
        assert SECRET.encode() not in file.read_bytes(), file
    listings = ("runs show latest", "runs show latest --json", "runs ls --json")
    for command in listings:
        shown = project.manage(*command.split())
        assert SECRET not in shown.stdout + shown.stderr, command


def test_a_secret_of_the_settings_is_masked_everywhere(project: Project) -> None:
    project.module("shop", dags=LEAKY)
    project.settings(f'SHOP_PASSWORD = "{SECRET}"')
    project.write("configs/more.yaml", f"greeting: 'hello {SECRET}'\nurl: a://u:{SECRET}@host\n")

    done = project.manage("dag", "leak", "--traceback")

    assert_nowhere(project, done)
    for command in ("context", "context --origin", "context --json", "diffsettings --json"):
        shown = project.manage(*command.split())
        assert shown.returncode == 0
        assert SECRET not in shown.stdout + shown.stderr, command


def test_a_secret_is_masked_by_the_formatters_of_the_projects_own_logging(
    project: Project,
) -> None:
    project.module("shop", dags=LEAKY)
    project.settings(
        f"""
        SHOP_PASSWORD = "{SECRET}"
        LOGGING = {{
            "version": 1,
            "formatters": {{"mine": {{"format": "MINE %(message)s"}}}},
            "handlers": {{
                "mine": {{"class": "logging.StreamHandler", "formatter": "mine"}},
                "plain": {{"class": "logging.StreamHandler"}},
            }},
            "loggers": {{"shop": {{"handlers": ["mine"], "propagate": False}}}},
            "root": {{"handlers": ["plain"], "level": "INFO"}},
        }}
        """
    )
    done = project.manage("dag", "leak")
    assert_nowhere(project, done)
    assert "MINE the secret is ********\n" in done.stderr
    assert "\n---------- Started task 'Leak'\n" in done.stderr


@pytest.mark.parametrize(
    ("path", "files", "parameters"),
    [
        ("db.password", {}, [f"+db.password={SECRET}"]),
        ("db.password", {}, [f'+db.password="{SECRET}"']),
        ("db.pin", {}, [f"+db.pin=!secret {SECRET}"]),
        ("db.pin", {"more": f"db: {{pin: !secret {SECRET}}}"}, []),
        ("db.password", {"more": f"db: {{password: {SECRET}}}"}, []),
        ("named.pin", {"more": f"named: {{pin: {SECRET}}}"}, []),
        ("named.pin", {}, [f"+named.pin={SECRET}"]),
    ],
)
def test_a_secret_of_the_context_is_masked_everywhere(
    project: Project, path: str, files: dict[str, str], parameters: list[str]
) -> None:
    project.module("shop", dags=LEAKY)
    project.settings('CONTEXT_SECRETS = ["named.pin"]')
    for name, text in files.items():
        project.write(f"configs/{name}.yaml", text)
    flags = [word for param in parameters for word in ("--param", param)]

    done = project.manage("dag", "leak_context", "--param", f"+path={path}", *flags)

    assert_nowhere(project, done)
    for more in ([], ["--origin"], ["--origin", "--json"]):
        shown = project.manage("context", *flags, *more)
        assert shown.returncode == 0
        assert SECRET not in shown.stdout + shown.stderr


@pytest.mark.parametrize(
    "parameter",
    [
        f"db.password={SECRET}",
        f"sample.seed.password={SECRET}",
        f"+sample.seed.token={SECRET}",
        f"db.pin=!secret {SECRET}",
        f"+db.password=[{SECRET}",
    ],
)
def test_an_error_about_a_secret_parameter_does_not_show_it(
    project: Project, parameter: str
) -> None:
    done = project.manage("dag", "sample", "--param", parameter)
    assert done.returncode == 2
    assert "Error: " in done.stderr
    assert SECRET not in done.stderr + done.stdout


def test_a_retry_takes_a_masked_value_anew(project: Project) -> None:
    project.write("configs/more.yaml", f"db: {{password: {SECRET}}}\n")
    project.module(
        "shop",
        dags=f"""
        from gluepy.conf import default_context
        from gluepy.exec import DAG, Task
        class Login(Task):
            def run(self):
                if default_context.db.password != "{SECRET}":
                    raise ValueError(default_context.db.password)
        class LoginDag(DAG):
            label = "login"
            tasks = [Login]
        """,
    )
    folder = project.run("login")
    assert SECRET not in (folder / "context.yaml").read_text()
    done = project.manage("dag", "login", "--retry", folder.name)
    assert done.returncode == 0, done.stderr


# --- Help and completion -------------------------------------------------------------------

COMMANDS = ["check", "context", "dag", "diffsettings", "runs", "shell", "startmodule"]
GROUPED = ["runs ls", "runs show", "runs diff", "runs compare", "runs rm", "runs prune"]


@pytest.mark.parametrize(
    "command", ["", *COMMANDS, *GROUPED, "startproject", "version", "products"]
)
def test_every_command_explains_itself(project: Project, command: str) -> None:
    done = project.manage(*command.split(), "--help")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("Usage: manage.py")
    assert len(done.stdout.splitlines()) > 4


def test_help_lists_gluepys_commands_and_those_of_modules(project: Project) -> None:
    shown = project.manage("--help").stdout
    for command in [*COMMANDS, "startproject", "version", "products"]:
        assert f"\n  {command}  " in shown


def complete(project: Project, words: str, program: str = "manage.py") -> list[str]:
    """Return what the shell would be offered for the last of ``words``."""
    variable = f"_{program.upper().replace('.', '_')}_COMPLETE"
    script = "import sys; sys.argv[0] = 'gluepy'; import gluepy.commands as c; c.main_console()"
    arguments = ["manage.py"] if program == "manage.py" else ["-c", script]
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=project.root,
        env=environment(
            **{variable: "bash_complete"},
            COMP_WORDS=words,
            COMP_CWORD=str(words.count(" ")),
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [line.partition(",")[2] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("program", ["manage.py", "gluepy"])
def test_the_shell_completes_commands_labels_and_options(project: Project, program: str) -> None:
    assert complete(project, f"{program} di", program) == ["diffsettings"]
    assert complete(project, f"{program} prod", program) == ["products"]
    assert complete(project, f"{program} dag sam", program) == ["sample"]
    assert complete(project, f"{program} dag sample --from", program) == ["--from-task"]
    assert complete(project, f"{program} runs sh", program) == ["show"]


# --- Which project, which settings ---------------------------------------------------------


def test_the_gluepy_script_finds_the_project_from_a_folder_inside_it(project: Project) -> None:
    inside = project.root / "sample" / "deep"
    inside.mkdir()
    script = os.path.join(os.path.dirname(sys.executable), "gluepy")
    done = subprocess.run(
        [script, "dag", "sample"],
        cwd=inside,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert len(project.folders()) == 1


def test_manage_py_works_from_any_folder(project: Project) -> None:
    done = project.manage("dag", "sample", cwd="..")
    assert done.returncode == 0, done.stderr
    assert len(project.folders()) == 1


def chosen(project: Project, *arguments: str, **changes: str) -> str:
    done = project.manage("diffsettings", "--json", *arguments, **changes)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["WHICH"]


def test_the_flag_wins_over_the_environment_over_dotenv_over_the_default(project: Project) -> None:
    for name in ("local", "a", "b", "c"):
        project.write(f"settings/{name}.py", f"from settings.base import *\nWHICH = '{name}'\n")
    assert chosen(project) == "local"
    project.write(".env", "GLUEPY_SETTINGS_MODULE=settings.a\n")
    assert chosen(project) == "a"
    assert chosen(project, GLUEPY_SETTINGS_MODULE="settings.b") == "b"
    flag = ("--settings", "settings.c")
    assert chosen(project, *flag, GLUEPY_SETTINGS_MODULE="settings.b") == "c"
    assert chosen(project, "--settings=settings.c") == "c"


def test_dotenv_sets_what_the_settings_read_and_the_environment_wins(project: Project) -> None:
    project.settings('import os\nWHICH = os.environ["SHOP_REGION"]')
    project.write(".env", "SHOP_REGION=north\n")
    assert chosen(project) == "north"
    assert chosen(project, SHOP_REGION="south") == "south"


def test_pythonpath_comes_before_the_project(project: Project) -> None:
    project.write("elsewhere/extra_settings.py", "from settings.local import *\nWHICH = 'extra'\n")
    arguments = ("--pythonpath", "elsewhere", "--settings", "extra_settings")
    assert chosen(project, *arguments) == "extra"


# --- check, diffsettings, shell, version ---------------------------------------------------


def test_diffsettings_shows_what_differs_and_marks_what_gluepy_does_not_know(
    project: Project,
) -> None:
    project.settings(f'SHOP_NAME = "x"\nSHOP_TOKEN = "{SECRET}"\nLOG_LEVEL = "INFO"')
    lines = project.manage("diffsettings").stdout.splitlines()
    assert "SHOP_NAME = 'x'  ###" in lines
    assert "SHOP_TOKEN = '********'  ###" in lines
    assert "INSTALLED_MODULES = ['sample']" in lines
    assert not [line for line in lines if line.startswith("LOG_LEVEL")]
    everything = project.manage("diffsettings", "--all").stdout
    assert "\nLOG_LEVEL = 'INFO'\n" in everything


def test_check_reports_ids_objects_and_hints(project: Project) -> None:
    project.module(
        "shop",
        dags="""
        from gluepy.exec import DAG
        class Empty(DAG):
            label = "no tasks"
        """,
        checks="""
        from gluepy.checks import Info, register
        @register()
        def shop():
            yield Info("is open.", hint="Come in.", obj="shop", id="shop.I001")
        """,
    )
    project.settings('SILENCED_CHECKS = ["settings.W001"]\nSTORAGE_ROT = "x"')
    done = project.manage("check", "--json")
    assert done.returncode == 1
    found = {message["id"]: message for message in json.loads(done.stdout)}
    assert set(found) == {"settings.E001", "exec.W001", "exec.W003", "shop.I001"}
    assert found["settings.E001"] == {
        "level": "error",
        "id": "settings.E001",
        "object": "settings.local",
        "message": "'STORAGE_ROT' is not a setting of gluepy.",
        "hint": "Did you mean 'STORAGE_ROOT'?",
    }
    assert done.stderr.splitlines()[-1] == "Error: The checks found 1 error."
    text = project.manage("check").stdout
    assert "INFO (shop.I001) shop: is open. Come in.\n" in text


def test_a_silenced_check_stops_no_dag(project: Project) -> None:
    project.settings('STORAGE_ROT = "x"')
    assert project.manage("dag", "sample").returncode == 1
    project.settings('SILENCED_CHECKS = ["settings.E001"]')
    assert project.manage("dag", "sample").returncode == 0


def test_shell_runs_code_with_the_project_set_up(project: Project) -> None:
    code = "print(sorted(DAG_REGISTRY), default_context.sample.orders, run_dag('sample').status)"
    done = project.manage("shell", "-c", code)
    assert done.stdout == "['sample'] 1000 FINISHED\n", done.stderr


def test_an_error_in_shell_code_is_one_line(project: Project) -> None:
    done = project.manage("shell", "-c", "1 / 0")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: ZeroDivisionError: division by zero")


def test_version_is_that_of_the_package(project: Project) -> None:
    from gluepy import VERSION

    assert project.manage("version").stdout == f"{VERSION}\n"
    assert project.manage("--version").stdout == f"{VERSION}\n"


def test_compare_prints_a_table_separated_by_tabs(evaluated: Project) -> None:
    first = evaluated.run("evaluated")
    second = evaluated.run("sample")
    done = evaluated.manage("dag", "evaluated", "--compare", first.name, second.name)
    assert done.stdout == (
        "run_folder\tn\trevenue\trmse\n"
        f"{first.name}\t3\tN/A\t0.25\n"
        f"{second.name}\tN/A\t10657.6\tN/A\n"
    )
    assert len(evaluated.folders()) == 2
