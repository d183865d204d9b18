from __future__ import annotations

from collections.abc import Iterator

import pytest

from gluepy.checks import Error, Message, Warning, register, registry, run_checks
from gluepy.test import override_settings


@pytest.fixture(autouse=True)
def own_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Start with no checks at all."""
    monkeypatch.setattr(registry, "_checks", [])
    monkeypatch.setattr(registry, "BUILT_IN", ())
    monkeypatch.setattr(registry, "BUILT_IN_DEEP", ())


def ids(*, deep: bool = False) -> list[str]:
    with override_settings():
        return [message.id for message in run_checks(deep=deep)]


def test_checks_run_in_the_order_they_registered() -> None:
    @register()
    def one() -> Iterator[Message]:
        yield Error("1", id="mine.E001")
        yield Warning("2", id="mine.W001")

    @register()
    def two() -> list[Message]:
        return [Error("3", id="mine.E002")]

    assert ids() == ["mine.E001", "mine.W001", "mine.E002"]


def test_deep_checks_run_only_when_asked_for() -> None:
    @register(deep=True)
    def slow() -> list[Message]:
        return [Error("slow", id="mine.E001")]

    assert ids() == []
    assert ids(deep=True) == ["mine.E001"]


def test_registering_twice_is_once() -> None:
    def check() -> list[Message]:
        return [Error("x", id="mine.E001")]

    assert register()(check) is check
    register()(check)
    assert ids() == ["mine.E001"]


def test_silenced_ids_are_left_out() -> None:
    @register()
    def two() -> list[Message]:
        return [Error("a", id="mine.E001"), Warning("b", id="mine.W001")]

    with override_settings(SILENCED_CHECKS=["mine.E001"]):
        assert [message.id for message in run_checks()] == ["mine.W001"]
