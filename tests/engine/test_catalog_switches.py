"""Acceptance 3 of the catalog: engine and storage are a setting each, and nothing else changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.projects.factory import Project

for package in ("pandas", "polars", "pyarrow", "boto3"):
    pytest.importorskip(package)

ENGINES = ("Pandas", "Polars", "Arrow")

CATALOG = """
- name: orders
  type: csv
  path: raw/orders.csv
  root: true

- {name: clean, type: parquet, path: clean.parquet}
- {name: best, type: csv, path: "best/!{client}.csv"}

{% for city in cities %}
- name: totals_{{ city }}
  type: feather
  path: "totals/{{ city }}_!{client}.feather"
{% endfor %}

- {name: report, type: json, path: "report_!{client}.json"}
- {name: coeffs, type: pickle, path: "coeffs_!{samples}.pkl"}
- {name: note, type: text, path: notes/note.txt}
"""

SETS = """
base:
  samples: 100
  clean: {cheapest: 2.5}

{% for client in clients %}
{{ client }}:
  _from: [base]
  client: {{ client }}
{% endfor %}

bolt_small:
  _from: [bolt]
  samples: 3
"""

DAGS = """
prepare:
  operators: [shop.tasks.clean]
shop:
  operators:
    - prepare
    - shop.tasks.total
    - shop.tasks.best
    - shop.tasks.report
    - shop.tasks.note
"""

# What the three engines share: a dict of columns makes a frame, and Arrow takes every frame.
TASKS = """
import pyarrow as pa

from gluepy.exec import Artifact, task


def rows(frame):
    return pa.table(frame).to_pylist()


def frame_like(frame, rows):
    make = getattr(type(frame), "from_pydict", type(frame))
    return make({name: [row[name] for row in rows] for name in rows[0]})


@task
def clean(orders: Artifact, cheapest: float) -> Artifact("clean"):
    kept = [row for row in rows(orders) if row["price"] is not None]
    return frame_like(orders, [row for row in kept if row["price"] >= cheapest])


@task
def total(clean: Artifact, samples: int) -> (
    Artifact("totals_bern"), Artifact("totals_zürich"), Artifact("coeffs")
):
    found = {}
    for row in rows(clean)[:samples]:
        found.setdefault(row["city"], []).append(row["price"])
    frames = [
        frame_like(clean, [{"orders": len(prices), "sum": sum(prices), "mean": None}])
        for _, prices in sorted(found.items())
    ]
    return *frames, {"samples": samples, "sum": sum(map(sum, found.values()))}


@task
def best(clean: Artifact) -> Artifact("best"):
    return frame_like(clean, sorted(rows(clean), key=lambda row: -row["price"])[:2])


@task
def report(best: Artifact, bern: Artifact("totals_bern"), coeffs: Artifact) -> Artifact("report"):
    return {"best": rows(best)[0], "bern": rows(bern)[0]["sum"], **coeffs}


@task
def note(report: Artifact) -> Artifact("note"):
    return f"Zürich und Bern: {report['sum']}\\n"
"""

ORDERS = """
id,city,price,paid,comment
1,bern,1.5,true,
2,bern,2.5,false,"two, with a comma"
3,zürich,3.25,true,ok
4,zürich,,true,free
5,bern,7.75,false,"x
y"
6,zürich,4.0,true,ok
"""

CLOUD = """
STORAGE_BACKEND = "gluepy.files.storages.s3.S3Storage"
STORAGE_ROOT = "demo"
AWS_STORAGE_BUCKET_NAME = {bucket!r}
AWS_S3_REGION_NAME = {region_name!r}
AWS_S3_ENDPOINT_URL = {endpoint_url!r}
AWS_ACCESS_KEY_ID = {access_key!r}
AWS_SECRET_ACCESS_KEY = {secret_key!r}
"""

# Frames as plain data, and the digest of each file whose content no engine decides on.
INSPECT = """
import hashlib
import json

import gluepy

gluepy.setup()

from gluepy.catalog import catalog
from gluepy.conf import default_settings
from gluepy.files.storages import default_storage
from shop.tasks import rows

