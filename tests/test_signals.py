from __future__ import annotations

import logging
from typing import Any

import pytest

from gluepy.signals import Signal


def test_receivers_are_called_in_order_with_the_values() -> None:
    heard: list[Any] = []
    signal = Signal("saved")
    signal.connect(lambda **values: heard.append(("first", values)))

    @signal.connect
    def second(**values: Any) -> None:
        heard.append(("second", values))

    signal.send(path="a", size=1)
    assert heard == [("first", {"path": "a", "size": 1}), ("second", {"path": "a", "size": 1})]


def test_connecting_twice_is_once_and_disconnecting_tells_whether_it_was() -> None:
    heard: list[int] = []
    signal = Signal("saved")

    def receiver() -> None:
        heard.append(1)

    signal.connect(receiver)
    signal.connect(receiver)
    signal.send()
    assert heard == [1]
    assert signal.disconnect(receiver) is True
    assert signal.disconnect(receiver) is False
    signal.send()
    assert heard == [1]


def test_a_bound_method_can_be_disconnected() -> None:
    class Listener:
        def hear(self) -> None:
            raise AssertionError

    signal, listener = Signal("saved"), Listener()
    signal.connect(listener.hear)
    assert signal.disconnect(listener.hear)
    signal.send()


def broken(**values: Any) -> None:
    raise KeyError("receiver")


def test_a_plain_send_lets_exceptions_through() -> None:
    signal = Signal("saved")
    signal.connect(broken)
    with pytest.raises(KeyError, match="receiver"):
        signal.send()


def test_a_robust_send_logs_exceptions_and_goes_on(caplog: pytest.LogCaptureFixture) -> None:
    heard: list[int] = []
    signal = Signal("saved")
    signal.connect(broken)
    signal.connect(lambda: heard.append(1))
    with caplog.at_level(logging.ERROR):
        signal.send_robust()
    assert heard == [1]
    assert "of the signal 'saved' raised" in caplog.text
    assert "KeyError: 'receiver'" in caplog.text


def test_a_robust_send_is_stopped_by_ctrl_c() -> None:
    def stop() -> None:
        raise KeyboardInterrupt

    signal = Signal("saved")
    signal.connect(stop)
    with pytest.raises(KeyboardInterrupt):
        signal.send_robust()


def test_a_receiver_that_connects_another_while_it_hears_does_not_disturb_the_round() -> None:
    heard: list[str] = []
    signal = Signal("saved")

    def late() -> None:
        heard.append("late")

    @signal.connect
    def early() -> None:
        heard.append("early")
        signal.connect(late)

    signal.send()
    assert heard == ["early"]
    signal.send()
    assert heard == ["early", "early", "late"]


def test_a_signal_shows_its_name() -> None:
    assert repr(Signal("saved")) == "<Signal saved: 0 receivers>"
