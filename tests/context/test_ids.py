from __future__ import annotations

import os
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone

import pytest

from gluepy.context import ids
from gluepy.context.ids import created_from_id, folder_of, new_run_id


def test_an_id_is_a_uuid_of_version_7_that_tells_when_it_was_made() -> None:
    before = time.time_ns() // 1_000_000
    run_id = new_run_id()
    after = time.time_ns() // 1_000_000
    parsed = uuid.UUID(run_id)
    assert str(parsed) == run_id
    assert parsed.version == 7
    assert parsed.variant == uuid.RFC_4122
    assert before <= parsed.int >> 80 <= after
    moment = created_from_id(run_id)
    assert moment is not None
    assert moment.tzinfo is UTC
    assert round(moment.timestamp() * 1000) == parsed.int >> 80


def test_the_example_of_the_rfc_is_read() -> None:
    moment = created_from_id("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")
    assert moment == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


def test_ids_grow_even_within_one_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids.time, "time_ns", lambda: 1_800_000_000_000_000_000)
    monkeypatch.setattr(ids, "_last", 0)
    made = [new_run_id() for _ in range(10_000)]
    assert made == sorted(set(made))
    assert created_from_id(made[-1]) == datetime(2027, 1, 15, 8, tzinfo=UTC)


def test_ids_grow_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ids, "_last", 0)
    clock = iter([1_800_000_000_000_000_000, 1_700_000_000_000_000_000])
    monkeypatch.setattr(ids.time, "time_ns", lambda: next(clock))
    assert new_run_id() < new_run_id()


def test_threads_never_share_an_id() -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: [new_run_id() for _ in range(500)], range(8)))
    assert len({run_id for part in made for run_id in part}) == 4000
    assert all(part == sorted(part) for part in made)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_process_can_make_ids_while_a_thread_of_the_parent_held_the_lock() -> None:
    with ids._lock:
        child = os.fork()
        if child == 0:
            os._exit(0 if new_run_id() else 1)
    assert os.waitpid(child, 0)[1] == 0


@pytest.mark.parametrize(
    "foreign",
    [
        "",
        "my-run",
        "manual__2024-01-01T00:00:00+00:00",
        str(uuid.UUID(int=0)),
        "2c5ea4c0-4067-11e9-8bad-9b1deb4d3b7d",
        "ffffffff-ffff-7fff-bfff-ffffffffffff",
        "017f22e2-79b0-7cc3-18c4-dc0c0c07398f",
        "0x7f22e2-79b0-7cc3-98c4-dc0c0c07398f",
        "017f22e279b07cc398c4dc0c0c07398f",
    ],
)
def test_other_ids_tell_no_time(foreign: str) -> None:
    assert created_from_id(foreign) is None


def test_the_folder_is_dated_by_the_id_itself() -> None:
    other = datetime(1999, 1, 1, tzinfo=UTC)
    run_id = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    assert folder_of(run_id, other) == f"runs/2022/02/22/{run_id}"


def test_the_folder_of_a_foreign_id_is_dated_in_utc() -> None:
    moment = datetime(2024, 7, 1, 1, tzinfo=timezone(timedelta(hours=2)))
    assert folder_of("mine", moment) == "runs/2024/06/30/mine"
