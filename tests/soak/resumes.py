"""A project whose run can be cut off in every way, and resuming that run until it ends.

Every call of a task leaves a line in a file beside the storage, so that it is known what ran
in which attempt; what had finished before an interruption is what the manifest then says.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

WORKERS = 2
WAYS = ("kill", "kill worker", "terminate", "raise")
TASKS = '''
"""Tasks of all kinds, each of which takes a moment, tells that it runs, and may raise."""

import os
import random
import time

from gluepy.conf import default_context
from gluepy.exec import DAG, Artifact, EvaluationTask, Task, Volatile, task
from gluepy.files.storages import default_storage
from gluepy.ops import default_mlops


def tell(name):
    with open(os.environ["SOAK_CALLS"], "a") as file:
        file.write(f"{name} {os.getpid()}\\n")
    time.sleep(random.uniform(0, 0.02))
    if random.random() < float(os.environ.get("SOAK_RAISE", 0)):
        raise RuntimeError(f"{name} has no luck")


def noise(name, size):
    return random.Random(f"{default_context.soak.seed}:{name}").randbytes(size).hex()


@task
def load() -> Artifact("rows"):
    tell("load")
    return [noise(f"row{number}", 50) for number in range(8)]


@task
def names(rows: Artifact) -> Volatile("names"):
    tell("names")
    return [row[:8] for row in rows]


@task
def clean(name: str, rows: Artifact, repeat: int = 3) -> Artifact("cleaned"):
    tell(f"clean {name}")
    return {"name": name, "rows": rows * repeat}


@task
def weigh(cleaned: dict) -> Volatile("weights"):
    tell(f"weigh {cleaned['name']}")
    return len(cleaned["rows"])


@task
def lookup(rows: Artifact) -> Artifact("lookup"):
    tell("lookup")
    return {index: (row,) for index, row in enumerate(rows)}


@task
def extend(lookup: Artifact) -> Artifact("lookup"):
    tell("extend")
    return {**lookup, len(lookup): ("extended",)}


@task
def total(weights: Volatile, lookup: Artifact) -> Artifact.of("total", "size"):
    tell("total")
    return sum(weights), len(lookup)


class Files(Task):
    def run(self):
        tell("files")
        for number in range(10):
            path = default_storage.runpath(f"files/{number}.bin")
            default_storage.touch(path, noise(f"file{number}", 2000))


class Sum(EvaluationTask):
    def run(self):
        tell("sum")
        default_mlops.log_metric("total", 1)


class Soak(DAG):
    label = "soak"
    tasks = [
        *(total, extend, lookup, weigh.map(cleaned=Artifact("cleaned"))),
        *(clean.map(name=Volatile("names")), names, load, Files),
    ]
    eval_tasks = [Sum]
'''
SETTINGS = """
import os

