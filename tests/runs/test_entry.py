from __future__ import annotations

import json
from typing import Any

import pytest

from gluepy.runs.entry import Entry

STEP = {"name": 'a "task"', "label": "ä", "class": "mine.Task", "after": ["b", "c"]}
ENDED = {
    "status": "FINISHED",
    "attempts": 2,
    "started_at": "2026-11-21T03:14:15.926535Z",
    "ended_at": "2026-11-21T03:14:16.000000Z",
    "seconds": 1e-06,
}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"status": "RUNNING", "started_at": ENDED["started_at"], "attempts": 1},
        ENDED,
        {**ENDED, "seconds": 0},
        {**ENDED, "reads": {"context": ["n"]}, "outputs": {"x": [1, "ab"]}},
        {**ENDED, "error": {"message": "wrong"}},
        {"status": "SKIPPED", "reason": "'x' failed"},
        {**ENDED, "element": "0123"},
        {**ENDED, "cached": True},
    ],
)
def test_the_text_of_an_entry_is_its_data(values: dict[str, Any]) -> None:
    entry = Entry.pending(STEP)
    entry.update(**values)
    assert json.loads(entry.text()) == entry.data
    assert entry.text() == json.dumps(entry.data, ensure_ascii=False)


def test_the_text_follows_a_change() -> None:
    entry = Entry.pending(STEP)
    assert json.loads(entry.text())["status"] == "PENDING"
    entry.update(status="RUNNING")
    assert json.loads(entry.text())["status"] == "RUNNING"


def test_an_entry_of_an_earlier_attempt_keeps_what_it_holds() -> None:
    former = {"name": "a", "status": "FINISHED", "from": "an older version"}
    assert json.loads(Entry(former).text()) == former
