"""Executors that share the memory of their caller."""

from __future__ import annotations

import threading
import time

import pytest

from gluepy.exceptions import TaskTimeoutError
from gluepy.executors.base import BaseExecutor
from gluepy.executors.channel import send
from gluepy.executors.serial import SerialExecutor
from gluepy.executors.threads import ThreadExecutor
from gluepy.test.contracts.executor import ExecutorContract, eventually, outcome_of, outcomes


class TestSerial(ExecutorContract):
    @pytest.fixture
    def make(self):
        return SerialExecutor


class TestThreads(ExecutorContract):
    @pytest.fixture
    def make(self):
        return ThreadExecutor


class Unfinished(BaseExecutor): ...


def test_a_backend_that_defines_nothing_says_what_is_missing():
    with pytest.raises(NotImplementedError, match=r"Unfinished does not define submit\(\)"):
        Unfinished().submit("key", int)
    with pytest.raises(NotImplementedError, match=r"Unfinished does not define wait\(\)"):
        Unfinished().wait()
    with pytest.raises(NotImplementedError, match=r"Unfinished does not define pending"):
        _ = Unfinished().pending


def test_a_serial_call_starts_when_its_outcome_is_asked_for():
    started = []
    executor = SerialExecutor()
    executor.submit("1", started.append, 1)
    executor.submit("2", started.append, 2)
    assert started == []
    outcomes = executor.wait()
    next(outcomes)
    assert started == [1]
    list(outcomes)
    assert started == [1, 2]


def test_ctrl_c_in_a_serial_call_leaves_the_rest_in_line():
    def interrupt():
        raise KeyboardInterrupt

    executor = SerialExecutor()
    executor.submit("1", interrupt)
    executor.submit("2", int, 2)
    with pytest.raises(KeyboardInterrupt):
        list(executor.wait())
    assert [key for key, _ in executor.wait()] == ["2"]


def test_a_serial_call_that_failed_late_keeps_its_own_error_as_the_cause():
    def late():
        time.sleep(0.05)
        raise ValueError("its own")

    error = outcome_of(SerialExecutor(), late, timeout=0.01).error
    assert isinstance(error, TaskTimeoutError)
    assert isinstance(error.__cause__, ValueError)


def test_a_thread_that_was_left_behind_tells_nothing_more():
    go, events, done = threading.Event(), [], threading.Event()

    def stuck():
        send("early")
        go.wait(60)
        send("late")
        done.set()

    with ThreadExecutor(workers=1, on_event=lambda key, event: events.append(event)) as executor:
        error = outcome_of(executor, stuck, timeout=0.05).error
        assert isinstance(error, TaskTimeoutError)
        go.set()
        assert done.wait(60)
    assert events == ["early"]


def test_leaving_the_block_waits_for_threads_that_run():
    go, ran = threading.Event(), []

    def slow():
        go.wait(60)
        ran.append(1)

    with ThreadExecutor(workers=1) as executor:
        executor.submit("slow", slow)
        threading.Timer(0.1, go.set).start()
    # A call that no thread had taken yet is dropped; one that runs is waited for.
    assert executor.pending in (0, 1)
    assert len(ran) == executor.pending


def test_ctrl_c_does_not_wait_for_threads():
    go = threading.Event()

    def leave():
        with ThreadExecutor(workers=1) as executor:
            executor.submit("slow", go.wait, 60)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leave()
    go.set()


def test_threads_end_with_their_executor():
    before = set(threading.enumerate())
    with ThreadExecutor(workers=3) as executor:
        for number in range(6):
            executor.submit(str(number), time.sleep, 0.01)
        outcomes(executor)
    assert eventually(lambda: set(threading.enumerate()) <= before)


def test_nobody_listens_outside_of_a_call():
    assert send("anything") is False
