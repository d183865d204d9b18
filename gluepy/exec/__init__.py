"""Tasks and DAGs: what a project runs, and how it gets registered."""

from __future__ import annotations

from gluepy.exec.boot import bootstrap
from gluepy.exec.dags import DAG
from gluepy.exec.dags import REGISTRY as DAG_REGISTRY
from gluepy.exec.functions import task
from gluepy.exec.markers import Artifact, Volatile
from gluepy.exec.tasks import REGISTRY as TASK_REGISTRY
from gluepy.exec.tasks import BootstrapTask, EvaluationTask, Task

__all__ = [
    "DAG",
    "DAG_REGISTRY",
    "TASK_REGISTRY",
    "Artifact",
    "BootstrapTask",
    "EvaluationTask",
    "Task",
    "Volatile",
    "bootstrap",
    "task",
]
