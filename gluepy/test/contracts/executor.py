"""The contract of an executor: what every backend has to do, gluepy's own and yours.

::

    class TestMyExecutor(ExecutorContract):
        @pytest.fixture
        def executor(self):
            return MyExecutor()
"""

from __future__ import annotations

from typing import Any

import pytest

from gluepy.executors.base import BaseExecutor, Outcome


class StopNow(BaseException):
    """Not an ``Exception``: like Ctrl-C, it ends the whole."""


class ExecutorContract:
    """Tests to inherit from; the fixture ``executor`` gives a new executor for each test.

    What is called here are functions of this module and of the standard library, so that
    executors in other processes can be handed them.
    """

    @pytest.fixture
    def executor(self) -> BaseExecutor:
        """Return a new executor; subclasses define this."""
        raise NotImplementedError

    def test_every_call_has_one_outcome_under_its_key(self, executor: BaseExecutor) -> None:
        """Yield what each call returned."""
        with executor:
            for number in range(20):
                executor.submit(f"call {number}", pow, number, 2)
            outcomes = _values(executor)
        assert outcomes == {f"call {number}": number**2 for number in range(20)}

    def test_without_parallelism_the_order_is_kept(self, executor: BaseExecutor) -> None:
        """Yield outcomes in the order of submission unless several calls run at once."""
        with executor:
            for number in range(9):
                executor.submit(str(number), int, number)
            keys = [key for key, _ in executor.wait()]
        in_order = [str(number) for number in range(9)]
        assert keys == in_order or (executor.supports_parallel and sorted(keys) == in_order)

    def test_what_a_call_raises_is_its_outcome(self, executor: BaseExecutor) -> None:
        """Hand over the exception whole, and go on with the other calls."""
        with executor:
            executor.submit("bad", _fail, "what went wrong", 7)
            executor.submit("good", int, "5")
            outcomes = dict(executor.wait())
        error = outcomes["bad"].error
        assert isinstance(error, ValueError)
        assert error.args == ("what went wrong", 7)
        assert outcomes["bad"].value is None
        assert (outcomes["good"].value, outcomes["good"].error) == (5, None)

    def test_a_value_may_be_anything_none_and_exceptions_too(self, executor: BaseExecutor) -> None:
        """Tell an exception that was returned from one that was raised."""
        with executor:
            executor.submit("none", _nothing)
            executor.submit("error", ValueError, "returned")
            outcomes = dict(executor.wait())
        assert (outcomes["none"].value, outcomes["none"].error) == (None, None)
        assert isinstance(outcomes["error"].value, ValueError)
        assert outcomes["error"].error is None

    def test_calls_are_timed(self, executor: BaseExecutor) -> None:
        """Say how long each call took."""
        from time import sleep

        with executor:
            executor.submit("slow", sleep, 0.02)
            ((_, outcome),) = executor.wait()
        assert outcome.seconds >= 0.02

    def test_more_may_be_submitted_between_two_outcomes(self, executor: BaseExecutor) -> None:
        """Yield what was submitted while waiting as well."""
        seen: list[tuple[str, Any]] = []
        with executor:
            executor.submit("1", int, 1)
            for key, outcome in executor.wait():
                seen.append((key, outcome.value))
                if outcome.value < 5:
                    executor.submit(str(outcome.value + 1), int, outcome.value + 1)
        assert seen == [(str(number), number) for number in range(1, 6)]

    def test_waiting_for_nothing_ends_at_once_and_again_after_work(
        self, executor: BaseExecutor
    ) -> None:
        """Wait as often as asked."""
        with executor:
            assert _values(executor) == {}
            executor.submit("one", int, 1)
            assert _values(executor) == {"one": 1}
            assert _values(executor) == {}
            executor.submit("two", int, 2)
            assert _values(executor) == {"two": 2}

    def test_one_key_may_come_again_once_it_has_its_outcome(self, executor: BaseExecutor) -> None:
        """Let a task be tried again under its name."""
        with executor:
            executor.submit("same", int, 1)
            assert _values(executor) == {"same": 1}
            executor.submit("same", int, 2)
            assert _values(executor) == {"same": 2}

    def test_cancelled_calls_that_have_not_started_never_do(self, executor: BaseExecutor) -> None:
        """Drop what waits; what has ended keeps its outcome."""
        with executor:
            executor.submit("first", int, 1)
            outcomes = executor.wait()
            assert next(iter(outcomes))[0] == "first"
            executor.cancel()
            assert list(outcomes) == []

    def test_what_is_no_exception_comes_out(self, executor: BaseExecutor) -> None:
        """Let Ctrl-C and its like through to whoever waits."""
        executor.submit("stop", _stop)
        with pytest.raises(StopNow), executor:
            list(executor.wait())

    def test_an_exception_in_the_block_comes_out_of_it(self, executor: BaseExecutor) -> None:
        """Leave no call behind that nobody waits for."""
        executor.submit("never asked for", int, 1)
        with pytest.raises(KeyError, match="caller"), executor:
            raise KeyError("caller")


def _values(executor: BaseExecutor) -> dict[str, Any]:
    outcomes: dict[str, Outcome] = dict(executor.wait())
    return {key: outcome.value for key, outcome in outcomes.items()}


def _fail(*args: Any) -> None:
    raise ValueError(*args)


def _nothing() -> None:
    """Return None."""


def _stop() -> None:
    raise StopNow
