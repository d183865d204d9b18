from __future__ import annotations

import copy
import multiprocessing
import pickle
from collections.abc import Iterator, Mapping
from typing import Any

import cloudpickle
import numpy as np
import pandas as pd
import pytest

from gluepy.context import Context, FrozenList
from gluepy.exceptions import FrozenContextError, UnknownParameterError
from gluepy.signals import read


@pytest.fixture
def reads() -> Iterator[list[str]]:
    names: list[str] = []

    def note(*, kind: str, name: str, **rest: Any) -> None:
        assert kind == "context"
        assert rest == {"size": None, "digest": None}
        names.append(name)

    read.connect(note)
    yield names
    read.disconnect(note)


@pytest.fixture
def context() -> Context:
    return Context({"a": {"b": 1, "c": {"d": [1, {"e": 2}]}}, "name": "x"})


def test_values_are_read_by_attribute_and_by_item(context: Context) -> None:
    assert context.a.b == 1
    assert context["a"]["b"] == 1
    assert context.a["c"].d[1].e == 2
    assert context.a is context["a"]


@pytest.mark.parametrize("key", ["items", "keys", "values", "get", "to_dict", "_values", "path"])
def test_a_key_wins_over_a_method(key: str) -> None:
    context = Context({"section": {key: 7}})
    assert getattr(context.section, key) == 7
    assert context.to_dict() == {"section": {key: 7}}


def test_a_section_is_a_mapping(context: Context) -> None:
    def collect(**values: Any) -> dict[str, Any]:
        return values

    assert isinstance(context.a, Mapping)
    assert dict(context) == {"a": context.a, "name": "x"}
    assert collect(**context.a) == {"b": 1, "c": context.a.c}
    assert context.a.get("b") == 1
    assert context.a.get("nothing") is None
    assert context.a.get("nothing", 5) == 5
    assert list(context.keys()) == ["a", "name"]
    assert list(context.a.c.values()) == [[1, {"e": 2}]]
    assert list(context.items())[1] == ("name", "x")
    assert "b" in context.a
    assert "z" not in context.a
    assert len(context) == 2
    assert list(context) == dir(context) == ["a", "name"]


def test_equal_values_make_equal_contexts_whatever_their_order() -> None:
    one, other = Context({"a": {"x": [1]}, "b": 2}), Context({"b": 2, "a": {"x": [1]}})
    assert one == other
    assert hash(one) == hash(other)
    assert one == {"a": {"x": [1]}, "b": 2}
    assert dict(a={"x": [1]}, b=2) == one  # noqa: C408
    assert one != Context({"a": {"x": [2]}, "b": 2})
    assert one != 3


@pytest.mark.parametrize(
    ("change", "dotted"),
    [
        (lambda c: setattr(c, "name", 1), "'name'"),
        (lambda c: setattr(c.a, "b", 1), "'a.b'"),
        (lambda c: setattr(c.a.c, "new", 1), "'a.c.new'"),
        (lambda c: delattr(c.a, "b"), "'a.b'"),
        (lambda c: c.__setitem__("name", 1), "'name'"),
        (lambda c: c.a.__delitem__("b"), "'a.b'"),
        (lambda c: setattr(c.a.c.d[1], "e", 1), "'a.c.d.1.e'"),
    ],
)
def test_nothing_can_be_assigned_or_deleted(context: Context, change: Any, dotted: str) -> None:
    before = context.to_dict()
    with pytest.raises(FrozenContextError, match=f"frozen: {dotted} cannot be changed") as error:
        change(context)
    assert isinstance(error.value, TypeError)
    assert context.to_dict() == before


@pytest.mark.parametrize(
    "change",
    [
        lambda x: x.append(1),
        lambda x: x.extend([1]),
        lambda x: x.insert(0, 1),
        lambda x: x.remove(1),
        lambda x: x.pop(),
        lambda x: x.clear(),
        lambda x: x.sort(),
        lambda x: x.reverse(),
        lambda x: x.__setitem__(0, 1),
        lambda x: x.__delitem__(0),
        lambda x: x.__iadd__([1]),
        lambda x: x.__imul__(2),
    ],
)
def test_a_list_cannot_be_changed(change: Any) -> None:
    values = Context({"x": [1, 2]}).x
    with pytest.raises(FrozenContextError, match=r"frozen; change a copy: list\(values\)"):
        change(values)
    assert values == [1, 2]


