from __future__ import annotations

import pytest

from gluepy.utils.text import close_names, did_you_mean, either, plural


def test_close_names_come_best_first_and_without_regard_to_case() -> None:
    assert close_names("STORAGE_rot", ["STORAGES", "STORAGE_ROOT", "LOGGING"]) == [
        "STORAGE_ROOT",
        "STORAGES",
    ]
    assert close_names("zzz", ["STORAGES"]) == []
    assert len(close_names("aaa1", ["aaa2", "aaa3", "aaa4", "aaa5"])) == 3


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("clen", ["clean", "fit"], "Did you mean 'clean'?"),
        ("zzz", ["fit", "clean"], "Known: clean, fit."),
        ("zzz", [], ""),
        ("zzz", [f"name{number}" for number in range(9)], ""),
    ],
)
def test_the_hint_offers_what_is_close_or_what_there_is(
    name: str, options: list[str], said: str
) -> None:
    assert did_you_mean(name, options) == said


@pytest.mark.parametrize(
    ("names", "said"), [([], ""), ("a", "'a'"), ("ab", "'a' or 'b'"), ("abc", "'a', 'b' or 'c'")]
)
def test_names_are_listed_as_in_a_sentence(names: list[str], said: str) -> None:
    assert either(names) == said


def test_one_is_not_many() -> None:
    assert [plural(count, "run") for count in (0, 1, 2)] == ["0 runs", "1 run", "2 runs"]
