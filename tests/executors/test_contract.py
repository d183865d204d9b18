from __future__ import annotations

import pytest

from gluepy.exceptions import GluepyError
from gluepy.executors import BaseExecutor, Outcome
from gluepy.executors.serial import SerialExecutor
from gluepy.test.contracts.executor import ExecutorContract


class TestSerialExecutor(ExecutorContract):
    @pytest.fixture
    def executor(self) -> BaseExecutor:
        return SerialExecutor()

    def test_a_call_starts_when_its_outcome_is_asked_for(self, executor: BaseExecutor) -> None:
        started: list[int] = []
        executor.submit("1", started.append, 1)
        executor.submit("2", started.append, 2)
        assert started == []
        outcomes = executor.wait()
        next(iter(outcomes))
        assert started == [1]
        list(outcomes)
        assert started == [1, 2]

    def test_leaving_the_block_drops_what_waits(self, executor: BaseExecutor) -> None:
        started: list[int] = []
        with executor:
            executor.submit("1", started.append, 1)
        assert list(executor.wait()) == []
        assert started == []

    def test_ctrl_c_in_a_call_comes_out_and_the_rest_waits(self, executor: BaseExecutor) -> None:
        def interrupt() -> None:
            raise KeyboardInterrupt

        executor.submit("1", interrupt)
        executor.submit("2", int, 2)
        with pytest.raises(KeyboardInterrupt):
            list(executor.wait())
        assert [key for key, _ in executor.wait()] == ["2"]


class Unfinished(BaseExecutor): ...


def test_a_backend_that_defines_nothing_says_what_is_missing() -> None:
    with pytest.raises(NotImplementedError, match=r"Unfinished does not define submit\(\)"):
        Unfinished().submit("key", int)
    with pytest.raises(NotImplementedError, match=r"Unfinished does not define wait\(\)"):
        Unfinished().wait()


def test_an_outcome_holds_what_it_was_given() -> None:
    error = GluepyError("x")
    outcome = Outcome(1, error, 2.5)
    assert (outcome.value, outcome.error, outcome.seconds) == (1, error, 2.5)
