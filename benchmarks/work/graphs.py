"""Graphs of tasks that do nothing, and the modules that define them for gluepy.

A graph is a list: which tasks each task reads, in an order in which they can run.
"""

from __future__ import annotations

from collections.abc import Callable
from zlib import crc32

Graph = list[list[int]]
# Width of the layers of a layered diamond.
WIDTH = 10
# A graph that uses two workers and imports what a run needs.
SMALLEST = 4


def chain(size: int) -> Graph:
    """Return tasks of which each reads the one before."""
    return [[number - 1] if number else [] for number in range(size)]


def diamond(size: int) -> Graph:
    """Return one task that all others read, and one that reads those."""
    return [[], *([0] for _ in range(size - 2)), list(range(1, size - 1))]


def layered(size: int) -> Graph:
    """Return a source, layers of ten in which each reads two of the layer before, and a sink."""
    width = min(WIDTH, size - 2)
    graph: Graph = [[]]
    for number in range(1, size - 1):
        start = (number - 1) // width * width + 1 - width
        place = (number - 1) % width
        graph.append([0] if start < 1 else [start + place, start + (place + 1) % width])
    return [*graph, list(range(size - 1 - width, size - 1))]


SHAPES: dict[str, Callable[[int], Graph]] = {
    "chain": chain,
    "diamond": diamond,
    "layers": layered,
}


def step(*values: int) -> int:
    """Do nothing with what was read."""
    return len(values)


def gluepy_module(graphs: dict[str, Graph]) -> str:
    """Write, in the current folder, a module with a DAG for each graph, and return its name.

    The tasks hand on volatiles.
    """
    lines = ["from gluepy.exec import DAG, Volatile, task"]
    for label, graph in graphs.items():
        for number, reads in enumerate(graph):
            arguments = ", ".join(f"{label}_v{read}: Volatile" for read in reads)
            lines += [
                "\n\n@task",
                f"def {label}_t{number}({arguments}) -> Volatile('{label}_v{number}'):",
                f"    return {len(reads)}",
            ]
        lines += _dag(label, [f"{label}_t{number}" for number in range(len(graph))])
    return _written(lines)


def gluepy_16_module(graphs: dict[str, Graph]) -> str:
    """Write the same for gluepy 1.6: DAGs are lists of classes, and nothing is handed on."""
    lines = ["from gluepy.exec import DAG, Task"]
    for label, graph in graphs.items():
        for number in range(len(graph)):
            lines += [
                f"\n\nclass {label.title()}{number}(Task):",
                f"    label = '{label}_t{number}'\n",
                "    def run(self):\n        pass",
            ]
        lines += _dag(label, [f"{label.title()}{number}" for number in range(len(graph))])
    return _written(lines)


def _dag(label: str, tasks: list[str]) -> list[str]:
    head = [f"\n\nclass {label.title()}(DAG):", f"    label = '{label}'"]
    return [*head, f"    tasks = [{', '.join(tasks)}]"]


def _written(lines: list[str]) -> str:
    source = "\n".join([*lines, ""])
    # A name of its own: bytecode of another module written in the same second would be taken.
    name = f"made_{crc32(source.encode())}"
    with open(f"{name}.py", "w", encoding="utf-8") as file:
        file.write(source)
    return name
