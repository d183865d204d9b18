from __future__ import annotations

import threading

import pytest

from gluepy import signals
from gluepy.conf import default_context
from gluepy.files.storages import default_storage
from gluepy.runs.trace import recording

pytestmark = pytest.mark.usefixtures("any_storage")


def test_what_is_read_and_written_is_recorded_by_kind_in_order_each_once() -> None:
    default_storage.touch("before.txt", "x")
    with recording() as trace:
        default_storage.touch("b.txt", "1")
        default_storage.touch("a.txt", "2")
        default_storage.touch("b.txt", "3")
        default_storage.open("before.txt")
        assert default_context.model.depth == 2
    default_storage.open("a.txt")
    found = trace.to_dict()
    assert found["writes"] == {"storage": ["b.txt", "a.txt"]}
    assert found["reads"]["storage"] == ["before.txt"]
    assert found["reads"]["context"] == ["model.depth"]


def test_what_another_thread_reads_is_not_recorded() -> None:
    with recording() as trace:
        thread = threading.Thread(target=default_storage.touch, args=("other.txt", "x"))
        thread.start()
        thread.join()
    assert trace.to_dict() == {"reads": {}, "writes": {}}


def test_the_inner_of_two_recordings_has_what_happens_in_it() -> None:
    with recording() as outer:
        with recording() as inner:
            signals.read.send(kind="storage", name="inner", size=None, digest=None)
        signals.read.send(kind="storage", name="outer", size=None, digest=None)
    assert inner.to_dict()["reads"] == {"storage": ["inner"]}
    assert outer.to_dict()["reads"] == {"storage": ["outer"]}
