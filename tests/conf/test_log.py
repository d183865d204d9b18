from __future__ import annotations

import io
import logging
import re
import sys
from collections.abc import Callable, Iterator

import pytest

from gluepy.conf import log
from gluepy.exceptions import SettingsError
from gluepy.test import override_settings


@pytest.fixture
def configure(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Configure logging as in a process where nobody has; everything is put back."""
    root, names = logging.getLogger(), ("gluepy", "mine", "other")
    level, levels = root.level, {name: logging.getLogger(name).level for name in names}
    is_first = [True]

    def configure(modules: list[str] | None = None) -> None:
        if is_first:  # pytest has added its own handlers after the fixtures were made
            is_first.clear()
            monkeypatch.setattr(root, "handlers", [])
        log.configure(modules or [])

    yield configure
    root.setLevel(level)
    for name in names:
        logging.getLogger(name).setLevel(levels[name])
        logging.getLogger(name).handlers[:] = []
        logging.getLogger(name).disabled = False


def test_without_logging_gluepy_and_the_modules_log_to_stderr(
    configure: Callable[..., None], capsys: pytest.CaptureFixture[str]
) -> None:
    with override_settings(LOG_LEVEL="INFO"):
        configure(["mine.sub"])
    for name in ("gluepy.runs", "mine.sub.tasks", "other"):
        logging.getLogger(name).info("from %s", name)
    out, err = capsys.readouterr()
    assert out == ""
    assert "from gluepy.runs" in err
    assert "from mine.sub.tasks" in err
    assert "from other" not in err
    assert err.startswith("INFO ")


def test_log_level_decides_what_is_logged(configure, capsys: pytest.CaptureFixture[str]) -> None:
    with override_settings(LOG_LEVEL="ERROR"):
        configure()
    logging.getLogger("gluepy").warning("quiet")
    logging.getLogger("gluepy").error("loud")
    err = capsys.readouterr().err
    assert "loud" in err
    assert "quiet" not in err


def test_configuring_twice_logs_once(configure, capsys: pytest.CaptureFixture[str]) -> None:
    with override_settings(LOG_LEVEL="INFO"):
        configure()
        configure()
    logging.getLogger("gluepy").info("once")
    assert capsys.readouterr().err.count("once") == 1


def test_lines_go_to_the_stderr_of_the_moment(configure, monkeypatch: pytest.MonkeyPatch) -> None:
    with override_settings(LOG_LEVEL="INFO"):
        configure()
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    logging.getLogger("gluepy").info("later")
    assert "later" in sys.stderr.getvalue()


def test_secrets_are_masked_in_messages_and_tracebacks(
    configure, capsys: pytest.CaptureFixture[str]
) -> None:
    with override_settings(LOG_LEVEL="INFO", API_TOKEN="hunter2"):
        configure()
        try:
            raise ValueError("hunter2 is wrong")
        except ValueError:
            logging.getLogger("gluepy").exception("the token is %s", "hunter2")
    err = capsys.readouterr().err
    assert "hunter2" not in err
    assert "ValueError: ******** is wrong" in err


def test_logging_is_applied_as_a_dict_config(configure) -> None:
    config = {"version": 1, "loggers": {"mine": {"level": "DEBUG"}}}
    with override_settings(LOGGING=config):
        configure()
    assert logging.getLogger("mine").level == logging.DEBUG
    assert logging.getLogger().handlers == []


def test_loggers_that_exist_already_are_silenced_only_if_asked_for(configure) -> None:
    existing = logging.getLogger("gluepy.existing.for_this_test")
    with override_settings(LOGGING={"version": 1}):
        configure()
    assert not existing.disabled
    others = [one for one in logging.Logger.manager.loggerDict.values() if one is not existing]
    before = [getattr(one, "disabled", None) for one in others]
    with override_settings(LOGGING={"version": 1, "disable_existing_loggers": True}):
        configure()
    assert existing.disabled
    for one, disabled in zip(others, before, strict=True):
        if disabled is not None:
            one.disabled = disabled


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        ({}, "version"),
        ({"version": 1, "handlers": {"a": {"class": "no.such.Handler"}}}, "no"),
        ({"version": 1, "root": {"level": "LOUD"}}, "LOUD"),
    ],
)
def test_a_broken_logging_says_why(configure, config, reason: str) -> None:
    with override_settings(LOGGING=config), pytest.raises(SettingsError, match=reason) as error:
        configure()
    assert str(error.value).startswith("LOGGING cannot be used: ")


@pytest.mark.parametrize("level", ["LOUD", 1.5])
def test_a_broken_log_level_lists_the_levels(configure, level: object) -> None:
    with override_settings(LOG_LEVEL=level), pytest.raises(SettingsError) as error:
        configure()
    assert str(error.value) == (
        f"LOG_LEVEL = {level!r} is no level of the logging module. "
        "Use DEBUG, INFO, WARNING, ERROR or CRITICAL."
    )


class Records(logging.Handler):
    """Keeps the records it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.mark.parametrize("listener", [False, True], ids=["lines alone", "records too"])
def test_what_is_said_of_every_task_looks_like_any_other_record(
    configure, capsys: pytest.CaptureFixture[str], listener: bool
) -> None:
    logger, records = logging.getLogger("gluepy.tests"), Records()
    with override_settings(LOG_LEVEL="INFO", API_TOKEN="hunter2"):
        configure()
        logging.getLogger().handlers += [records] if listener else []
        logger.info("%s took %f", "hunter2", 0.5)
        log.info(logger, "%s took %f", "hunter2", 0.5, module="test_log")
    first, second = capsys.readouterr().err.splitlines()
    time = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}"
    assert re.sub(time, "now", first) == "INFO now test_log - ******** took 0.500000"
    assert re.sub(time, "now", second) == re.sub(time, "now", first)
    for record in records.records:
        assert (record.levelname, record.module, record.name) == ("INFO", "test_log", logger.name)
        assert (record.msg, record.args) == ("%s took %f", ("hunter2", 0.5))
    assert len(records.records) == 2 * listener


def test_a_filter_is_asked_about_what_is_said_of_every_task(
    configure, capsys: pytest.CaptureFixture[str]
) -> None:
    with override_settings(LOG_LEVEL="INFO"):
        configure()
    logging.getLogger().handlers[0].addFilter(lambda record: record.args != ("no",))
    for word in ("yes", "no"):
        log.info(logging.getLogger("gluepy.tests"), "said %s", word, module="test_log")
    err = capsys.readouterr().err
    assert "said yes" in err
    assert "said no" not in err


def test_a_stderr_that_is_closed_breaks_nothing(configure, monkeypatch) -> None:
    with override_settings(LOG_LEVEL="INFO"):
        configure()
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stderr", closed)
    monkeypatch.setattr(logging, "raiseExceptions", False)
    log.info(logging.getLogger("gluepy.tests"), "unheard", module="test_log")
