"""What every test can rely on: nobody's environment, a fresh seed, nothing left behind."""

from __future__ import annotations

import importlib.util
import logging
import os
import random
import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

_FOREIGN = ("GLUEPY_", "AWS_", "CELERY_", "GOOGLE_", "PG", "GIT_")
_KNOWN = {
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_GCE_CHECK": "true",
    # Otherwise every call to an emulator waits for a service that is not there.
    "GCSFS_EXPERIMENTAL_ZB_HNS_SUPPORT": "false",
    "MPLBACKEND": "agg",
}

for _name in [name for name in os.environ if name.startswith(_FOREIGN)]:
    del os.environ[_name]
for _name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS"):
    os.environ.pop(_name, None)
os.environ.update(_KNOWN)

# Started in the background, tests would inherit that these are ignored, and pass it on.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)

settings.register_profile("gluepy", derandomize=False, print_blob=True, deadline=None)
settings.load_profile("gluepy")

pytest_plugins = [
    name for name in ("tests.servers", "tests.postgres") if importlib.util.find_spec(name)
]


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Draw the seed here, so that the workers share it and the header can print it."""
    if getattr(config.option, "hypothesis_seed", None) is None:
        config.option.hypothesis_seed = str(random.SystemRandom().getrandbits(32))


def pytest_report_header(config: pytest.Config) -> str:
    seed = config.option.hypothesis_seed
    return f"hypothesis seed: {seed} (repeat with --hypothesis-seed={seed})"


def _skipped_in_ci(config: pytest.Config) -> list[pytest.TestReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or not os.environ.get("CI"):
        return []
    return reporter.stats.get("skipped", [])


@pytest.hookimpl(wrapper=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """In CI a skipped test is a failed one: everything it needs must be there."""
    if session.exitstatus == 0 and _skipped_in_ci(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    return (yield)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for report in _skipped_in_ci(terminalreporter.config):
        terminalreporter.write_line(f"SKIPPED IN CI, so the run fails: {report.longrepr}")


@pytest.fixture(autouse=True)
def clean_gluepy(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give every test unloaded settings and leave the registries as they were."""
    from gluepy.conf import default_settings

    monkeypatch.delenv("GLUEPY_SETTINGS_MODULE", raising=False)
    default_settings._reset()
    restore = _registries()
    loggers = _loggers()
    yield
    default_settings._reset()
    for logger, state in loggers:
        logger.__dict__.update(state)
    logging.Logger.manager._clear_cache()
    for registry, content in restore:
        registry.clear()
        registry.update(content)


def _loggers() -> list[tuple[logging.Logger, dict]]:
    """Return every logger with what a LOGGING setting may change of it."""
    known = [logging.getLogger(), *logging.Logger.manager.loggerDict.values()]
    names = ("level", "disabled", "propagate")
    return [
        (logger, {name: getattr(logger, name) for name in names} | {"handlers": logger.handlers[:]})
        for logger in known
        if isinstance(logger, logging.Logger)
    ]


def _registries() -> list[tuple[dict, dict]]:
    try:
        from gluepy.exec import DAG_REGISTRY, TASK_REGISTRY
    except ImportError:
        return []
    return [(registry, dict(registry)) for registry in (DAG_REGISTRY, TASK_REGISTRY)]
