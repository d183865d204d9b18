from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gluepy.conf import default_settings
from gluepy.context.manager import DefaultContextManager


class Project:
    """A project in an empty folder, with settings but no configs yet."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.manager = DefaultContextManager()
        (root / "configs").mkdir()
        self.set(
            BASE_DIR=str(root), CONFIG_PATH=str(root / "configs"), STORAGE_ROOT=str(root / "data")
        )

    def set(self, **settings: Any) -> None:
        default_settings._push(settings)

    def config(self, text: str, name: str = "context.yaml") -> None:
        (self.root / "configs" / name).write_text(text, encoding="utf-8")

    def stored(self, path: str, text: str) -> str:
        from gluepy.files.storages import default_storage

        default_storage.touch(path, text)
        return path

    @property
    def create(self) -> Callable[..., Any]:
        return self.manager.create_context

    @property
    def load(self) -> Callable[..., Any]:
        return self.manager.load_context


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path)
