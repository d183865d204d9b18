"""Run eight tasks that compute, two at a time, with gluepy or another.

Arguments: how loops. The current folder is a project of gluepy.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib import import_module
from typing import Any

from benchmarks.work.burn import COUNT, burn

Call = Callable[[], Any]
WORKERS = 2
CLUSTER: dict[str, Any] = {
    "n_workers": WORKERS,
    "threads_per_worker": 1,
    "dashboard_address": None,
}
# A program that takes longer is ended.
SECONDS_AT_MOST = 120
TASKS = """from gluepy.exec import DAG, Volatile, task

from benchmarks.work.burn import burn

{steps}
@task
def last({arguments}) -> Volatile("last"):
    return [{names}]


class Burning(DAG):
    label = "burning"
    tasks = [{tasks}, last]
"""
STEP = """
@task
def t{number}(loops: int) -> Volatile("v{number}"):
    return burn(loops)

"""


def main() -> None:
    """Run the tasks once and print the seconds."""
    how, loops = sys.argv[1:]
    signal.alarm(SECONDS_AT_MOST)
    call = MAKERS[how](int(loops))
    started = time.perf_counter()
    call()
    print(json.dumps({"seconds": [time.perf_counter() - started]}), flush=True)


def gluepy(loops: int, **options: Any) -> Call:
    """Return a run of gluepy."""
    names = [f"v{number}" for number in range(COUNT)]
    source = TASKS.format(
        steps="".join(STEP.format(number=number) for number in range(COUNT)),
        arguments=", ".join(f"{name}: Volatile" for name in names),
        names=", ".join(names),
        tasks=", ".join(f"t{number}" for number in range(COUNT)),
    )
    with open("burning.py", "w", encoding="utf-8") as file:
        file.write(source)
    import gluepy as package

    package.setup("settings")
    import_module("burning")
    from gluepy.runs import run_dag

    return partial(run_dag, "burning", params={"loops": loops}, **options)


def gluepy_dask(loops: int) -> Call:
    """Return a run of gluepy on a Dask cluster that is running."""
    from distributed import LocalCluster

    os.environ["BENCH_SCHEDULER"] = LocalCluster(**CLUSTER).scheduler_address
    return gluepy(loops, executor="dask")


def gluepy_own_dask(loops: int) -> Call:
    """Return a run of gluepy on a Dask cluster that it starts and ends."""
    import_module("distributed")
    return gluepy(loops, executor="dask", workers=WORKERS)


def pool(loops: int) -> Call:
    """Return a pool of processes that start as those of gluepy do."""
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_all_start_methods, get_context

    known = get_all_start_methods()
    context = get_context("forkserver" if "forkserver" in known else "spawn")

    def call() -> list[int]:
        with ProcessPoolExecutor(WORKERS, mp_context=context) as executor:
            return list(executor.map(burn, [loops] * COUNT))

    return call


def distributed(loops: int) -> Call:
    """Return Dask with a cluster that is started and ended within the call."""
    from distributed import Client, LocalCluster

    def call() -> None:
        with LocalCluster(**CLUSTER) as cluster, Client(cluster) as client:
            client.gather(client.map(burn, [loops] * COUNT, pure=False))

    return call


def distributed_running(loops: int) -> Call:
    """Return Dask with a cluster that is running."""
    from distributed import Client, LocalCluster

    client = Client(LocalCluster(**CLUSTER))
    return lambda: client.gather(client.map(burn, [loops] * COUNT, pure=False))


def joblib(loops: int) -> Call:
    """Return joblib with its default processes."""
    from joblib import Parallel, delayed

    return lambda: Parallel(n_jobs=WORKERS)(delayed(burn)(loops) for _ in range(COUNT))


def luigi(loops: int) -> Call:
    """Return Luigi with two workers; tasks are complete once they left a file."""
    from tempfile import mkdtemp

    import luigi as package

    folder = mkdtemp(prefix="bench-luigi-", dir=".")

    class Burn(package.Task):
        number = package.IntParameter()

        def output(self) -> Any:
            return package.LocalTarget(f"{folder}/{self.number}")

        def run(self) -> None:
            with self.output().open("w") as file:
                file.write(str(burn(loops)))

    tasks = [Burn(number=number) for number in range(COUNT)]
    return partial(package.build, tasks, local_scheduler=True, workers=WORKERS)


def kedro(loops: int) -> Call:
    """Return the parallel runner of Kedro."""
    from kedro.io import MemoryDataset, SharedMemoryDataCatalog
    from kedro.pipeline import Pipeline, node
    from kedro.runner import ParallelRunner

    nodes = [node(burn, "loops", f"v{number}", name=f"t{number}") for number in range(COUNT)]
    catalog = SharedMemoryDataCatalog({"loops": MemoryDataset(loops)})
    return lambda: ParallelRunner(max_workers=WORKERS).run(Pipeline(nodes), catalog)


def hamilton(loops: int) -> Call:
    """Return Hamilton's parallel nodes in processes."""
    from hamilton import driver
    from hamilton.execution import executors

    from benchmarks.work import hamilton_burn

    made = (
        driver.Builder()
        .enable_dynamic_execution(allow_experimental_mode=True)
        .with_remote_executor(executors.MultiProcessingExecutor(max_tasks=WORKERS))
        .with_modules(hamilton_burn)
        .build()
    )
    return partial(made.execute, ["last"], inputs={"loops": loops})


MAKERS: dict[str, Callable[[int], Call]] = {
    "serial": gluepy,
    "processes": partial(gluepy, executor="processes", workers=WORKERS),
    "dask": gluepy_dask,
    "dask-own": gluepy_own_dask,
    "pool": pool,
    "distributed": distributed,
    "distributed-running": distributed_running,
    "joblib": joblib,
    "luigi": luigi,
    "kedro": kedro,
    "hamilton": hamilton,
}

if __name__ == "__main__":
    main()
