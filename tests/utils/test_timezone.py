from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from gluepy.utils.timezone import isoformat, now, parse, stamp


def test_now_is_aware_and_in_utc() -> None:
    assert now().utcoffset() == timedelta(0)


def test_moments_are_written_in_utc_so_that_their_texts_sort() -> None:
    moment = datetime(2026, 11, 21, 3, 0, tzinfo=timezone(timedelta(hours=2)))
    assert isoformat(moment) == "2026-11-21T01:00:00.000000Z"
    assert isoformat(moment) < isoformat(moment + timedelta(microseconds=1))


def test_what_is_written_is_read() -> None:
    moment = now()
    assert parse(isoformat(moment)) == moment


def test_a_text_without_an_offset_is_utc() -> None:
    assert parse("2026-11-21") == datetime(2026, 11, 21, tzinfo=UTC)
    assert parse("2026-11-21T02:00+02:00") == datetime(2026, 11, 21, tzinfo=UTC)


def test_what_is_no_time_is_an_error() -> None:
    with pytest.raises(ValueError, match="yesterday"):
        parse("yesterday")


def test_a_stamp_is_the_present_moment_as_text() -> None:
    for _ in range(3):
        before, text, after = isoformat(now()), stamp(), isoformat(now())
        assert len(text) == len(before)
        # The two clocks round differently: a microsecond is nothing.
        assert parse(before) - timedelta(microseconds=2) <= parse(text)
        assert parse(text) <= parse(after) + timedelta(microseconds=2)
