"""A freshly generated project for every test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects.factory import Project, start_project


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return start_project(tmp_path_factory.mktemp("generated"))


@pytest.fixture
def project(generated: Path, tmp_path: Path) -> Project:
    return Project.copied(generated, tmp_path / "demo")
