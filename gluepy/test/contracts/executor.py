"""The contract of an executor: what every one has to do, gluepy's own and yours.

::

    class TestMyExecutor(ExecutorContract):
        @pytest.fixture
        def make(self):
            return MyExecutor           # called with workers=, initializer=, on_event=, …

Flags of the executor say what it can do; the contract holds it to them.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, ClassVar

import pytest

from gluepy.exceptions import (
    RemoteError,
    RunError,
    SettingsError,
    TaskTimeoutError,
    TransferError,
    WorkerDiedError,
)
from gluepy.executors.base import BaseExecutor, Outcome
from gluepy.test.contracts import calls

Make = Callable[..., BaseExecutor]


def outcomes(executor: BaseExecutor) -> dict[str, Outcome]:
    """Return what comes of all calls; each has one outcome."""
    found: dict[str, Outcome] = {}
    for key, outcome in executor.wait():
        assert key not in found, f"'{key}' has two outcomes"
        found[key] = outcome
    assert executor.pending == 0
    return found


def outcome_of(
    executor: BaseExecutor, function: Callable[..., Any], *args: Any, **options: Any
) -> Outcome:
    """Return what comes of one call."""
    executor.submit("it", function, *args, **options)
    return outcomes(executor)["it"]


def is_alive(pid: int) -> bool:
    """Tell whether a process exists and is no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


def eventually(condition: Callable[[], bool], seconds: float = 30.0) -> bool:
    """Wait until something holds."""
    limit = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > limit:
            return False
        time.sleep(0.02)
    return True