def test_copies_of_a_list_can_be_changed() -> None:
    values = Context({"x": [1, 2]}).x
    assert isinstance(values, list)
    for plain in (list(values), values.copy(), values[:], values + [], sorted(values)):  # noqa: RUF005
        plain.append(3)
        assert type(plain) is list
    assert values == [1, 2]


def test_a_list_selects_columns_in_pandas_and_numpy() -> None:
    context = Context({"forecaster": {"features": ["b", "a"]}, "at": [0, 2]})
    frame = pd.DataFrame({"a": [1, 2, 3], "b": [4, 5, 6], "c": [7, 8, 9]})
    assert list(frame[context.forecaster.features].columns) == ["b", "a"]
    assert frame.loc[context["at"], context.forecaster.features].shape == (2, 2)
    assert frame.drop(columns=context.forecaster.features).columns.tolist() == ["c"]
    assert np.array([5, 6, 7])[context["at"]].tolist() == [5, 7]
    assert pd.DataFrame(Context({"x": [{"k": 1}, {"k": 2}]}).x)["k"].tolist() == [1, 2]


def test_to_dict_is_a_plain_copy(context: Context) -> None:
    plain = context.to_dict()
    plain["a"]["c"]["d"][1]["e"] = 9
    plain["a"]["c"]["d"].append(3)
    assert type(plain["a"]["c"]["d"]) is list
    assert context.a.c.d == [1, {"e": 2}]


def test_a_missing_key_names_its_path_and_close_ones(context: Context) -> None:
    context = Context({"forecaster": {"horizon": 3}})
    with pytest.raises(UnknownParameterError) as error:
        _ = context.forecaster.hozion
    assert str(error.value) == ("The context has no 'forecaster.hozion'. Did you mean 'horizon'?")
    assert isinstance(error.value, AttributeError)
    with pytest.raises(KeyError):
        context["forecastr"]
    assert not hasattr(context, "nothing")
    assert getattr(context, "nothing", 5) == 5


@pytest.mark.parametrize("name", ["_repr_html_", "__array__", "__deepcopy_", "_ipython_display_"])
def test_probes_of_other_libraries_get_a_plain_attribute_error(
    context: Context, reads: list[str], name: str
) -> None:
    with pytest.raises(AttributeError) as error:
        getattr(context, name)
    assert type(error.value) is AttributeError
    assert reads == []


@pytest.mark.parametrize("library", [pickle, cloudpickle])
def test_a_context_can_be_pickled(context: Context, library: Any) -> None:
    again = pickle.loads(library.dumps(context))
    assert again == context
    assert type(again.a.c.d) is FrozenList
    assert pickle.loads(library.dumps(context.a)) == context.a
    assert pickle.loads(library.dumps(context.a.c.d)) == context.a.c.d


def test_copying_a_frozen_thing_keeps_it_frozen(context: Context) -> None:
    assert copy.copy(context) is context
    assert copy.deepcopy(context.a) is context.a
    with pytest.raises(FrozenContextError):
        copy.deepcopy(context.a.c.d).append(1)


def read_in_child(context: Context) -> Any:
    return context.a.c.d[1].e


def test_a_context_reaches_a_spawned_process(context: Context) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        assert pool.apply(read_in_child, (context,)) == 2


def test_reading_a_leaf_announces_its_path_and_nothing_on_the_way(
    context: Context, reads: list[str]
) -> None:
    _ = context.a.b, context["a"].get("b"), context.a.c.d[1].e
    assert reads == ["a.b", "a.b", "a.c.d"]


@pytest.mark.parametrize(
    "take",
    [
        list,
        dict,
        len,
        str,
        hash,
        lambda section: section.to_dict(),
        lambda section: section.items(),
        lambda section: section == {},
        bool,
    ],
)
def test_taking_a_section_as_a_whole_announces_it(
    context: Context, reads: list[str], take: Any
) -> None:
    take(context.a)
    assert "a" in reads


def test_the_whole_document_is_announced_as_the_empty_path(
    context: Context, reads: list[str]
) -> None:
    context.to_dict()
    assert reads == [""]


def test_asking_for_an_absent_key_is_a_read_too(context: Context, reads: list[str]) -> None:
    assert not hasattr(context.a, "z")
    assert "y" not in context
    assert context.get("x") is None
    assert reads == ["a.z", "y", "x"]


def test_keys_must_be_texts() -> None:
    with pytest.raises(UnknownParameterError, match="key 1 under 'a' is no text"):
        Context({"a": {1: 2}})
