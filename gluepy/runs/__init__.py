"""Runs: one execution of a DAG each, in a folder of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gluepy.runs.run import Run
from gluepy.runs.runner import plan_dag, run_dag

if TYPE_CHECKING:
    from gluepy.runs.store import runs

__all__ = ["Run", "plan_dag", "run_dag", "runs"]


def __getattr__(name: str) -> Any:
    if name != "runs":
        raise AttributeError(f"module '{__name__}' has no attribute '{name}'")
    from gluepy.runs.store import runs

    return runs


def __dir__() -> list[str]:
    return __all__
