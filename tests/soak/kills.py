"""A project whose run writes many files, and killing that run at a random moment.

Every output ends with the digest of what stands before it, so that a file tells by itself
whether it is whole.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import re
import shutil
import signal
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import yaml

DIGEST = 64
WORKERS = 2
TASKS = '''
"""Tasks that write files of many sizes; what is in them follows from the context alone."""

import hashlib
import random

from gluepy.conf import default_context
from gluepy.exec import DAG, Task
from gluepy.files.data import BaseDataManager, data_manager
from gluepy.files.storages import default_storage
from gluepy.ops import default_mlops


def sealed(name):
    """Return some bytes, and the digest of them at their end."""
    chance = random.Random(f"{default_context.soak.seed}:{name}")
    body = chance.randbytes(int(2 ** chance.uniform(0, 17)))
    return body + hashlib.sha256(body).hexdigest().encode()


class BytesManager(BaseDataManager):
    """Writes bytes where others write dataframes."""

    formats = ("csv",)

    def _read_csv(self, source, form, columns, options):
        with open(source, "rb") as file:
            return file.read()

    def _write_csv(self, target, form, df, options):
        with open(target, "wb") as file:
            for start in range(0, len(df), 4096):
                file.write(df[start : start + 4096])


class Touch(Task):
    def run(self):
        for number in range(default_context.soak.files):
            path = f"touched/{number % 7}/{number}.bin"
            default_storage.touch(default_storage.runpath(path), sealed(path))


class Stream(Task):
    def run(self):
        for number in range(default_context.soak.files):
            path = f"streamed/{number}.bin"
            content = sealed(path)
            with default_storage.stream(default_storage.runpath(path), "wb") as file:
                for start in range(0, len(content), 1000):
                    file.write(content[start : start + 1000])


class Frames(Task):
    def run(self):
        for number in range(default_context.soak.files):
            path = f"frames/{number}.csv"
            data_manager.write(path, sealed(path))
            default_mlops.log_metric("frames", number)


class Folders(Task):
    def run(self):
        for number in range(default_context.soak.files // 10):
            path = default_storage.runpath(f"folders/{number}")
            with default_storage.writing_folder(path) as folder:
                for part in range(5):
                    with open(f"{folder}/{part}.bin", "wb") as file:
                        file.write(sealed(f"folders/{number}/{part}"))


class Copy(Task):
    def run(self):
        default_storage.cp(
            default_storage.runpath("touched"),
            default_storage.runpath("copied"),
            recursive=True,
            overwrite=True,
        )


class Soak(DAG):
    label = "soak"
    tasks = [Touch, Stream, Frames, Folders, Copy]
'''
SETTINGS = """
import os

