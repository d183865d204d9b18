from __future__ import annotations

from typing import Any

import pytest

from gluepy.exceptions import MergeError
from gluepy.utils.mapping import flatten, merge, overlay


@pytest.mark.parametrize(
    ("a", "b", "merged"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"x": 1, "y": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": 1}, {"a": 2.5}, {"a": 2.5}),
        ({"a": None}, {"a": {"x": 1}}, {"a": {"x": 1}}),
        ({"a": {"x": 1}}, {"a": None}, {"a": {"x": 1}}),
    ],
)
def test_merging_lays_the_second_over_the_first(a: Any, b: Any, merged: Any) -> None:
    assert merge(a, b) == merged


@pytest.mark.parametrize(
    ("a", "b", "types"),
    [
        (1, "x", "'int' and 'str'"),
        (True, 1, "'bool' and 'int'"),
        ([1], {"x": 1}, "'list' and 'dict'"),
    ],
)
def test_a_conflict_of_types_names_both_and_the_path(a: Any, b: Any, types: str) -> None:
    with pytest.raises(MergeError) as error:
        merge({"a": {"b": a}}, {"a": {"b": b}})
    assert str(error.value) == f"Conflicting types {types} at 'a.b'"
    assert isinstance(error.value, ValueError)


def test_merging_and_overlaying_change_neither() -> None:
    a, b = {"x": {"y": 1}}, {"x": {"z": 2}}
    merge(a, b)
    overlay(a, b)
    assert (a, b) == ({"x": {"y": 1}}, {"x": {"z": 2}})


def test_overlaying_puts_every_leaf_in_place_whatever_was_there() -> None:
    a = {"x": {"y": 1, "z": 2}, "l": [1], "s": {"t": 1}, "keep": 1}
    b = {"x": {"y": None}, "l": "text", "s": 3, "new": {"n": 1}}
    assert overlay(a, b) == {
        "x": {"y": None, "z": 2},
        "l": "text",
        "s": 3,
        "keep": 1,
        "new": {"n": 1},
    }


def test_flattening_yields_leaves_with_dotted_paths() -> None:
    assert list(flatten({"a": {"b": 1, "c": {}}, "d": [{"e": 1}]})) == [
        ("a.b", 1),
        ("a.c", {}),
        ("d", [{"e": 1}]),
    ]
