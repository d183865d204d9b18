"""The names that projects import are pinned: losing or adding one is a decision.

``python -m tests.architecture.test_public_names`` writes public_names.txt anew.
"""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, sources

SNAPSHOT = Path(__file__).with_name("public_names.txt")
PROMISED = {
    "gluepy": "setup VERSION",
    "gluepy.conf": "default_settings default_context default_context_manager",
    "gluepy.exec": "DAG Task EvaluationTask DAG_REGISTRY TASK_REGISTRY bootstrap",
    "gluepy.exec.boot": "bootstrap",
    "gluepy.exec.dags": "DAG REGISTRY",
    "gluepy.exec.tasks": "Task EvaluationTask BootstrapTask REGISTRY",
    "gluepy.files.storages": "default_storage storages BaseStorage",
    "gluepy.files.storages.local": "LocalStorage",
    "gluepy.files.storages.memory": "MemoryStorage",
    "gluepy.files.storages.s3": "S3Storage",
    "gluepy.files.storages.google": "GoogleStorage",
    "gluepy.files.storages.utils": "plot",
    "gluepy.files.data": (
        "data_manager BaseDataManager PandasDataManager PolarsDataManager ArrowDataManager"
    ),
    "gluepy.runs": "runs run_dag",
    "gluepy.ops": "default_mlops",
    "gluepy.commands": "cli",
    "gluepy.commands.dag": "run_dag",
    "gluepy.test": "override_settings",
}


def current() -> str:
    """Return one line per module that has ``__all__``."""
    lines = []
    for source in sources():
        parts = source.path.relative_to(ROOT).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if "__all__" in source.text:
            lines.append(f"{name}: {' '.join(sorted(importlib.import_module(name).__all__))}")
    return "\n".join(sorted(lines)) + "\n"


@pytest.mark.parametrize(
    ("module", "name"),
    [(module, name) for module, names in PROMISED.items() for name in names.split()],
)
def test_a_promised_name_can_be_imported(module, name):
    missing = object()
    assert getattr(importlib.import_module(module), name, missing) is not missing


def test_public_names_change_on_purpose_only():
    assert current().splitlines() == SNAPSHOT.read_text().splitlines()


if __name__ == "__main__":
    SNAPSHOT.write_text(current())