STORAGE_ROOT = os.environ["SOAK_STORAGE"]
INSTALLED_MODULES = ["soaked"]
DATA_BACKEND = "soaked.tasks.BytesManager"
"""
OUTPUTS = ("touched", "streamed", "frames", "folders", "copied")


class Kills:
    """Kills runs of one generated project, and looks at what they leave.

    Args:
        home: Folder to work in.
        seed: Of the moments.
        files: How many files each task writes.
    """

    def __init__(self, home: Path, seed: int, files: int) -> None:
        self.home = home
        self.seed = seed
        self.project = _make_project(home, files)
        self.expected, self.seconds = self._uninterrupted()
        self.moments: list[float] = []
        self.in_the_run = 0
        self.unfinished = 0

    def _uninterrupted(self) -> tuple[dict[str, str], float]:
        """Return the digests of all outputs, and how long a run takes."""
        storages = [self.home / f"whole{number}" for number in range(WORKERS)]
        with ThreadPoolExecutor(WORKERS) as pool:
            took = list(pool.map(self._timed, storages))
        found = [digests(run_folder(storage)) for storage in storages]
        assert all(one == found[0] for one in found)
        return found[0], statistics.median(took)

    def _timed(self, storage: Path) -> float:
        started = time.monotonic()
        self._finish(storage)
        return time.monotonic() - started

    def kill(self, count: int) -> None:
        """Kill so many runs, look at what each leaves, and run it again."""
        with ThreadPoolExecutor(WORKERS) as pool:
            for _ in pool.map(self._kill_one, range(count)):
                pass

    def _kill_one(self, number: int) -> None:
        """Kill a run at a random moment, every fourth once more on its retry; then finish it."""
        chance = random.Random(f"{self.seed}:{number}")
        storage = self.home / f"killed{number}"
        self._kill(storage, chance.uniform(0, self.seconds))
        if number % 4 == 0 and run_folder(storage):
            again = ("--retry", _reference(storage, run_folder(storage)))
            self._kill(storage, chance.uniform(0, self.seconds), *again)
        folder = run_folder(storage)
        retry = ["--retry", _reference(storage, folder)] if folder else []
        self._finish(storage, *retry)
        again = run_folder(storage)
        assert digests(again) == self.expected
        assert json.loads((again / "run.json").read_text())["status"] == "FINISHED"
        assert folder is None or again == folder
        shutil.rmtree(storage)

    def _kill(self, storage: Path, moment: float, *arguments: str) -> None:
        process = self._start(storage, *arguments)
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.moments.append(moment)
        folder = run_folder(storage)
        if process.returncode == -signal.SIGKILL:
            self.unfinished += 1
            self.in_the_run += folder is not None
        if folder is not None:
            check_left(folder)

    def _finish(self, storage: Path, *arguments: str) -> None:
        process = self._start(storage, *arguments)
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said

    def _start(self, storage: Path, *arguments: str) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "SOAK_STORAGE": str(storage),
            "GLUEPY_SETTINGS_MODULE": "soaked_settings",
        }
        return subprocess.Popen(
            [sys.executable, "manage.py", "dag", "soak", *arguments],
            cwd=self.project,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def report(self) -> str:
        spread = " ".join(f"{moment:.2f}" for moment in sorted(self.moments))
        return (
            f"{len(self.moments)} kills within {self.seconds:.2f} s, {self.unfinished} before the "
            f"end of the process, {self.in_the_run} of them with a run folder; at: {spread}"
        )


def _make_project(home: Path, files: int) -> Path:
    command = [sys.executable, "-m", "gluepy", "startproject", "demo"]
    subprocess.run(command, cwd=home, check=True, capture_output=True)
    project = home / "demo"
    (project / "soaked").mkdir()
    (project / "soaked" / "__init__.py").write_text("")
    (project / "soaked" / "tasks.py").write_text(TASKS)
    base = "from settings.base import *\n"
    (project / "soaked_settings.py").write_text(base + SETTINGS)
    (project / "configs" / "soak.yaml").write_text(f"soak:\n  seed: 7\n  files: {files}\n")
    return project


def _reference(storage: Path, folder: Path) -> str:
    """Return how to name a run: by its id, or by its folder if it had not begun yet."""
    has_begun = (folder / "context.yaml").exists()
    return folder.name if has_begun else folder.relative_to(storage).as_posix()


def run_folder(storage: Path) -> Path | None:
    """Return the run folder in a storage that holds one run at most."""
    folders = list(storage.glob("runs/*/*/*/*"))
    assert len(folders) <= 1, folders
    return folders[0] if folders else None


def check_left(folder: Path) -> None:
    """Look at a folder whose run was killed: what has its name is whole."""
    for path in outputs(folder):
        assert is_whole(path.read_bytes()), f"{path} is torn"
    manifest, context = folder / "run.json", folder / "context.yaml"
    if manifest.exists():
        assert json.loads(manifest.read_text())["run_folder"].endswith(folder.name)
        assert context.exists()
    if context.exists():
        assert yaml.safe_load(context.read_text())["gluepy"]["run_id"] == folder.name
    tracking = folder / "tracking.json"
    if tracking.exists():
        assert json.loads(tracking.read_text())["run_id"] == folder.name


def outputs(folder: Path) -> list[Path]:
    """Return the outputs that have their names; what is being written has a hidden one."""
    files = (file for name in OUTPUTS for file in (folder / name).rglob("*") if file.is_file())
    inside = ((file, file.relative_to(folder).parts) for file in files)
    return [file for file, parts in inside if not any(part.startswith(".") for part in parts)]


def is_whole(content: bytes) -> bool:
    body, digest = content[:-DIGEST], content[-DIGEST:]
    return re.fullmatch(rb"[0-9a-f]{64}", digest) is not None and (
        hashlib.sha256(body).hexdigest().encode() == digest
    )


def digests(folder: Path) -> dict[str, str]:
    return {
        file.relative_to(folder).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in outputs(folder)
    }
