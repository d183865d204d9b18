"""The Dask cluster of an executor: started, or connected to, when it is first used."""

from __future__ import annotations

import logging
import os
import shutil
import signal
import tempfile
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import dask.config
import dask.utils
import distributed

from gluepy.exceptions import RunError
from gluepy.executors.base import cpu_count, setting
from gluepy.executors.dask_worker import Mark, SetUp
from gluepy.executors.program import without_main

# distributed has types, but not everywhere.
_LocalCluster: Any = distributed.LocalCluster
# It would import all that workers might want, pandas and numpy included, in this process.
_utils: Any = distributed.utils
_utils._forkserver_preload_set = True
_Client: Any = distributed.Client

logger = logging.getLogger(__name__)

_SCHEDULER = {
    # A call whose worker dies has failed; whether to try again is not Dask's to say.
    "allowed_failures": 0,
    "dashboard": False,
    # Any port that is free.
    "dashboard_address": "127.0.0.1:0",
}
# What Dask looks after by itself where workers do not declare it.
_DASKS_OWN = ("CPU", "MEMORY")
_SECONDS_TO_CONNECT = 10
_SECONDS_TO_CLOSE = 10
_SECONDS_TO_ASK_AGAIN = 2.0


class Nanny(distributed.Nanny):
    """Starts worker processes that do not import the program, whenever it does."""

    async def instantiate(self) -> Any:
        """Start the process."""
        with without_main():
            return await super().instantiate()


def quiet() -> bool:
    """Keep the news of ``distributed`` out of the project's log, unless LOGGING asks for them.

    On import ``distributed`` sets its level to INFO, whatever LOGGING says; what that says
    is put back.

    Returns:
        Whether the project does not ask for them.
    """
    given = (setting("LOGGING") or {}).get("loggers", {})
    asked = {name: one.get("level") for name, one in given.items() if _is_dasks(name)}
    for name, level in asked.items():
        if level is not None:
            logging.getLogger(name).setLevel(level)
    logger = logging.getLogger("distributed")
    if not asked and logger.level == logging.INFO:
        logger.setLevel(logging.WARNING)
    return not asked


def _is_dasks(logger: str) -> bool:
    return logger.partition(".")[0] == "distributed"


