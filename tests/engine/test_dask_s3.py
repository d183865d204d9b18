"""Acceptance 5 of the engine: where a run works and where its folder lies changes nothing in it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from tests.projects.factory import Project

pytest.importorskip("distributed")

# Artifacts of all three kinds, volatiles from worker to worker, a mapped task, files, log lines,
# prints, metrics, and a task of gluepy 1.6.
TASKS = """
import logging

import pandas as pd

from gluepy.conf import default_context
from gluepy.exec import DAG, Artifact, EvaluationTask, Task, Volatile, task
from gluepy.files.data import data_manager
from gluepy.files.storages import default_storage
from gluepy.ops import default_mlops

logger = logging.getLogger(__name__)


@task
def load(rows: int = 1000) -> Artifact("orders"):
    logger.info("loading %d rows", rows)
    return pd.DataFrame({"id": range(rows), "price": [n % 17 / 4 for n in range(rows)]})


@task
def cities() -> Volatile("cities"):
    print("Zürich and others")
    return ["zürich", "bern", "genf"]


@task
def clean(city: str, orders: Artifact, suffix: str = "!") -> Artifact("cleaned"):
    logger.warning("cleaning %s", city)
    return {"city": city + suffix, "rows": len(orders)}


@task(retries=1)
def summary(orders: Artifact) -> (Artifact("total"), Volatile("mean")):
    default_mlops.log_metric("total", orders.price.sum())
    return {("price", "sum"): orders.price.sum()}, float(orders.price.mean())


@task
def report(cleaned: Artifact, total: Artifact, mean: Volatile) -> Artifact("report"):
    return {"cities": [one["city"] for one in cleaned], "mean": mean, "kinds": len(total)}


class Export(Task):
    def run(self):
        data_manager.write("export/orders.csv", data_manager.read("artifacts/orders.parquet"))
        path = default_storage.runpath("export/note.txt")
        default_storage.touch(path, f"depth {default_context.model.depth}")


class Evaluate(EvaluationTask):
    def run(self):
        default_mlops.log_metric("depth", default_context.model.depth)


class Everything(DAG):
    label = "everything"
    tasks = [
        *(report, summary, clean.map(city=Volatile("cities"))),
        *(cities, load, Export),
    ]
    eval_tasks = [Evaluate]
"""

CLOUD = """
from settings.local import *

STORAGE_BACKEND = "gluepy.files.storages.s3.S3Storage"
STORAGE_ROOT = "demo"
AWS_STORAGE_BUCKET_NAME = {bucket!r}
AWS_S3_REGION_NAME = {region_name!r}
AWS_S3_ENDPOINT_URL = {endpoint_url!r}
AWS_ACCESS_KEY_ID = {access_key!r}
AWS_SECRET_ACCESS_KEY = {secret_key!r}
"""

# What says of a run when, where and on what it ran, and who asked for it.
OWN = {
    *("run_id", "run_folder", "created_at", "started_at", "ended_at", "seconds"),
    *("start_time", "end_time", "timestamp", "folder"),
    *("host", "executor", "settings", "command"),
}
FILES = {
    *("context.yaml", "run.json", "tracking.json", "metrics.json", "logs/run.log"),
    *("artifacts/orders.parquet", "artifacts/total.pkl", "artifacts/report.json"),
    *(f"artifacts/cleaned/{number}.json" for number in range(3)),
    *("export/orders.csv", "export/note.txt"),
}


@pytest.fixture
def everything(project: Project, s3_bucket: dict[str, Any]) -> Project:
    project.module("everything", tasks=TASKS)
    project.write("settings/cloud.py", CLOUD.format(**s3_bucket))
    project.write("configs/model.yaml", "model:\n  depth: 3\n")
    return project


def local_files(project: Project) -> dict[str, bytes]:
    (folder,) = project.folders()
    return {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def stored_files(s3_bucket: dict[str, Any]) -> dict[str, bytes]:
    import boto3

    client = boto3.client(
        "s3",
        region_name=s3_bucket["region_name"],
        endpoint_url=s3_bucket["endpoint_url"],
        aws_access_key_id=s3_bucket["access_key"],
        aws_secret_access_key=s3_bucket["secret_key"],
    )
    bucket = s3_bucket["bucket"]
    keys = [item["Key"] for item in client.list_objects_v2(Bucket=bucket)["Contents"]]
    assert all(re.fullmatch(r"demo/runs/\d+/\d+/\d+/[0-9a-f-]{36}/.+", key) for key in keys)
    return {
        key.split("/", 6)[6]: client.get_object(Bucket=bucket, Key=key)["Body"].read()
        for key in keys
    }


def common(value: Any, run_id: str) -> Any:
    """Return what two runs of the same have in common of a document."""
    if isinstance(value, dict):
        return {
            name.replace(run_id, "ID"): common(one, run_id)
            for name, one in value.items()
            if name not in OWN
        }
    if isinstance(value, list):
        return [common(one, run_id) for one in value]
    return value.replace(run_id, "ID") if isinstance(value, str) else value


def documents(files: dict[str, bytes]) -> dict[str, Any]:
    """Return manifest, context and record of the tracker without what differs in any two runs."""
    manifest = json.loads(files["run.json"])
    run_id = manifest["run_id"]
    tasks = {task["name"]: task for task in manifest.pop("tasks")}
    tracked = json.loads(files["tracking.json"])
    tracked["metrics"].sort(key=lambda metric: metric["key"])
    found = {
        "manifest": manifest,
        "tasks": tasks,
        "context": yaml.safe_load(files["context.yaml"]),
        "tracked": tracked,
    }
    return common(found, run_id)


def log_lines(files: dict[str, bytes]) -> list[str]:
    """Return the lines of the log without times, sorted: what runs at once has no order."""
    run_id = json.loads(files["run.json"])["run_id"]
    lines = files["logs/run.log"].decode().replace(run_id, "ID").splitlines()
    timeless = (re.sub(r"\d{4}-\d\d-\d\d [\d:,]+|in [\d.]+ seconds", "", line) for line in lines)
    return sorted(timeless)


def test_a_run_on_dask_against_s3_leaves_what_a_serial_local_one_leaves(
    everything: Project, s3_bucket: dict[str, Any]
) -> None:
    everything.run("everything", "--executor", "serial")
    done = everything.manage(
        *("dag", "everything", "--executor", "dask", "--workers", "2"),
        GLUEPY_SETTINGS_MODULE="settings.cloud",
    )
    assert done.returncode == 0, done.stderr
    local, stored = local_files(everything), stored_files(s3_bucket)
    assert set(local) == set(stored) == FILES
    outputs = [name for name in FILES if name.startswith(("artifacts/", "export/"))]
    assert {name: local[name] for name in outputs} == {name: stored[name] for name in outputs}
    assert local["metrics.json"] == stored["metrics.json"]
    assert documents(local) == documents(stored)
    assert log_lines(local) == log_lines(stored)
    assert any("cleaning genf" in line for line in log_lines(stored))
    assert "Zürich and others" in log_lines(stored)
