"""`manage.py shell`, in IPython and with real kernels."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.projects.factory import Project

# Does what a server does: asks Jupyter for the kernel of a notebook, and runs cells in it.
SERVER = """
import json, os, sys
from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="python3", cwd=sys.argv[1])
told = {"folder": os.getcwd(), "kernel": manager.kernel_spec.display_name, "cells": []}

def run(code):
    out = []

    def hook(message):
        content = message["content"]
        if message["msg_type"] == "stream":
            out.append(content["text"] if content["name"] == "stdout" else "")
        elif message["msg_type"] == "error":
            out.append("\\n".join(content["traceback"]))

    reply = client.execute_interactive(code, output_hook=hook, timeout=60)
    told["cells"].append([reply["content"]["status"], "".join(out)])

for cell in sys.argv[2:]:
    run(cell)
client.stop_channels()
manager.shutdown_kernel(now=True)
print(json.dumps(told))
"""


@pytest.fixture
def with_server(project: Project) -> Project:
    project.write("jupyterlab/__init__.py", "")
    project.write("jupyterlab/__main__.py", SERVER)
    return project


def ipython(folder: Path, project: Project, *lines: str) -> str:
    """Type lines into IPython, and return what it prints."""
    import subprocess

    from tests.projects.factory import TIMEOUT, environment

    options = ["--simple-prompt", "--no-banner", "--no-confirm-exit", "--colors=NoColor"]
    done = subprocess.run(
        [sys.executable, "-m", "IPython", *options],
        cwd=folder,
        env=environment(IPYTHONDIR=str(project.root / ".ipython")),
        input="\n".join([*lines, ""]),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT,
        check=False,
    )
    return done.stdout


# --- Plain -----------------------------------------------------------------------------------


def test_the_shell_has_the_catalog_and_the_registries(project: Project) -> None:
    names = "[catalog, runs, run_dag, data_manager, default_context, default_settings]"
    code = f"{names}; print('sample' in DAG_REGISTRY, default_storage.exists('nothing'))"
    done = project.manage("shell", "-c", code)
    assert done.stdout == "True False\n", done.stderr


def test_a_plain_prompt_lists_its_names(project: Project) -> None:
    import subprocess

    done = subprocess.run(
        [sys.executable, "manage.py", "shell", "--plain"],
        cwd=project.root,
        input="print(40 + 2)\n",
        capture_output=True,
        text=True,
        check=False,
    )
    assert "42" in done.stdout
    assert "gluepy: DAG_REGISTRY, TASK_REGISTRY, catalog, data_manager" in done.stderr


def test_only_ipython_and_jupyter_take_arguments(project: Project) -> None:
    done = project.manage("shell", "--plain", "--", "--port", "1")
    assert done.returncode == 2
    assert done.stderr == (
        "Error: shell does not take '--port 1'. "
        "Only --ipython and --notebook take arguments, after a lone --.\n"
    )


# --- IPython ---------------------------------------------------------------------------------


def test_ipython_has_the_names_and_the_magic(project: Project) -> None:
    code = "run = %dag sample --param sample.orders=3\nprint(run.context.sample.orders, runs)"
    done = project.manage(
        *("shell", "--ipython", "-c", code), IPYTHONDIR=str(project.root / ".ipython")
    )
    assert done.returncode == 0, done.stderr
    assert "3 <gluepy" in done.stdout


def test_the_extension_sets_the_project_up_from_a_folder_inside_it(project: Project) -> None:
    shown = ipython(
        project.root / "configs",
        project,
        "%load_ext gluepy",
        "run = %dag sample --param sample.orders=3",
        "print(run.status, run.context.sample.orders, default_settings.LOG_LEVEL)",
        "%unload_ext gluepy",
        "catalog",
        "%dag sample",
    )
    assert "FINISHED 3 INFO" in shown
    assert "NameError: name 'catalog' is not defined" in shown
    assert "Line magic function `%dag` not found" in shown


def test_the_magic_reads_what_was_edited_since(project: Project) -> None:
    dag = "{name}:\n  operators: [numbers]\n"
    entry = "- {{name: numbers, type: json, path: {path}}}\n"
    tasks = project.root / "sample/tasks.py"
    tasks.write_text(
        f"{tasks.read_text()}\n\nfrom gluepy.exec import Artifact, task\n\n\n"
        '@task\ndef numbers() -> Artifact("numbers"):\n    return [1, 2]\n'
    )
    project.write("configs/dags/all.yaml", dag.format(name="early"))
    project.write("configs/catalog/all.yaml", entry.format(path="early.json"))
    write = "_ = pathlib.Path('configs/{0}/all.yaml').write_text({1!r})"
    shown = ipython(
        project.root,
        project,
        "%load_ext gluepy",
        "import pathlib",
        "run = %dag early",
        "print([path for path in run.files() if path.endswith('early.json')])",
        write.format("dags", dag.format(name="late")),
        write.format("catalog", entry.format(path="late.json")),
        "run = %dag late",
        "print(run.dag, [path for path in run.files() if path.endswith('late.json')])",
    )
    assert "['early.json']" in shown
    assert "late ['late.json']" in shown


def test_errors_of_gluepy_are_one_line_and_others_are_shown_as_ever(project: Project) -> None:
    lines = ["%dag smple", "%dag sample --parm x=1", "%dag", '%dag "sample']
    shown = ipython(project.root, project, "%load_ext gluepy", *lines, "data_manager.read('a.xyz')")
    assert "UnknownLabelError: DAG with label 'smple' was not found in registry." in shown
    assert "CommandError: No such option '--parm'." in shown
    assert "CommandError: Missing argument 'LABEL...'. See: %dag --help" in shown
    assert 'CommandError: %dag "sample: No closing quotation.' in shown
    assert "UnsupportedFormatError: " in shown
    assert "Traceback" not in shown
    assert "Traceback" in ipython(project.root, project, "%load_ext gluepy", "1 / 0")


def test_tb_shows_the_rest_of_an_error(project: Project) -> None:
    shown = ipython(project.root, project, "%load_ext gluepy", "%dag smple", "%tb")
    assert shown.index("Did you mean") < shown.index("Traceback")
    assert "Traceback" in shown


def test_outside_a_project_loading_says_so(project: Project, tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    shown = ipython(folder, project, "%load_ext gluepy")
    assert "SettingsError: There is no manage.py in" in shown
    assert "Traceback" not in shown


# --- Jupyter ---------------------------------------------------------------------------------


def test_kernels_of_the_notebook_server_have_the_project_wherever_they_run(
    with_server: Project, tmp_path: Path
) -> None:
    cells = [
        "run = %dag sample --param sample.orders=3",
        "print(run.status, run.context.sample.orders, 'sample' in DAG_REGISTRY)",
        "from gluepy.exec import DAG_REGISTRY\nprint(run.status, len(list(runs.list())))",
        "%dag smple",
        "%tb",
    ]
    done = with_server.manage("shell", "--notebook", "--", str(tmp_path), *cells)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["folder"] == str(with_server.root)
    assert told["kernel"] == "Python 3 (gluepy: demo)"
    run, unknown, listed, wrong, shown = told["cells"]
    assert run[0] == "ok"
    assert unknown[0] == "error"
    assert "name 'DAG_REGISTRY' is not defined" in unknown[1]
    assert listed == ["ok", "FINISHED 1\n"]
    assert wrong == [
        "error",
        "UnknownLabelError: DAG with label 'smple' was not found in registry. "
        "Did you mean 'sample'?",
    ]
    assert "Traceback" in shown[1]


def test_the_kernel_has_the_settings_of_the_command(with_server: Project, tmp_path: Path) -> None:
    cell = "print(default_settings.module_name)"
    done = with_server.manage(
        *("shell", "--notebook", "--settings", "settings.test", "--", str(tmp_path), cell)
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["cells"] == [["ok", "settings.test\n"]]


def test_the_exit_code_of_the_server_is_that_of_the_command(project: Project) -> None:
    project.write("jupyterlab/__init__.py", "")
    project.write("jupyterlab/__main__.py", "import sys; sys.exit(int(sys.argv[1]))")
    assert project.manage("shell", "--notebook", "--", "7").returncode == 7


def test_a_notebook_server_that_is_not_installed_is_named(project: Project) -> None:
    block = "import importlib.util as u\nfound = u.find_spec\n"
    block += "names = ('jupyterlab', 'notebook')\n"
    block += "u.find_spec = lambda name, *a: None if name in names else found(name, *a)\n"
    project.append("settings/local.py", block)
    done = project.manage("shell", "--notebook")
    assert done.returncode == 1
    assert done.stderr == (
        "Error: shell --notebook needs the package 'jupyterlab', which is not installed. "
        "Run: pip install 'gluepy[notebook]'\n"
    )


def test_stopping_the_command_stops_the_server(project: Project) -> None:
    import signal

    from tests.projects.factory import wait_for

    project.write("jupyterlab/__init__.py", "")
    project.write(
        "jupyterlab/__main__.py",
        """
        import pathlib, signal, time
        def stop(*_):
            pathlib.Path("stopped").touch()
            raise SystemExit(0)
        signal.signal(signal.SIGTERM, stop)
        pathlib.Path("started").touch()
        time.sleep(60)
        """,
    )
    process = project.start("shell", "--notebook")
    wait_for((project.root / "started").exists, "the server starts")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert (project.root / "stopped").exists()
