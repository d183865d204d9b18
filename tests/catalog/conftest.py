from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from gluepy.catalog import base
from gluepy.conf import default_context_manager
from gluepy.context.current import using_context
from gluepy.context.ids import new_run_id
from gluepy.test import override_settings

MEMORY = "gluepy.files.storages.memory.MemoryStorage"


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> Iterator[Path]:
    """Settings of an empty project with files on the disk, and the types it had before."""
    (tmp_path / "configs" / "catalog").mkdir(parents=True)
    known = dict(base.REGISTRY)
    with override_settings(
        BASE_DIR=str(tmp_path),
        CONFIG_PATH=str(tmp_path / "configs"),
        STORAGE_ROOT=str(tmp_path / "data"),
    ):
        yield tmp_path
    base.REGISTRY.clear()
    base.REGISTRY.update(known)


@pytest.fixture
def a_run(project: Path) -> Callable[[], AbstractContextManager]:
    """What enters a new run, as far as the catalog can tell: its context."""

    def enter() -> AbstractContextManager:
        return using_context(default_context_manager.create_context(run_id=new_run_id()))

    return enter


@pytest.fixture
def write(project: Path) -> Callable[[str, str], None]:
    """Write a file of ``configs/catalog``."""

    def put(text: str, name: str = "data.yaml") -> None:
        path = project / "configs" / "catalog" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    return put
