"""Modules that tests put into generated projects."""

from __future__ import annotations

# A graph with a fork, a mapped task, volatiles and artifacts; every call leaves a line in
# $CALLS, and a task named in $FAIL raises, $KILL kills its process, $HANG waits.
FLOW = '''
"""A DAG that tells what it does."""

import os
import signal
import time

from gluepy.exec import DAG, Artifact, EvaluationTask, Volatile, task
from gluepy.ops import default_mlops


def tell(name):
    path = os.environ.get("CALLS")
    if path:
        with open(path, "a") as file:
            file.write(f"{name}\\n")
    if name in os.environ.get("FAIL", "").split():
        raise ValueError(f"{name} was told to fail")
    if name in os.environ.get("KILL", "").split():
        os.kill(int(os.environ.get("VICTIM") or os.getpid()), signal.SIGKILL)
        time.sleep(60)
    if name in os.environ.get("HANG", "").split():
        time.sleep(60)


@task(tags=["io"])
def load(rows: int = 4) -> Artifact("rows"):
    """Make the rows."""
    tell("load")
    return list(range(rows))


@task
def parts(rows: Artifact) -> Volatile("parts"):
    tell("parts")
    return [row * 10 for row in rows]


@task
def square(part: int, power: int = 2) -> Artifact("squares"):
    tell(f"square{part}")
    return part**power


@task
def count(rows: Artifact) -> Volatile("count"):
    tell("count")
    return len(rows)


@task(tags=["io"])
def report(squares: Artifact, count: Volatile) -> Artifact("report"):
    tell("report")
    return {"sum": sum(squares), "count": count}


class Measure(EvaluationTask):
    inputs = ["report"]

    def run(self, report):
        tell("measure")
        default_mlops.log_metric("sum", report["sum"])


class Flow(DAG):
    label = "flow"
    tasks = [report, count, square.map(part=Volatile("parts")), parts, load]
    eval_tasks = [Measure]
    schedule = "0 6 * * *"
    tags = ["nightly"]
'''

CALLS = [
    *("load", "count", "parts"),
    *("square0", "square10", "square20", "square30"),
    *("report", "measure"),
]
