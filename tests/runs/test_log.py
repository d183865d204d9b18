from __future__ import annotations

import contextvars
import logging
import sys
import threading

import pytest

from gluepy.files.storages import default_storage
from gluepy.files.storages.memory import MemoryStorage
from gluepy.runs.log import RunLog, Tee, current_log
from gluepy.test import override_settings

logger = logging.getLogger("gluepy.tests")


class Whole(MemoryStorage):
    """A storage that cannot append, as object stores cannot."""

    supports_append = False


@pytest.fixture(params=["any", "whole"], autouse=True)
def storage(request: pytest.FixtureRequest, any_storage: str):
    if request.param == "any":
        yield
        return
    with override_settings(STORAGE_BACKEND=Whole, STORAGE_ROOT=""):
        yield


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def content(folder: str = "one") -> str:
    return default_storage.open(f"{folder}/logs/run.log", "r")


def test_records_and_prints_are_in_the_log_and_still_on_the_terminal(capsys) -> None:
    with RunLog("one"):
        logger.info("logged")
        say("printed")
        sys.stderr.write("complained\n")
    logger.info("afterwards")
    say("afterwards")
    lines = content().splitlines()
    assert lines[0].startswith("INFO ")
    assert lines[0].endswith("- logged")
    assert lines[1:] == ["printed", "complained"]
    shown = capsys.readouterr()
    assert shown.out == "printed\nafterwards\n"
    assert "complained" in shown.err


def test_colours_are_taken_out_of_the_log_only(capsys) -> None:
    with RunLog("one"):
        say("\x1b[1;31mred\x1b[0m and \x1b[?25lplain")
    assert content() == "red and plain\n"
    assert "\x1b[1;31mred" in capsys.readouterr().out


def test_secrets_are_masked_in_records_prints_and_tracebacks() -> None:
    with override_settings(API_TOKEN="hunter2"):
        with RunLog("one"):
            logger.info("token %s", "hunter2")
            say("and hunter2")
            try:
                raise ValueError("hunter2")
            except ValueError:
                logger.exception("failed")
        text = content()
    assert text.count("********") == 4
    assert "hunter2" not in text


def test_a_second_run_in_the_folder_continues_the_log() -> None:
    for text in ("first", "second"):
        with RunLog("one"):
            say(text)
    assert content() == "first\nsecond\n"


def test_two_runs_in_two_threads_have_two_logs() -> None:
    ready = threading.Barrier(2)

    def run(name: str) -> None:
        with RunLog(name):
            ready.wait()
            for number in range(50):
                logger.info("%s logs %d", name, number)
                say(f"{name} prints {number}")
            ready.wait()

    threads = [threading.Thread(target=run, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for name, other in (("one", "two"), ("two", "one")):
        assert content(name).count("\n") == 100
        assert f"{name} logs 49" in content(name)
        assert f"{name} prints 49" in content(name)
        assert other not in content(name)


def test_a_thread_a_task_starts_belongs_to_the_only_run() -> None:
    with RunLog("one"):
        thread = threading.Thread(target=say, args=("from a thread",))
        thread.start()
        thread.join()
    assert content() == "from a thread\n"


def test_a_thread_of_nobody_is_in_neither_of_two_logs() -> None:
    with RunLog("one"), RunLog("two"):
        thread = threading.Thread(target=say, args=("from a thread",))
        thread.start()
        thread.join()
        mine = contextvars.copy_context()
        thread = threading.Thread(target=mine.run, args=(say, "from mine"))
        thread.start()
        thread.join()
    assert content("two") == "from mine\n"
    assert content("one") == ""


def test_records_of_a_logger_that_does_not_propagate_are_in_the_log_once() -> None:
    loner = logging.getLogger("gluepy.tests.loner")
    loner.propagate = False
    try:
        with RunLog("one"):
            loner.info("alone")
    finally:
        loner.propagate = True
    assert content().count("alone") == 1


def test_the_streams_are_given_back_after_the_last_run() -> None:
    before = (sys.stdout, sys.stderr)
    handlers = logging.getLogger().handlers[:]
    outer, inner = RunLog("one"), RunLog("two")
    with outer, inner:
        assert isinstance(sys.stdout, Tee)
        assert current_log() is inner
        assert sys.stdout.encoding == before[0].encoding
    assert (sys.stdout, sys.stderr) == before
    assert logging.getLogger().handlers == handlers
    assert current_log() is None


def test_an_exception_keeps_what_was_logged() -> None:
    def work() -> None:
        say("before")
        raise KeyError

    with pytest.raises(KeyError), RunLog("one"):
        work()
    assert content() == "before\n"


def test_writelines_and_odd_texts_are_kept() -> None:
    with RunLog("one"):
        sys.stdout.writelines(["größe\n", "数据\n"])
        current_log().write("lone \ud800 surrogate\n")
    assert content() == "größe\n数据\nlone ? surrogate\n"


def test_where_the_storage_can_append_lines_are_there_as_they_come() -> None:
    with RunLog("one"):
        say("now")
        if default_storage.supports_append:
            assert content() == "now\n"
        else:
            assert not default_storage.exists("one/logs/run.log")
