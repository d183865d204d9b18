"""Signals: how one part of gluepy tells others that something happened.

A receiver is any callable that takes keyword arguments. Receivers run in the order they
connected, in the thread that sends. ``send`` lets a receiver's exception through;
``send_robust`` logs it and goes on, so that a receiver never breaks a run.

=================  ==========================================================
signal             sent with
=================  ==========================================================
setting_changed    setting, value, enter
run_started        run
run_finished       run
run_failed         run, error
task_started       run, task
task_finished      run, task, seconds
task_failed        run, task, error
task_retried       run, task, error, delay
task_skipped       run, task, reason
before_load        name: an artifact is about to be loaded
after_save         name, path: an artifact was stored
read               kind, name, size, digest: a storage path or context key was read
write              kind, name, size, digest: a storage path was written; or a metric
                   was logged, with its value
=================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Receiver = Callable[..., Any]


class Signal:
    """A named list of receivers.

    Example:
        >>> saved = Signal("saved")
        >>> @saved.connect
        ... def announce(**kwargs): ...
    """

    __slots__ = ("name", "receivers")

    def __init__(self, name: str) -> None:
        self.name = name
        self.receivers: tuple[Receiver, ...] = ()

    def connect(self, receiver: Receiver) -> Receiver:
        """Call ``receiver`` on every send; usable as a decorator. Connecting twice is once."""
        if receiver not in self.receivers:
            self.receivers = (*self.receivers, receiver)
        return receiver

    def disconnect(self, receiver: Receiver) -> bool:
        """Stop calling ``receiver``; tell whether it was connected."""
        was_connected = receiver in self.receivers
        self.receivers = tuple(other for other in self.receivers if other != receiver)
        return was_connected

    def send(self, **values: Any) -> None:
        """Call every receiver; the first exception goes to the sender."""
        for receiver in self.receivers:
            receiver(**values)

    def send_robust(self, **values: Any) -> None:
        """Call every receiver; an exception is logged and the next receiver is called."""
        for receiver in self.receivers:
            try:
                receiver(**values)
            except Exception:
                import logging

                logging.getLogger(__name__).exception(
                    "Receiver %r of the signal '%s' raised", receiver, self.name
                )

    def __repr__(self) -> str:
        return f"<Signal {self.name}: {len(self.receivers)} receivers>"


setting_changed = Signal("setting_changed")
run_started = Signal("run_started")
run_finished = Signal("run_finished")
run_failed = Signal("run_failed")
task_started = Signal("task_started")
task_finished = Signal("task_finished")
task_failed = Signal("task_failed")
task_retried = Signal("task_retried")
task_skipped = Signal("task_skipped")
before_load = Signal("before_load")
after_save = Signal("after_save")
read = Signal("read")
write = Signal("write")