VALUES = {"client": "bolt", "samples": 3}
frames = {name: catalog.load(name, **VALUES) for name in FRAMES}
others = {name: catalog.load(name, **VALUES) for name in OTHERS}
files = {
    name: hashlib.sha256(catalog.dataset(name, values=VALUES).source().open("rb")).hexdigest()
    for name in OTHERS
}
print(json.dumps({
    "engine": sorted({type(frame).__module__.partition(".")[0] for frame in frames.values()}),
    "storage": default_storage.__class__.__name__,
    "frames": {name: rows(frame) for name, frame in frames.items()},
    "others": others,
    "files": files,
}))
"""
FRAMES = ["orders", "clean", "best", "totals_bern", "totals_zürich"]
OTHERS = ["report", "coeffs", "note"]


def furnish(project: Project, *settings: str) -> None:
    """Make the project of this file, with the lines of settings that switch it."""
    project.module("shop", tasks=TASKS)
    project.write("configs/catalog/all.yaml", CATALOG)
    project.write("configs/parameters/all.yaml", SETS)
    project.write("configs/dags/all.yaml", DAGS)
    project.write("configs/variables/globals.yaml", "CITIES: [bern, zürich]\nclients: [acme, bolt]")
    for text in settings:
        project.settings(text)


def engine_setting(engine: str) -> str:
    return f'DATA_BACKEND = "gluepy.files.data.{engine}DataManager"'


def results(project: Project) -> dict[str, Any]:
    """Run the DAG and return what its artifacts hold, loaded by another process."""
    done = project.manage("dag", "shop", "-c", "bolt_small")
    assert done.returncode == 0, done.stderr
    inspected = project.python(
        INSPECT.replace("FRAMES", repr(FRAMES)).replace("OTHERS", repr(OTHERS)),
        GLUEPY_SETTINGS_MODULE="settings.local",
    )
    assert inspected.returncode == 0, inspected.stderr
    found: dict[str, Any] = json.loads(inspected.stdout)
    return found


@pytest.fixture(scope="module")
def first(template: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What the project leaves as it is generated: pandas, on the local disk."""
    project = Project.copied(template, tmp_path_factory.mktemp("first") / "demo")
    furnish(project)
    project.write("data/raw/orders.csv", ORDERS)
    return results(project)


def put(options: dict[str, Any], key: str, content: str) -> None:
    import boto3

    client = boto3.client(
        "s3",
        region_name=options["region_name"],
        endpoint_url=options["endpoint_url"],
        aws_access_key_id=options["access_key"],
        aws_secret_access_key=options["secret_key"],
    )
    client.put_object(Bucket=options["bucket"], Key=key, Body=content.encode())


def test_the_project_as_generated_computes_what_its_tasks_say(first: dict[str, Any]) -> None:
    assert (first["engine"], first["storage"]) == (["pandas"], "LocalStorage")
    assert [row["id"] for row in first["frames"]["clean"]] == [2, 3, 5, 6]
    assert [row["price"] for row in first["frames"]["best"]] == [7.75, 4.0]
    assert first["frames"]["totals_bern"] == [{"orders": 2, "sum": 10.25, "mean": None}]
    assert first["others"]["coeffs"] == {"samples": 3, "sum": 13.5}
    assert first["others"]["report"]["best"]["comment"] == "x\ny"
    assert first["others"]["note"] == "Zürich und Bern: 13.5\n"


@pytest.mark.parametrize("engine", ENGINES[1:])
def test_the_engine_is_one_setting(project: Project, first: dict[str, Any], engine: str) -> None:
    furnish(project, engine_setting(engine))
    project.write("data/raw/orders.csv", ORDERS)

    switched = results(project)

    package = {"Polars": "polars", "Arrow": "pyarrow"}[engine]
    assert switched == {**first, "engine": [package]}


@pytest.mark.parametrize("engine", ENGINES)
def test_the_storage_is_one_setting_with_every_engine(
    project: Project, first: dict[str, Any], s3_bucket: dict[str, Any], engine: str
) -> None:
    furnish(project, engine_setting(engine), CLOUD.format(**s3_bucket))
    put(s3_bucket, "demo/raw/orders.csv", ORDERS.lstrip("\n"))

    switched = results(project)

    package = {"Pandas": "pandas", "Polars": "polars", "Arrow": "pyarrow"}[engine]
    assert switched == {**first, "engine": [package], "storage": "S3Storage"}
    assert project.folders() == []
