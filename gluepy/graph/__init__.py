"""Graphs of names: order, cycles, selections, pictures. Nothing here knows tasks."""

from __future__ import annotations

from gluepy.graph.graph import Graph

__all__ = ["Graph"]
