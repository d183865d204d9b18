"""Run a graph of tasks that do nothing, with gluepy or another.

Arguments: how shape size repeats. The current folder is a project of gluepy.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from benchmarks.work import peers
from benchmarks.work.graphs import (
    SHAPES,
    SMALLEST,
    Graph,
    gluepy_16_module,
    gluepy_module,
    step,
)
from benchmarks.work.memory import forget_peak, peak, used

Call = Callable[[], Any]
# A program that takes longer is ended.
SECONDS_AT_MOST = 60


def main() -> None:
    """Run the graph and print the seconds, those of a tiny graph, and the memory per task."""
    how, shape, size, repeats = sys.argv[1:]
    signal.alarm(SECONDS_AT_MOST)
    small, call = MAKERS[how](SHAPES[shape](SMALLEST), SHAPES[shape](int(size)))
    small()  # imports what it needs
    start = timed(small)
    gc.collect()
    gc.freeze()  # what exists by now is not what is measured
    before = used()
    forget_peak()
    seconds = [timed(call)]
    memory = (peak() - before) * 1024 / int(size)
    seconds += [timed(call) for _ in range(int(repeats) - 1)]
    print(json.dumps({"seconds": seconds, "start": start, "memory": memory}), flush=True)


def timed(call: Call) -> float:
    """Return how long a call takes."""
    started = time.perf_counter()
    call()
    return time.perf_counter() - started


def floor(graph: Graph) -> Call:
    """Return what any engine has to do: sort the graph, and call a function for each task."""
    from graphlib import TopologicalSorter

    reads = dict(enumerate(graph))

    def run() -> int:
        values: dict[int, int] = {}
        for number in TopologicalSorter(reads).static_order():
            values[number] = step(*[values[read] for read in reads[number]])
        return len(values)

    return run


def gluepy(small: Graph, large: Graph, **options: Any) -> list[Call]:
    """Return runs of gluepy: with plan, manifest, journal and log."""
    import gluepy as package

    name = gluepy_module({"small": small, "large": large})
    package.setup("settings")
    import_module(name)
    from gluepy.runs import run_dag

    return [partial(run_dag, label, **options) for label in ("small", "large")]


def gluepy_dask(small: Graph, large: Graph) -> list[Call]:
    """Return runs of gluepy on a Dask cluster that is running."""
    os.environ["BENCH_SCHEDULER"] = peers.dask_client().scheduler.address
    return gluepy(small, large, executor="dask")


def gluepy_16(small: Graph, large: Graph) -> list[Call]:
    """Return runs of gluepy 1.6, whose DAGs are lists of tasks."""
    name = gluepy_16_module({"small": small, "large": large})
    os.environ["GLUEPY_SETTINGS_MODULE"] = "configs.settings"
    from gluepy.commands.dag import run_dag
    from gluepy.exec.boot import bootstrap

    bootstrap()
    import_module(name)
    return [partial(run_dag, label) for label in ("small", "large")]


def each(make: Callable[[Graph], Call], *graphs: Graph) -> list[Call]:
    """Return the calls of two graphs."""
    return [make(graph) for graph in graphs]


# What makes the calls of a tiny and a large graph.
MAKERS: dict[str, Callable[[Graph, Graph], list[Call]]] = {
    "floor": partial(each, floor),
    "serial": gluepy,
    "processes": partial(gluepy, executor="processes", workers=peers.WORKERS),
    "dask": gluepy_dask,
    "dask-own": partial(gluepy, executor="dask", workers=peers.WORKERS),
    "gluepy16": gluepy_16,
    **{name: partial(each, make) for name, make in peers.MAKERS.items()},
}

if __name__ == "__main__":
    main()