class ExecutorContract:
    """Tests to inherit from; the fixture ``make`` gives the class, or what acts like it."""

    # Whether workers come and go with the executor; those of a running cluster do not.
    has_own_workers: ClassVar[bool] = True

    @pytest.fixture
    def make(self) -> Make:
        """Return what makes an executor; subclasses define this."""
        raise NotImplementedError

    # --- Outcomes --------------------------------------------------------------------------

    def test_every_call_has_one_outcome_under_its_key(self, make: Make) -> None:
        with make(workers=2) as executor:
            for number in range(50):
                executor.submit(f"call {number}", calls.give, number)
            found = outcomes(executor)
        assert {key: outcome.value for key, outcome in found.items()} == {
            f"call {number}": number for number in range(50)
        }
        assert all(outcome.error is None for outcome in found.values())

    def test_without_parallel_calls_the_order_is_that_of_submission(self, make: Make) -> None:
        with make(workers=2) as executor:
            if executor.supports_parallel:
                return
            keys = [f"call {number}" for number in range(20)]
            for key in keys:
                executor.submit(key, calls.give, key)
            assert [key for key, _ in executor.wait()] == keys

    def test_a_thousand_quick_calls_with_more_submitted_between_outcomes(self, make: Make) -> None:
        total, values = 1_000, []
        with make(workers=2) as executor:
            submitted = min(total, executor.capacity)
            for number in range(submitted):
                executor.submit(str(number), calls.give, number)
            for _, outcome in executor.wait():
                values.append(outcome.value)
                if submitted < total:
                    executor.submit(str(submitted), calls.give, submitted)
                    submitted += 1
        assert sorted(values) == list(range(total))

    def test_nothing_submitted_is_nothing_to_wait_for(self, make: Make) -> None:
        with make(workers=1) as executor:
            assert list(executor.wait()) == []
            assert list(executor.wait(timeout=30)) == []

    def test_a_value_may_be_anything_none_and_errors_too(self, make: Make) -> None:
        with make(workers=1) as executor:
            executor.submit("none", calls.give, None)
            executor.submit("error", calls.give, ValueError("returned"))
            found = outcomes(executor)
        assert (found["none"].value, found["none"].error) == (None, None)
        assert repr(found["error"].value) == "ValueError('returned')"
        assert found["error"].error is None

    def test_calls_are_timed(self, make: Make) -> None:
        with make(workers=1) as executor:
            assert outcome_of(executor, time.sleep, 0.02).seconds >= 0.02

    def test_one_key_may_come_again_once_it_has_its_outcome(self, make: Make) -> None:
        with make(workers=1) as executor:
            for number in range(3):
                assert outcome_of(executor, calls.give, number).value == number

    def test_large_arguments_and_values_arrive(self, make: Make) -> None:
        content = os.urandom(3_000_000)
        with make(workers=2) as executor:
            for key in "abcd":
                executor.submit(key, calls.give, content)
            assert all(outcome.value == content for outcome in outcomes(executor).values())

    def test_closures_and_lambdas_run(self, make: Make) -> None:
        add = 3
        with make(workers=1) as executor:
            outcome = outcome_of(executor, lambda number: lambda: number + add, 4)
        assert outcome.error is None
        assert outcome.value() == 7

    def test_wait_stops_after_its_timeout_and_can_be_begun_anew(
        self, make: Make, tmp_path: Path
    ) -> None:
        with make(workers=2) as executor:
            if not executor.supports_parallel:
                return
            executor.submit("slow", calls.wait_for, str(tmp_path), "go")
            assert list(executor.wait(timeout=0.05)) == []
            assert list(executor.wait(timeout=0)) == []
            assert executor.pending == 1
            (tmp_path / "go").touch()
            assert outcomes(executor)["slow"].value is True

    def test_the_iteration_may_be_left_and_begun_anew(self, make: Make) -> None:
        with make(workers=2) as executor:
            for key in "abc":
                executor.submit(key, calls.give, key)
            first = next(iter(executor.wait()))[0]
            assert {first, *outcomes(executor)} == set("abc")

    def test_calls_run_at_the_same_time_where_that_is_promised(
        self, make: Make, tmp_path: Path
    ) -> None:
        with make(workers=2) as executor:
            if not executor.supports_parallel:
                return
            executor.submit("a", calls.meet, str(tmp_path), "a", "b")
            executor.submit("b", calls.meet, str(tmp_path), "b", "a")
            assert [outcome.value for outcome in outcomes(executor).values()] == [True, True]

    def test_no_call_is_stuck_behind_a_long_one(self, make: Make, tmp_path: Path) -> None:
        with make(workers=2) as executor:
            if not executor.supports_parallel:
                return
            names = [f"quick {number}" for number in range(6)]
            executor.submit("long", calls.wait_for, str(tmp_path), *names)
            for name in names:
                executor.submit(name, calls.leave_trace, str(tmp_path), name)
            assert outcomes(executor)["long"].value is True

    @pytest.mark.parametrize("workers", [0, -1, "two"])
    def test_a_senseless_number_of_workers_is_refused(self, make: Make, workers: Any) -> None:
        with pytest.raises(SettingsError, match=f"cannot have {workers!r} workers"):
            make(workers=workers)

    # --- Errors ----------------------------------------------------------------------------

    def test_an_error_arrives_whole(self, make: Make) -> None:
        with make(workers=1) as executor:
            error = outcome_of(executor, calls.fail, KeyError("a", 1)).error
            assert type(error) is KeyError
            assert error.args == ("a", 1)
            assert error.__notes__ == ["a note"]
            if executor.is_local:
                assert error.__traceback__ is not None
            else:
                assert "in fail" in str(error.__cause__)
                assert "KeyError: ('a', 1)" in str(error.__cause__)

    @pytest.mark.parametrize(
        ("function", "kind", "text"),
        [
            (calls.fail_with_two, calls.NeedsTwoError, "this and that"),
            (calls.fail_with_lock, calls.HoldsLockError, "it is locked"),
        ],
    )
    def test_an_error_that_cannot_travel_has_a_stand_in(
        self, make: Make, function: Callable[..., Any], kind: type[Exception], text: str
    ) -> None:
        with make(workers=1) as executor:
            error = outcome_of(executor, function).error
            assert error is not None
            if executor.is_local:
                assert type(error) is kind
                return
        assert isinstance(error, RemoteError)
        assert error.type_name == f"gluepy.test.contracts.calls.{kind.__name__}"
        assert error.text == text
        assert f"in {function.__name__}" in str(error.__cause__)

    def test_a_value_that_cannot_travel_fails_its_call_by_name(self, make: Make) -> None:
        with make(workers=1) as executor:
            outcome = outcome_of(executor, calls.return_lock)
            if executor.is_local:
                assert outcome.error is None
                return
        assert isinstance(outcome.error, TransferError)
        assert "the _thread.lock that 'it' returned" in str(outcome.error)

    def test_a_call_that_cannot_travel_fails_alone(self, make: Make) -> None:
        with make(workers=1) as executor:
            executor.submit("bad", calls.give, threading.Lock())
            executor.submit("good", calls.give, 1)
            found = outcomes(executor)
            assert found["good"].value == 1
            if not executor.is_local:
                assert isinstance(found["bad"].error, TransferError)
                assert "the call 'bad' of give" in str(found["bad"].error)

    @pytest.mark.parametrize("name", ["SystemExit", "KeyboardInterrupt"])
    def test_what_is_no_exception_comes_out(self, make: Make, name: str) -> None:
        kind = {"SystemExit": SystemExit, "KeyboardInterrupt": KeyboardInterrupt}[name]
        with make(workers=1) as executor:
            executor.submit("leave", calls.leave, name)
            with pytest.raises(kind):
                outcomes(executor)
            assert outcome_of(executor, calls.give, 1).value == 1

    # --- Cancelling ------------------------------------------------------------------------

    def test_what_has_not_started_can_be_dropped(self, make: Make, tmp_path: Path) -> None:
        names = [f"call {number}" for number in range(20)]
        with make(workers=1) as executor:
            if executor.supports_parallel:
                executor.submit("first", calls.meet, str(tmp_path), "first", "go")
                assert list(executor.wait(timeout=0.2)) == []
                assert eventually((tmp_path / "first").exists)
            for name in names:
                executor.submit(name, calls.leave_trace, str(tmp_path), name)
            executor.cancel()
            (tmp_path / "go").touch()
            found = outcomes(executor)
            assert outcome_of(executor, calls.give, 1).value == 1
        ran = {name for name in names if (tmp_path / name).exists()}
        assert set(found) - {"first"} <= ran
        if self.has_own_workers:
            assert ran <= set(found)
            assert len(ran) <= 1

    # --- Events ----------------------------------------------------------------------------

    def test_events_come_in_order_before_the_outcome(self, make: Make) -> None:
        events: list[tuple[str, Any]] = []
        before: dict[str, int] = {}
        with make(workers=2, on_event=lambda key, event: events.append((key, event))) as executor:
            for key in "abc":
                executor.submit(key, calls.tell, key, 40)
            for key, outcome in executor.wait():
                assert outcome.error is None
                before[key] = sum(1 for sender, _ in events if sender == key)
        assert before == dict.fromkeys("abc", 40)
        for key in "abc":
            assert [event for sender, event in events if sender == key] == [
                (key, number) for number in range(40)
            ]

    def test_a_thread_of_a_call_sends_too(self, make: Make) -> None:
        events: list[tuple[str, Any]] = []
        with make(workers=1, on_event=lambda key, event: events.append((key, event))) as executor:
            assert outcome_of(executor, calls.tell_from_thread, "hello").value is True
        assert events == [("it", "hello")]

    def test_what_a_worker_prints_arrives_as_events(self, make: Make) -> None:
        events: list[Any] = []
        with make(workers=1, on_event=lambda key, event: events.append((key, *event))) as executor:
            if executor.is_local:
                return
            outcome_of(executor, calls.write_lines, "it")
        printed = [text for _, _, name, text in events if name == "stdout"]
        assert "".join(printed) == "it says größe\nand"
        assert ("it", "stream", "stderr", "it warns\n") in events

    # --- Workers ---------------------------------------------------------------------------

    def test_each_worker_process_is_set_up_once(self, make: Make) -> None:
        # Workers that go on running may have been set up by others before.
        text = f"for {id(self)} {time.time_ns()}"
        with make(workers=2, initializer=calls.set_up, initargs=(text,)) as executor:
            for number in range(10):
                executor.submit(str(number), calls.what_was_set_up)
            found = [outcome.value for outcome in outcomes(executor).values()]
            expected = ([], "unset") if executor.is_local else ([text], text)
        assert [([one for one in done if one == text], value) for done, value in found] == (
            [expected] * 10
        )

    def test_context_variables_are_the_same_inside_and_stay_inside(self, make: Make) -> None:
        token = calls.variable.set("outside")
        try:
            with make(workers=1, initializer=calls.set_up, initargs=("outside",)) as executor:
                for number in range(3):
                    executor.submit(str(number), calls.change_variable)
                found = [outcome.value for outcome in outcomes(executor).values()]
            assert found == ["outside"] * 3
            assert calls.variable.get() == "outside"
        finally:
            calls.variable.reset(token)

    def test_workers_have_the_environment_of_today(
        self, make: Make, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for value in ("first", "second"):
            monkeypatch.setenv("GLUEPY_CONTRACT", value)
            with make(workers=1) as executor:
                outcome = outcome_of(executor, calls.environment, "GLUEPY_CONTRACT")
            assert outcome.value == value or not self.has_own_workers

    def test_workers_that_cannot_be_set_up_are_an_error_of_their_own(self, make: Make) -> None:
        with make(workers=1, initializer=calls.set_up_badly) as executor:
            if executor.is_local:
                return
            with pytest.raises(RunError, match="cannot start: ValueError: no such settings"):
                outcome_of(executor, calls.give, 1)

    @pytest.mark.parametrize(
        ("function", "how"),
        [(calls.die, "left with exit code 3"), (calls.die_by_kill, "was killed by SIGKILL")],
    )
    def test_a_worker_that_dies_fails_its_call_alone(
        self, make: Make, tmp_path: Path, function: Callable[..., Any], how: str
    ) -> None:
        names = [f"call {number}" for number in range(12)]
        with make(workers=2) as executor:
            if not executor.supports_worker_death:
                return
            for name in names[:2]:
                executor.submit(name, calls.leave_trace, str(tmp_path), name)
            executor.submit("dies", function)
            for name in names[2:]:
                executor.submit(name, calls.leave_trace, str(tmp_path), name)
            found = outcomes(executor)
        error = found.pop("dies").error
        assert isinstance(error, WorkerDiedError)
        assert "'dies'" in str(error)
        assert self.says_how(str(error), how)
        assert {key: outcome.value for key, outcome in found.items()} == {
            name: name for name in names
        }
        if self.has_own_workers:
            assert {name: (tmp_path / name).read_text() for name in names} == dict.fromkeys(
                names, "x"
            )

    def says_how(self, text: str, how: str) -> bool:
        """Tell whether an error says how a worker died, for executors that get to know."""
        return how in text

    # --- Timeouts --------------------------------------------------------------------------

    def test_a_call_that_takes_too_long_fails(self, make: Make, tmp_path: Path) -> None:
        with make(workers=1) as executor:
            # Where a call has to return, "go" lets it; elsewhere it would wait for a minute.
            ends = executor.supports_hard_timeout or (
                executor.is_local and executor.supports_parallel
            )
            function, args = (
                (calls.wait_for, (str(tmp_path), "go")) if ends else (time.sleep, (0.3,))
            )
            executor.submit("late", function, *args, timeout=0.2)
            executor.submit("next", calls.give, 1, timeout=30)
            found = outcomes(executor)
            (tmp_path / "go").touch()
        error = found["late"].error
        assert isinstance(error, TaskTimeoutError)
        assert isinstance(error, TimeoutError)
        assert "'late' took longer than its timeout of 0.2 s" in str(error)
        assert found["next"].value == 1

    def test_a_call_in_time_is_left_alone(self, make: Make) -> None:
        with make(workers=1) as executor:
            assert outcome_of(executor, calls.give, 1, timeout=30).value == 1

    # --- Leaving ---------------------------------------------------------------------------

    def test_leaving_the_block_ends_what_runs_and_leaves_no_process(
        self, make: Make, tmp_path: Path
    ) -> None:
        pids = []
        with make(workers=2) as executor:
            if executor.is_local:
                return
            for name in ("a", "b"):
                executor.submit(name, calls.sleep_with_pid, str(tmp_path), name)
            assert list(executor.wait(timeout=0.1)) == []
            if not self.has_own_workers:
                return
            assert eventually(lambda: all((tmp_path / name).exists() for name in "ab"))
            pids = [int((tmp_path / name).read_text()) for name in "ab"]
            assert all(map(is_alive, pids))
        assert not any(map(is_alive, pids))
        assert os.getpid() not in pids

    def test_leaving_by_an_error_leaves_no_process_either(self, make: Make) -> None:
        pids: set[int] = set()

        def work() -> None:
            with make(workers=2) as executor:
                if executor.is_local or not self.has_own_workers:
                    return
                _take_pids(executor, pids)
                raise KeyboardInterrupt

        with contextlib.suppress(KeyboardInterrupt):
            work()
        assert not any(map(is_alive, pids))


def _take_pids(executor: BaseExecutor, pids: set[int]) -> None:
    for number in range(8):
        executor.submit(str(number), calls.pid)
    found: Iterable[Outcome] = outcomes(executor).values()
    pids.update(outcome.value for outcome in found)
