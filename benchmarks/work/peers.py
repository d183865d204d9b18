"""Graphs of tasks that do nothing, for other frameworks: each with its own usual call."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import cache, partial
from tempfile import mkdtemp
from types import ModuleType
from typing import Any

from benchmarks.work.graphs import Graph, step

Call = Callable[[], Any]
WORKERS = 2


def hamilton(graph: Graph) -> Call:
    """Return the execution of a Hamilton driver, which is built beforehand."""
    from hamilton import driver

    # It goes down a chain by recursion.
    sys.setrecursionlimit(100_000)
    module = ModuleType("made_by_benchmarks")
    sys.modules[module.__name__] = module
    lines = []
    for number, reads in enumerate(graph):
        arguments = ", ".join(f"v{read}: int" for read in reads)
        lines += [f"def v{number}({arguments}) -> int:", f"    return {len(reads)}"]
    exec("\n".join(lines), vars(module))
    made = driver.Builder().with_modules(module).build()
    return partial(made.execute, [f"v{len(graph) - 1}"])


def doit(graph: Graph) -> Call:
    """Return ``doit run``, called in this process."""
    from doit.cmd_base import ModuleTaskLoader
    from doit.doit_cmd import DoitMain

    def task_step() -> Any:
        for number, reads in enumerate(graph):
            after = [f"step:{read}" for read in reads]
            yield {"name": str(number), "actions": [lambda: None], "task_dep": after}

    database = os.path.join(mkdtemp(prefix="bench-doit-", dir="."), "doit.db")
    config = {"GLOBAL": {"dep_file": database, "verbosity": 0}}
    loader = ModuleTaskLoader({"task_step": task_step})
    return lambda: _succeed(DoitMain(loader, extra_config=config).run(["run"]) == 0)


def luigi(graph: Graph) -> Call:
    """Return ``luigi.build`` with the local scheduler; tasks are complete once they ran."""
    import luigi as package

    done: set[int] = set()

    class Step(package.Task):
        number = package.IntParameter()

        def requires(self) -> Any:
            return [Step(number=read) for read in graph[self.number]]

        def run(self) -> None:
            done.add(self.number)

        def complete(self) -> bool:
            return self.number in done

    def call() -> None:
        done.clear()
        last = Step(number=len(graph) - 1)
        _succeed(package.build([last], local_scheduler=True, log_level="INFO"))

    return call


def kedro(graph: Graph) -> Call:
    """Return the sequential runner of Kedro; pipeline and catalog are made beforehand."""
    from kedro.io import DataCatalog
    from kedro.pipeline import Pipeline, node
    from kedro.runner import SequentialRunner

    nodes = [
        node(step, [f"v{read}" for read in reads] or None, f"v{number}", name=f"t{number}")
        for number, reads in enumerate(graph)
    ]
    pipeline = Pipeline(nodes)
    return lambda: SequentialRunner().run(pipeline, DataCatalog())


def dask_threads(graph: Graph) -> Call:
    """Return the threaded scheduler of Dask."""
    from dask import threaded

    return partial(threaded.get, _dask_graph(graph), f"v{len(graph) - 1}", num_workers=WORKERS)


def distributed(graph: Graph) -> Call:
    """Return ``dask.distributed`` with two processes, which are running: futures on futures."""
    client = dask_client()

    def call() -> None:
        futures: list[Any] = []
        for reads in graph:
            waiting = [futures[read] for read in reads]
            futures.append(client.submit(step, *waiting, pure=False))
        futures[-1].result()

    return call


@cache
def dask_client() -> Any:
    """Return a client of a cluster of two processes on this machine, one for each."""
    from distributed import Client, LocalCluster

    cluster = LocalCluster(n_workers=WORKERS, threads_per_worker=1, dashboard_address=None)
    return Client(cluster)


def _dask_graph(graph: Graph) -> dict[str, Any]:
    return {
        f"v{number}": (step, *(f"v{read}" for read in reads)) for number, reads in enumerate(graph)
    }


def _succeed(is_done: object) -> None:
    if not is_done:
        raise SystemExit("The tasks did not run.")


MAKERS: dict[str, Callable[[Graph], Call]] = {
    "hamilton": hamilton,
    "doit": doit,
    "luigi": luigi,
    "kedro": kedro,
    "dask-threads": dask_threads,
    "distributed": distributed,
}