STORAGE_ROOT = os.environ["SOAK_STORAGE"]
INSTALLED_MODULES = ["soaked"]
"""


class Interruptions:
    """Interrupts runs of one generated project, and resumes them until they finish.

    Args:
        home: Folder to work in.
        seed: Of ways and moments.
        executor: Where tasks run.
    """

    def __init__(self, home: Path, seed: int, executor: str) -> None:
        self.home = home
        self.seed = seed
        self.executor = executor
        self.project = _make_project(home)
        self.interrupted: Counter[str] = Counter()
        self.runs = 0
        self.resumes = 0
        run = _Case(self, "whole")
        started = time.monotonic()
        assert run.attempt(random.Random(0), None) == 0
        self.seconds = time.monotonic() - started
        self.expected = run.outputs()

    def run(self, count: int) -> None:
        """Start runs and bring each of them to its end, until so many were interrupted."""
        numbers = itertools.count()
        with ThreadPoolExecutor(WORKERS) as pool:
            while self.runs < count:
                for case in pool.map(self._one, itertools.islice(numbers, count - self.runs)):
                    self.runs += bool(case.ways)
                    self.interrupted.update(case.ways)
                    self.resumes += case.resumes

    def _one(self, number: int) -> _Case:
        chance = random.Random(f"{self.seed}:{number}")
        case = _Case(self, f"case{number}")
        for way in [chance.choice(WAYS) for _ in range(chance.choice((1, 1, 1, 2, 3)))]:
            if case.attempt(chance, way) != 0:
                case.ways.append(way)
            case.check_attempt()
        assert case.attempt(chance, None) == 0, case.said
        case.check_attempt()
        outputs = case.outputs()
        assert outputs == self.expected, f"{case.storage}: {outputs} {self.expected}"
        shutil.rmtree(case.storage)
        return case


class _Case:
    """One run, from its start over its interruptions to its end."""

    def __init__(self, soak: Interruptions, name: str) -> None:
        self.soak = soak
        self.storage = soak.home / name
        self.calls = soak.home / f"{name}.calls"
        self.calls.touch()
        self.ways: list[str] = []
        self.resumes = 0
        self.said = ""
        self._finished: dict[str, Any] = {}
        self._called = 0

    def attempt(self, chance: random.Random, way: str | None) -> int:
        """Start or resume the run, interrupt it in a way, and return the exit code."""
        folder = self.folder()
        self._finished = _finished(folder)
        self._called = len(self._lines())
        self.resumes += folder is not None
        options = ["--resume", folder.name] if folder is not None else []
        process = self._start(options, "0.05" if way == "raise" else "0")
        if way in ("kill", "kill worker", "terminate"):
            self._interrupt(process, chance, way)
        _, self.said = process.communicate(timeout=180)
        return process.returncode

    def _start(self, options: list[str], luck: str) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "SOAK_STORAGE": str(self.storage),
            "SOAK_CALLS": str(self.calls),
            "SOAK_RAISE": luck,
            "GLUEPY_SETTINGS_MODULE": "soaked_settings",
        }
        command = ["manage.py", "dag", "soak", "--executor", self.soak.executor, "--workers", "2"]
        return subprocess.Popen(
            [sys.executable, *command, *options],
            cwd=self.soak.project,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

    def _interrupt(self, process: subprocess.Popen[str], chance: random.Random, way: str) -> None:
        if chance.random() < 0.8:  # else at any moment of the process, imports included
            while len(self._lines()) == self._called and process.poll() is None:
                time.sleep(0.002)
            time.sleep(chance.uniform(0, 0.4))
        else:
            time.sleep(chance.uniform(0, 0.8))
        victim = process.pid
        if way == "kill worker":
            pids = [int(line.split()[-1]) for line in self._lines()[self._called :]]
            victim = pids[-1] if pids else victim
        with suppress(ProcessLookupError):  # it may have ended by now
            os.kill(victim, signal.SIGTERM if way == "terminate" else signal.SIGKILL)

    def check_attempt(self) -> None:
        """Check that nothing ran in the last attempt that had finished before it."""
        called = [line.rpartition(" ")[0] for line in self._lines()[self._called :]]
        standing = {name for name in self._finished if not self._may_run_again(name)}
        for name in standing:
            told = f"clean {self._names()[int(name[6:-1])]}" if name.startswith("clean[") else name
            assert told not in called, f"{self.storage}: ran again: {self._finished[name]}"
        if self.folder() is not None:
            assert standing <= set(_finished(self.folder()))

    def _may_run_again(self, name: str) -> bool:
        """Tell whether a task that finished may have to run again all the same.

        That is one that hands on in memory, and one whose output was changed in place by a
        task that was cut off before it was known to have finished.
        """
        if name in ("names", "weigh") or name.startswith("weigh["):
            return True
        return name == "lookup" and "extend" not in self._finished

    def _names(self) -> list[str]:
        folder = self.folder()
        assert folder is not None
        return [row[:8] for row in json.loads((folder / "artifacts/rows.json").read_text())]

    def folder(self) -> Path | None:
        folders = [path.parent for path in self.storage.glob("runs/*/*/*/*/context.yaml")]
        assert len(folders) <= 1, folders
        return folders[0] if folders else None

    def outputs(self) -> dict[str, str]:
        folder = self.folder()
        assert folder is not None
        files = [*(folder / "artifacts").rglob("*"), *(folder / "files").rglob("*")]
        return {
            file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in [*files, folder / "metrics.json"]
            if file.is_file() and not file.name.startswith(".")
        }

    def _lines(self) -> list[str]:
        return self.calls.read_text().splitlines()


def _finished(folder: Path | None) -> dict[str, Any]:
    """Return the tasks that finished, by the manifest and its journal."""
    if folder is None or not (folder / "run.json").exists():
        return {}
    record = json.loads((folder / "run.json").read_text())
    tasks = {task["name"]: task for task in record["tasks"]}
    lines = folder / "logs" / "tasks.jsonl"
    for line in lines.read_text().splitlines() if lines.exists() and not record["ended_at"] else ():
        try:
            attempt, task = json.loads(line)
        except ValueError:
            break
        if attempt == record["attempt"]:
            tasks[task["name"]] = task
    return {name: task for name, task in tasks.items() if task["status"] == "FINISHED"}


def _make_project(home: Path) -> Path:
    command = [sys.executable, "-m", "gluepy", "startproject", "demo"]
    subprocess.run(command, cwd=home, check=True, capture_output=True)
    project = home / "demo"
    (project / "soaked").mkdir()
    (project / "soaked" / "__init__.py").write_text("")
    (project / "soaked" / "tasks.py").write_text(TASKS)
    (project / "soaked_settings.py").write_text("from settings.base import *\n" + SETTINGS)
    (project / "configs" / "soak.yaml").write_text("soak:\n  seed: 7\n")
    return project
