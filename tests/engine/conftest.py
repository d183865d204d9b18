from __future__ import annotations

from pathlib import Path

import pytest

from tests.projects.factory import Project, start_project


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project as `startproject` makes it; copied for each test."""
    return start_project(tmp_path_factory.mktemp("template"))


@pytest.fixture
def project(template: Path, tmp_path: Path) -> Project:
    return Project.copied(template, tmp_path / "demo")
