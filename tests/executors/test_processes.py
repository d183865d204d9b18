"""Executors of processes: what the contract asks, and what only processes can get wrong."""

from __future__ import annotations

import functools
import os
import signal
import subprocess
import sys
import textwrap
import time

import pytest

from gluepy.exceptions import SettingsError, WorkerDiedError
from gluepy.executors.processes import ProcessExecutor
from gluepy.test import override_settings
from gluepy.test.contracts import calls
from gluepy.test.contracts.executor import (
    ExecutorContract,
    eventually,
    is_alive,
    outcome_of,
    outcomes,
)
from tests.architecture.sources import ROOT


class TestSpawn(ExecutorContract):
    @pytest.fixture
    def make(self):
        return functools.partial(ProcessExecutor, start_method="spawn")


class TestForkserver(ExecutorContract):
    @pytest.fixture
    def make(self):
        return functools.partial(ProcessExecutor, start_method="forkserver")


SCRIPT = """
import os, sys, time
from gluepy.executors.processes import ProcessExecutor
print("started", flush=True)

class MyError(Exception):
    pass

class Value:
    def __init__(self, number):
        self.number = number

def double(value):
    return Value(2 * value.number)

def fail():
    raise MyError("mine")

def pid_and(rest):
    print("worker", os.getpid(), flush=True)
    rest()

def burn():
    while True:
        pass

def show(key, event):
    print(event[2], end="", flush=True)
"""


@pytest.fixture
def script(tmp_path):
    """Start a program that nobody has guarded with ``if __name__ == "__main__"``."""
    started = []

    def start(body, **options):
        path = tmp_path / "program.py"
        path.write_text(SCRIPT + textwrap.dedent(body))
        environ = {**os.environ, "PYTHONPATH": str(ROOT)}
        process = subprocess.Popen(
            [sys.executable, str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=environ,
            **options,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


def read_workers(process, count):
    pids = []
    while len(pids) < count:
        line = process.stdout.readline()
        assert line, process.stderr.read()
        if line.startswith("worker "):
            pids.append(int(line.split()[1]))
    return pids


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_a_script_without_a_guard_runs_once_and_sends_what_it_defines(script, method):
    process = script(f"""
        with ProcessExecutor(workers=2, start_method="{method}") as executor:
            executor.submit("a", double, Value(4))
            executor.submit("b", fail)
            for key, outcome in executor.wait():
                error = outcome.error
                print(key, isinstance(error, MyError) if error else outcome.value.number)
                print(key, error or isinstance(outcome.value, Value))
        """)
    output, errors = process.communicate(timeout=60)
    assert sorted(output.splitlines()) == ["a 8", "a True", "b True", "b mine", "started"], errors
    assert errors == ""


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
@pytest.mark.parametrize("rest", ["burn", "functools.partial(time.sleep, 600)"])
def test_no_worker_outlives_a_parent_that_was_killed(script, method, rest):
    process = script(f"""
        import functools
        with ProcessExecutor(workers=2, start_method="{method}", on_event=show) as executor:
            executor.submit("a", pid_and, {rest})
            executor.submit("b", pid_and, {rest})
            list(executor.wait())
        """)
    pids = read_workers(process, 2)
    assert all(map(is_alive, pids))
    process.kill()
    process.wait()
    assert eventually(lambda: not any(map(is_alive, pids)))


def test_ctrl_c_in_the_terminal_is_the_parents_alone_and_ends_every_worker(script):
    process = script(
        """
        try:
            with ProcessExecutor(workers=2, on_event=show) as executor:
                executor.submit("a", pid_and, burn)
                executor.submit("b", pid_and, burn)
                list(executor.wait())
        except KeyboardInterrupt:
            print("interrupted")
        """,
        start_new_session=True,
    )
    pids = read_workers(process, 2)
    os.killpg(process.pid, signal.SIGINT)
    output, errors = process.communicate(timeout=60)
    assert output == "interrupted\n"
    assert errors == ""
    assert not any(map(is_alive, pids))


def test_an_executor_that_nobody_closes_does_not_keep_the_program(script):
    process = script("""
        executor = ProcessExecutor(workers=2, on_event=show)
        executor.submit("a", pid_and, list)
        list(executor.wait())
        """)
    [pid] = read_workers(process, 1)
    process.communicate(timeout=60)
    assert process.returncode == 0
    assert not is_alive(pid)


def test_a_dead_worker_is_no_zombie():
    with ProcessExecutor(workers=1) as executor:
        pid = outcome_of(executor, calls.pid).value
        outcome_of(executor, calls.die)
        assert not os.path.exists(f"/proc/{pid}")
        assert outcome_of(executor, calls.pid).value != pid


def test_an_idle_worker_that_is_killed_costs_no_call():
    with ProcessExecutor(workers=1) as executor:
        for _ in range(3):
            pid = outcome_of(executor, calls.pid).value
            os.kill(pid, signal.SIGKILL)
            assert eventually(lambda pid=pid: not is_alive(pid))
            assert outcome_of(executor, calls.give, 1).value == 1


def test_workers_are_used_again():
    with ProcessExecutor(workers=2) as executor:
        for number in range(40):
            executor.submit(str(number), calls.pid)
        assert len({outcome.value for outcome in outcomes(executor).values()}) <= 2


def test_a_worker_leaves_children_of_its_own_the_usual_signals():
    def child():
        code = "import signal; print(signal.getsignal(signal.SIGINT) is signal.SIG_IGN)"
        return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout

    with ProcessExecutor(workers=1) as executor:
        assert outcome_of(executor, child).value.strip() == "False"


def test_a_call_may_start_processes_of_its_own():
    def parallel():
        import multiprocessing

        with multiprocessing.get_context("spawn").Pool(1) as pool:
            return pool.map(abs, [-1, -2])

    with ProcessExecutor(workers=1) as executor:
        assert outcome_of(executor, parallel).value == [1, 2]


def test_a_worker_whose_child_goes_on_is_still_missed():
    def die_and_leave_a_child():
        if os.fork() == 0:
            time.sleep(5)
            os._exit(0)
        os._exit(7)

    for method in ("spawn", "forkserver"):
        with ProcessExecutor(workers=1, start_method=method) as executor:
            error = outcome_of(executor, die_and_leave_a_child).error
        assert isinstance(error, WorkerDiedError)
        assert "exit code 7" in str(error)


def test_workers_that_die_before_they_are_ready_are_an_error_not_a_loop():
    with (
        ProcessExecutor(workers=1, initializer=calls.die) as executor,
        pytest.raises(WorkerDiedError, match=r"died before they were ready; .* exit code 3"),
    ):
        outcome_of(executor, calls.give, 1)


def test_the_way_to_start_processes_is_a_setting():
    with (
        override_settings(EXECUTOR_START_METHOD="teleport", EXECUTOR_WORKERS=3),
        pytest.raises(SettingsError, match=r"by 'teleport' here. EXECUTOR_START_METHOD is one of"),
    ):
        ProcessExecutor()
    with override_settings(EXECUTOR_START_METHOD="spawn", EXECUTOR_WORKERS=3):
        executor = ProcessExecutor()
        assert executor.workers == 3
        assert executor._context.get_start_method() == "spawn"


def test_closures_ask_for_cloudpickle_by_its_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "cloudpickle", None)
    with ProcessExecutor(workers=1) as executor:
        error = outcome_of(executor, lambda: 1).error
        assert "the package 'cloudpickle', which is not installed" in str(error)
        assert "pip install 'gluepy[processes]'" in str(error)
        assert outcome_of(executor, calls.give, 1).value == 1
