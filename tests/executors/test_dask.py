"""DaskExecutor, on a cluster of its own and on one that was running before."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys

import pytest

from gluepy.exceptions import RunError, WorkerDiedError
from gluepy.executors.dask import DaskExecutor
from gluepy.test import override_settings
from gluepy.test.contracts import calls
from gluepy.test.contracts.executor import (
    ExecutorContract,
    eventually,
    is_alive,
    outcome_of,
)
from tests.architecture.sources import ROOT

CLUSTER = """
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(
        n_workers=2, threads_per_worker=1, resources={"GPU": 1, "MEMORY": 1e9},
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """Return the address of a scheduler that somebody else has started."""
    path = tmp_path_factory.mktemp("cluster") / "cluster.py"
    path.write_text(CLUSTER)
    process = subprocess.Popen(
        [sys.executable, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    yield process.stdout.readline().strip()
    process.communicate()


class DaskContract(ExecutorContract):
    def says_how(self, text, how):
        return "The Dask worker that ran 'dies' died." in text


class TestOwnCluster(DaskContract):
    @pytest.fixture
    def make(self):
        return DaskExecutor


class TestRunningCluster(DaskContract):
    has_own_workers = False

    @pytest.fixture
    def make(self, address):
        return functools.partial(DaskExecutor, address=address)

    def test_leaving_the_block_ends_what_runs_and_leaves_no_process(self):
        """Leave out: its calls would keep the workers of others busy for a minute."""


def test_the_address_of_the_scheduler_is_a_setting(address):
    with override_settings(DASK_SCHEDULER_ADDRESS=address), DaskExecutor() as executor:
        assert executor.supports_hard_timeout is False
        assert outcome_of(executor, calls.pid).value != os.getpid()


def test_a_running_cluster_goes_on_running(address):
    with DaskExecutor(address=address) as executor:
        pid = outcome_of(executor, calls.pid).value
    assert is_alive(pid)


def test_on_a_running_cluster_dask_decides_how_often_a_call_kills(address):
    with DaskExecutor(address=address) as executor:
        assert executor.supports_worker_death is False
        error = outcome_of(executor, calls.die).error
        assert isinstance(error, WorkerDiedError)
        assert outcome_of(executor, calls.give, 1).value == 1


def test_an_address_where_nobody_answers_is_an_error(monkeypatch):
    monkeypatch.setattr("gluepy.executors.dask_cluster._SECONDS_TO_CONNECT", 1)
    with (
        DaskExecutor(address="tcp://127.0.0.1:1") as executor,
        pytest.raises(RunError, match=r"No Dask scheduler answers at 'tcp://127.0.0.1:1'"),
    ):
        executor.submit("a", calls.give, 1)


def test_resources_are_dasks(address):
    with DaskExecutor(address=address) as executor:
        enough = {"gpu": 1, "memory": "500 MB", "cpu": 64}
        assert outcome_of(executor, calls.give, 1, resources=enough).value == 1
        error = outcome_of(executor, calls.give, 1, resources={"gpu": 2}).error
    assert "'it' asks for gpu 2, but no Dask worker offers more than 1." in str(error)


def test_a_cluster_of_its_own_gives_all_it_has(tmp_path):
    with DaskExecutor(workers=1) as executor:
        much = {"gpu": 8, "memory": "500 GB", "cpu": 64}
        assert outcome_of(executor, calls.give, 1, resources=much).value == 1


def test_an_executor_is_closed_without_having_been_used():
    with DaskExecutor(workers=1) as executor:
        assert executor.pending == 0


def test_no_worker_outlives_a_parent_that_was_killed(tmp_path):
    path = tmp_path / "program.py"
    path.write_text(f"""
from gluepy.executors.dask import DaskExecutor
from gluepy.test.contracts import calls
with DaskExecutor(workers=2) as executor:
    for name in "ab":
        executor.submit(name, calls.sleep_with_pid, {str(tmp_path)!r}, name)
    list(executor.wait())
""")
    process = subprocess.Popen(
        [sys.executable, str(path)], env={**os.environ, "PYTHONPATH": str(ROOT)}
    )
    assert eventually(lambda: all((tmp_path / name).exists() for name in "ab"))
    pids = [int((tmp_path / name).read_text()) for name in "ab"]
    process.kill()
    process.wait()
    assert eventually(lambda: not any(map(is_alive, pids)))


def test_a_call_that_was_settled_is_not_made_again_when_its_worker_dies(tmp_path):
    path = tmp_path / "calls.txt"

    def add_line():
        with open(path, "a") as file:
            file.write(f"{os.getpid()}\n")

    with DaskExecutor(workers=2) as executor:
        executor.submit("it", add_line)
        (call,) = executor._open.values()
        assert [outcome.error for _, outcome in executor.wait()] == [None]
        pid = int(path.read_text())
        os.kill(pid, signal.SIGKILL)
        # Somebody still holds the result that is lost now, so Dask makes the call again.
        assert call.future.result(timeout=30)[0] is False
    assert path.read_text() == f"{pid}\n"


@pytest.mark.skipif(os.name == "nt", reason="Windows can only spawn")
def test_workers_start_as_the_setting_says():
    with DaskExecutor(workers=1) as executor:
        assert outcome_of(executor, os.getppid).value != os.getpid()
    with override_settings(EXECUTOR_START_METHOD="spawn"), DaskExecutor(workers=1) as executor:
        assert outcome_of(executor, os.getppid).value == os.getpid()


def test_workers_have_the_environment_of_the_run(monkeypatch):
    with DaskExecutor(workers=1) as executor:
        assert outcome_of(executor, calls.environment, "OF_THE_RUN").value is None
    monkeypatch.setenv("OF_THE_RUN", "second")
    with DaskExecutor(workers=1) as executor:
        assert outcome_of(executor, calls.environment, "OF_THE_RUN").value == "second"


def test_the_module_of_the_executor_imports_nothing_of_dask():
    code = "import sys, gluepy.executors.dask; sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
