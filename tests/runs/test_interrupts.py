from __future__ import annotations

import os
import signal
import threading

import pytest

from gluepy.exceptions import RunKilledError
from gluepy.runs.interrupts import STOPPING, Terminated, terminable, undisturbed


def handlers() -> list:
    return [signal.getsignal(number) for number in (signal.SIGINT, *STOPPING)]


@pytest.fixture(autouse=True)
def same_handlers_afterwards():
    before = handlers()
    yield
    assert handlers() == before


@pytest.mark.parametrize("number", STOPPING)
def test_a_signal_ends_the_block_with_the_code_a_shell_expects(number: int) -> None:
    with pytest.raises(RunKilledError) as error, terminable():
        os.kill(os.getpid(), number)
    assert error.value.exit_code == 128 + number
    assert str(error.value) == f"The run was stopped by {signal.Signals(number).name}."


def test_no_except_exception_stops_a_signal() -> None:
    reached = []

    def work() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        except Exception:
            reached.append("except")
        reached.append("after")

    with pytest.raises(RunKilledError), terminable():
        work()
    assert reached == []


def test_clean_up_runs_before_the_block_ends() -> None:
    cleaned = []

    def work() -> None:
        try:
            signal.raise_signal(signal.SIGTERM)
        finally:
            cleaned.append(1)

    with pytest.raises(RunKilledError), terminable():
        work()
    assert cleaned == [1]


def test_ctrl_c_stays_what_it_is() -> None:
    with pytest.raises(KeyboardInterrupt), terminable():
        signal.raise_signal(signal.SIGINT)


def test_a_handler_of_the_program_is_left_alone() -> None:
    heard = []
    former = signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))
    try:
        with terminable():
            signal.raise_signal(signal.SIGTERM)
    finally:
        signal.signal(signal.SIGTERM, former)
    assert heard == [signal.SIGTERM]


@pytest.mark.parametrize(
    ("number", "error"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)]
)
def test_signals_are_put_off_to_the_end_of_a_block_that_is_not_to_be_torn(number, error) -> None:
    done = []

    def work() -> None:
        with undisturbed():
            signal.raise_signal(number)
            done.append(1)
        done.append("not reached")

    with pytest.raises((error, RunKilledError)), terminable():
        work()
    assert done == [1]


def test_the_first_of_several_signals_counts() -> None:
    def work() -> None:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)

    with pytest.raises(RunKilledError, match="SIGTERM"), terminable(), undisturbed():
        work()


def test_in_another_thread_nothing_is_handled_and_nothing_breaks() -> None:
    errors = []

    def work() -> None:
        try:
            with terminable(), undisturbed():
                pass
        except BaseException as error:
            errors.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert errors == []
