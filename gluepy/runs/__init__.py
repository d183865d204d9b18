"""Runs: one execution of a DAG each, in a folder of its own."""

from __future__ import annotations

from gluepy.runs.run import Run
from gluepy.runs.runner import run_dag
from gluepy.runs.store import runs

__all__ = ["Run", "run_dag", "runs"]