class Cluster:
    """A cluster, and a client of it.

    Args:
        workers: How many processes it has if it is ours.
        address: Address of the scheduler if it is not.
        initializer: A packed call for each worker, or None.
        method: How the processes are started if they are ours.
    """

    def __init__(
        self,
        workers: int,
        address: str | None,
        initializer: bytes | None,
        method: str | None = None,
    ) -> None:
        self.name = f"gluepy-{uuid.uuid4().hex[:12]}"
        self.workers = workers
        self.address = address
        self._initializer = initializer
        self._method = method or "spawn"
        self._ours: Any = None
        self._client: Any = None
        self._folder: str | None = None
        self._threads = 1
        self._ask_again = 0.0

    def open(self) -> None:
        """Start or connect, unless that was done.

        Raises:
            RunError: There is no scheduler at the address, or a worker cannot be set up.
        """
        if self._client is not None:
            return
        is_quiet = quiet()
        self._client = (
            self._start(is_quiet) if self.address is None else self._connect(self.address)
        )
        try:
            self._client.register_plugin(
                SetUp(self.name, self._initializer, self.address is None), name=self.name
            )
        except Exception as error:
            self.close()
            raise RunError(f"The workers cannot start: {type(error).__name__}: {error}") from error

    @property
    def client(self) -> Any:
        """The connection to the scheduler."""
        self.open()
        return self._client

    def _start(self, is_quiet: bool) -> Any:
        self._folder = tempfile.mkdtemp(prefix="gluepy-dask-")
        config = {
            "distributed.worker.daemon": False,
            "distributed.worker.multiprocessing-method": self._method,
        }
        with dask.config.set(config):
            self._ours = _LocalCluster(
                n_workers=self.workers,
                threads_per_worker=1,
                worker_class=Nanny,
                silence_logs=logging.CRITICAL if is_quiet else False,
                scheduler_kwargs=_SCHEDULER,
                local_directory=self._folder,
                env=dict(os.environ),
                resources={"CPU": max(1.0, cpu_count() / self.workers)},
            )
        return _Client(self._ours, set_as_default=False)

    def _connect(self, address: str) -> Any:
        try:
            client = _Client(address, set_as_default=False, timeout=_SECONDS_TO_CONNECT)
        except (OSError, ValueError) as error:
            raise RunError(
                f"No Dask scheduler answers at '{address}': {error}",
                hint="Check DASK_SCHEDULER_ADDRESS.",
            ) from error
        if not client.nthreads():
            logger.warning("The Dask cluster at %s has no workers; tasks wait for some.", address)
        return client

    @property
    def threads(self) -> int:
        """How many calls run at once; of a running cluster as it was some seconds ago."""
        if self.address is None:
            return self.workers
        # Asking takes as long as a short call, and dispatch wants to know before each.
        if time.monotonic() >= self._ask_again:
            self._threads = max(1, sum(self.client.nthreads().values()))
            self._ask_again = time.monotonic() + _SECONDS_TO_ASK_AGAIN
        return self._threads

    # --- Marks: what has started -----------------------------------------------------------

    def mark(self, name: str) -> Mark | None:
        """Return what says that a call has started; None on a cluster elsewhere."""
        return None if self._folder is None else Mark(os.path.join(self._folder, f"{name}.call"))

    def busy(self) -> set[str]:
        """Return the names of the calls that workers have."""
        return {str(name) for names in self.client.processing().values() for name in names}

    # --- Resources -------------------------------------------------------------------------

    def resources(self, key: str, wanted: Mapping[str, Any]) -> dict[str, float]:
        """Return what a call needs as Dask's resources.

        CPU and memory that no worker declares are left to Dask. A cluster of our own gives
        all that a worker has to a call that wants more.

        Raises:
            RunError: No worker of a running cluster offers it; the call would wait for ever.
        """
        amounts = {kind: _number(amount) for kind, amount in wanted.items() if amount}
        if not amounts:
            return {}
        workers = self._workers()
        offered = _offered(workers)
        needed: dict[str, float] = {}
        for kind, number in amounts.items():
            name, most = offered.get(kind.upper(), (kind.upper(), 0.0))
            if self.address is None:
                needed |= {name: min(number, most)} if most else {}
            elif most >= number or (not workers and name not in _DASKS_OWN):
                needed[name] = number
            elif most or (workers and name not in _DASKS_OWN):
                raise _unheard(key, kind, wanted[kind], name, most)
        return needed

    def _workers(self) -> list[dict[str, Any]]:
        identity = self.client.sync(self.client.scheduler.identity, n_workers=-1)
        return list(identity["workers"].values())

    # --- The end ---------------------------------------------------------------------------

    def close(self, is_busy: bool = False) -> None:
        """Take the executor out of the cluster, and end the cluster if it is ours.

        Args:
            is_busy: Whether calls run whose workers would not end by themselves.
        """
        client, self._client = self._client, None
        ours, self._ours = self._ours, None
        folder, self._folder = self._folder, None
        if ours is not None and is_busy:
            _kill_workers(ours)
        if client is not None:
            if ours is None:
                client.unregister_worker_plugin(self.name)
            client.close()
        if ours is not None:
            with suppress(TimeoutError):
                ours.close(timeout=_SECONDS_TO_CLOSE)
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def _number(amount: Any) -> float:
    return float(dask.utils.parse_bytes(amount) if isinstance(amount, str) else amount)


def _offered(workers: list[dict[str, Any]]) -> dict[str, tuple[str, float]]:
    """Return, by name in capitals, how workers call a resource and the most that one has of it."""
    offered: dict[str, tuple[str, float]] = {}
    for worker in workers:
        for name, amount in worker.get("resources", {}).items():
            if amount > offered.get(name.upper(), ("", 0.0))[1]:
                offered[name.upper()] = (name, float(amount))
    return offered


def _unheard(key: str, kind: str, amount: Any, name: str, most: float) -> RunError:
    offers = f"offers more than {most:g}" if most else f"offers {name}"
    return RunError(
        f"'{key}' asks for {kind} {amount}, but no Dask worker {offers}.",
        hint=f"Start one with: dask worker ADDRESS --resources {name}={_number(amount):g}",
    )


def _kill_workers(cluster: Any) -> None:
    for nanny in cluster.workers.values():
        nanny.auto_restart = False
        if nanny.pid:
            with suppress(ProcessLookupError):
                os.kill(nanny.pid, signal.SIGKILL)
