"""The process that the workers of a Dask cluster of our own are forked from.

Importing ``distributed`` takes longer than anything else when a cluster starts, and so it
does in each worker. This process imports it once for all of them, while the parent does the
same; that is why nothing here, nor on the way here, may import it.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

from gluepy.executors.processes import method_for

# What Dask sets for workers unless it is set already; whoever imports numpy looks at it.
_ENVIRONMENT = {
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def start(initializer: Callable[..., Any] | None) -> str:
    """Start the process, unless there is one or EXECUTOR_START_METHOD asks for something else.

    Args:
        initializer: What each worker will call first; if it is gluepy's, its module is
            imported beforehand.

    Returns:
        How workers are to be started.
    """
    method = method_for(None)
    if method != "forkserver":
        return method
    from multiprocessing import forkserver, set_forkserver_preload

    for name, value in _ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    module = getattr(initializer, "__module__", "")
    own = [module] if module.startswith("gluepy.") else []
    set_forkserver_preload(["distributed", "gluepy.executors.dask_worker", *own])
    forkserver.ensure_running()
    return method
