"""Notebooks on disk, as Jupyter writes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def code(source: str, *tags: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": 1,
        "metadata": {"tags": list(tags)} if tags else {},
        "outputs": [],
        "source": source.splitlines(keepends=True),
    }


def text(source: str, *tags: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {"tags": list(tags)}, "source": source}


def write_notebook(file: Path, *cells: dict[str, Any], **changes: Any) -> Path:
    """Write a notebook; ``changes`` are laid over its top level."""
    notebook = {
        "cells": list(cells),
        "metadata": {"language_info": {"name": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(notebook | changes), "utf-8")
    return file
