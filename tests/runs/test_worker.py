from __future__ import annotations

import json
import sys
from hashlib import sha256

import pytest

from gluepy.exceptions import ArtifactError
from gluepy.exec import Artifact, Task, task
from gluepy.files.storages import default_storage
from gluepy.runs.worker import Call, describe, place_of, run_task


def line_of(text: str) -> int:
    with open(__file__, encoding="utf-8") as file:
        lines = file.read().splitlines()
    return next(number for number, line in enumerate(lines, 1) if line.endswith(f"# {text}"))


def raised(function) -> BaseException:
    try:
        function()
    except BaseException as error:
        return error
    raise AssertionError


def test_a_task_reports_its_value_and_what_it_did() -> None:
    class Fine(Task):
        def run(self) -> int:
            default_storage.touch("a.txt", "x")
            return 7

    report = run_task(Call(Fine))
    assert (report.volatiles, report.error, report.failure) == ({}, None, None)
    digest = sha256(b"x").hexdigest()
    assert report.trace == {
        "reads": {},
        "writes": {"storage": ["a.txt"]},
        "outputs": {"a.txt": [1, digest]},
    }


def test_what_a_task_raises_is_in_its_report_with_what_it_did_until_then() -> None:
    class Bad(Task):
        def run(self) -> None:
            default_storage.touch("a.txt", "x")
            raise KeyError("missing")

    report = run_task(Call(Bad))
    assert isinstance(report.error, KeyError)
    assert report.trace["writes"] == {"storage": ["a.txt"]}


@pytest.mark.parametrize("code", [0, 3, "no luck", None])
def test_sys_exit_in_a_task_is_a_failure_of_the_task(code: object) -> None:
    class Leaving(Task):
        def run(self) -> None:
            sys.exit(code)

    error = run_task(Call(Leaving)).error
    assert isinstance(error, RuntimeError)
    assert str(error) == f"The task called sys.exit({code!r})."
    assert isinstance(error.__cause__, SystemExit)


def test_ctrl_c_in_a_task_comes_out() -> None:
    class Interrupted(Task):
        def run(self) -> None:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_task(Call(Interrupted))


def test_the_place_of_an_error_is_the_line_that_raised_it() -> None:
    def fail() -> None:
        raise ValueError  # here

    assert place_of(raised(fail)) == f"{__file__}:{line_of('here')}"


def test_the_place_of_an_error_is_in_the_users_code_not_in_libraries() -> None:
    def parse() -> None:
        json.loads("{")  # in a library

    assert place_of(raised(parse)) == f"{__file__}:{line_of('in a library')}"


def test_the_place_of_an_error_is_in_the_users_code_not_in_gluepy() -> None:
    def read() -> None:
        default_storage.open("no/such/file")  # in gluepy

    assert place_of(raised(read)) == f"{__file__}:{line_of('in gluepy')}"


def test_an_error_that_no_line_of_the_user_caused_has_no_place() -> None:
    @task
    def count(numbers: Artifact) -> None: ...

    report = run_task(Call(count))
    assert isinstance(report.error, ArtifactError)
    assert report.failure["place"] == ""


def test_the_place_of_a_syntax_error_is_the_line_that_cannot_be_read() -> None:
    error = raised(lambda: compile("a = 1\nb = = 2\n", "mine.py", "exec"))
    assert place_of(error) == "mine.py:2"


def test_an_error_that_was_never_raised_has_no_place() -> None:
    assert place_of(ValueError()) == ""


def test_an_error_is_described_with_everything_and_can_be_json() -> None:
    def fail() -> None:
        raise ValueError("wrong") from KeyError("cause")

    described = describe(raised(fail))
    assert (described["type"], described["message"]) == ("ValueError", "wrong")
    assert "KeyError: 'cause'" in described["traceback"]
    assert "direct cause" in described["traceback"]
    assert json.loads(json.dumps(described)) == described
