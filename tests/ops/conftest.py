from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gluepy.context.current import using_context
from gluepy.context.manager import DefaultContextManager
from gluepy.test import override_settings


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> Iterator[Path]:
    with override_settings(
        BASE_DIR=str(tmp_path),
        CONFIG_PATH=str(tmp_path / "configs"),
        STORAGE_ROOT=str(tmp_path / "data"),
    ):
        yield tmp_path


class InRun:
    """A ``with`` block inside a run of an id, in the thread it is entered in."""

    def __init__(self, run_id: str) -> None:
        self.context = DefaultContextManager().create_context(run_id=run_id)
        self.folder = str(self.context.gluepy.run_folder)

    def __enter__(self) -> InRun:
        self._using = using_context(self.context)
        self._using.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._using.__exit__(None, None, None)


@pytest.fixture
def in_run() -> type[InRun]:
    return InRun
