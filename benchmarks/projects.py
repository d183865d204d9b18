"""Projects of one trivial task, for gluepy and each peer, below .bench/projects/."""

from __future__ import annotations

import subprocess
from pathlib import Path
from shutil import rmtree

from benchmarks.environments import FOLDER, Environment, Unavailable
from benchmarks.harness import clean_environment

PROJECTS = FOLDER / "projects"
# A folder without a disk under it: what is measured there does not wait for one.
MEMORY = Path("/dev/shm")

TASKS = """from gluepy.exec import Task


class One(Task):
    label = "one"

    def run(self):
        pass
"""
DAGS = """from gluepy.exec import DAG

from .tasks import One


class Sample(DAG):
    label = "sample"
    tasks = [One]
"""
KEDRO = """from kedro.pipeline import Pipeline, node


def one():
    return 1


def register_pipelines():
    return {"__default__": Pipeline([node(one, None, "one")])}
"""
LUIGI = """import luigi


class One(luigi.Task):
    done = False

    def run(self):
        self.done = True

    def complete(self):
        return self.done
"""
DOIT = """def task_one():
    return {"actions": [lambda: None], "verbosity": 0}
"""


def gluepy(environment: Environment) -> Path:
    """Return a project that ``gluepy startproject`` made, its DAG cut down to one task."""
    folder = _started(environment, "gluepy", "gluepy", "startproject", "demo") / "demo"
    settings = f'from settings.base import *\n\nSTORAGE_ROOT = "{MEMORY}/gluepy-bench"\n'
    (folder / "settings" / "memory.py").write_text(settings)
    return _with_one_task(folder)


def gluepy_16(environment: Environment) -> Path:
    """Return the same for gluepy 1.6."""
    folder = _started(environment, "gluepy16", "gluepy-cli", "startproject", "demo") / "demo"
    settings = folder / "configs" / "settings.py"
    settings.write_text(f'{settings.read_text()}\nINSTALLED_MODULES = ["sample"]\n')
    return _with_one_task(folder)


def _with_one_task(folder: Path) -> Path:
    (folder / "sample").mkdir(exist_ok=True)
    (folder / "sample" / "tasks.py").write_text(TASKS)
    (folder / "sample" / "dags.py").write_text(DAGS)
    return folder


def kedro(environment: Environment) -> Path:
    """Return a project that ``kedro new`` made, with one node."""
    new = ("kedro", "new", "--name=peer", "--tools=none", "--example=no", "--telemetry=no")
    folder = _started(environment, "kedro", *new) / "peer"
    (folder / "src" / "peer" / "pipeline_registry.py").write_text(KEDRO)
    return folder


def written(name: str, file: str, text: str) -> Path:
    """Return a folder with one file."""
    folder = _empty(name)
    (folder / file).write_text(text)
    return folder


def many_modules(environment: Environment, modules: int, tasks: int) -> Path:
    """Return a project of many modules with many tasks in all, and ``import_all.py``."""
    folder = _started(environment, f"many{modules}", "gluepy", "startproject", "demo") / "demo"
    names = [f"module{number:03}" for number in range(modules)]
    each = tasks // modules
    for name in names:
        (folder / name).mkdir()
        (folder / name / "__init__.py").write_text("")
        (folder / name / "tasks.py").write_text(_tasks_of(name, each))
    listed = [f"{name}.tasks.Task{number}" for name in names for number in range(each)]
    imports = "".join(f"import {name}.tasks\n" for name in names)
    (folder / "import_all.py").write_text(f"import click, yaml\n{imports}")
    (folder / names[-1] / "dags.py").write_text(
        f"from gluepy.exec import DAG\n\n{imports}\n\n"
        f'class One(DAG):\n    label = "one"\n    tasks = [{listed[0]}]\n\n\n'
        f'class All(DAG):\n    label = "all"\n    tasks = [{", ".join(listed)}]\n'
    )
    base = folder / "settings" / "base.py"
    base.write_text(f"{base.read_text()}\nINSTALLED_MODULES = {names!r}\n")
    return folder


def _tasks_of(name: str, count: int) -> str:
    classes = [
        f'class Task{number}(Task):\n    label = "{name}_{number}"\n\n'
        f"    def run(self):\n        pass\n"
        for number in range(count)
    ]
    return "from gluepy.exec import Task\n\n\n" + "\n\n".join(classes)


def _started(environment: Environment, name: str, program: str, *arguments: str) -> Path:
    """Return a new folder in which a program of an environment has made a project."""
    folder = _empty(name)
    command = [environment.folder / "bin" / program, *arguments]
    done = subprocess.run(
        command, cwd=folder, env=clean_environment() | quiet(), capture_output=True, text=True
    )
    if done.returncode:
        raise Unavailable(f"{program} {arguments[0]}: {done.stderr.strip()[-200:]}")
    return folder


def quiet() -> dict[str, str]:
    """Return the variables that keep peers from calling home while they are measured."""
    return {"DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1"}


def _empty(name: str) -> Path:
    folder = PROJECTS / name
    rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
