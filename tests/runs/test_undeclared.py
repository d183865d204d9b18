from __future__ import annotations

import datetime
import math
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gluepy.exceptions import ArtifactError
from gluepy.files.folder import run_folder
from gluepy.files.storages import default_storage
from gluepy.runs import undeclared
from gluepy.test import override_settings

pytestmark = pytest.mark.usefixtures("any_storage", "folder")


@pytest.fixture
def folder():
    token = run_folder.set("runs/one")
    yield
    run_folder.reset(token)


def stored() -> list[str]:
    return sorted(path.removeprefix("runs/one/") for path in default_storage.walk("runs/one"))


@pytest.mark.parametrize(
    ("value", "suffix"),
    [
        (None, "json"),
        ({"a": [1, 2.5, "ü", None, True]}, "json"),
        (10**40, "json"),
        ("", "json"),
        ((1, 2), "pkl"),
        ({1: "a"}, "pkl"),
        ({"a": {1, 2}}, "pkl"),
        ([math.inf], "pkl"),
        (b"bytes", "pkl"),
        (datetime.date(2026, 11, 21), "pkl"),
        (OrderedDict(a=1), "pkl"),
        (np.float64(1.5), "pkl"),
        (Path("a/b"), "pkl"),
    ],
)
def test_what_is_read_back_equals_what_was_stored(value: Any, suffix: str) -> None:
    path = undeclared.save("x", value)
    assert path == f"runs/one/artifacts/x.{suffix}"
    loaded = undeclared.load("x")
    assert (type(loaded), loaded) == (type(value), value)


json_like = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: (
        st.lists(inner)
        | st.tuples(inner)
        | st.dictionaries(st.text() | st.integers() | st.booleans(), inner)
    ),
    max_leaves=10,
)


@given(value=json_like)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_plain_data_of_any_shape_comes_back_as_it_was(value: Any) -> None:
    undeclared.save("x", value)
    assert repr(undeclared.load("x")) == repr(value)


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"a": [1, 2], "b": ["x", None]}),
        pd.DataFrame({"a": [1.5, 2]}, index=pd.Index(["r", "s"], name="row")),
        pd.DataFrame({"mixed": [1, "a", None]}),
        pd.DataFrame(),
        pd.DataFrame({0: [1], 1: [2]}),
        pd.DataFrame({("a", "b"): [1]}),
    ],
    ids=["plain", "index", "mixed", "empty", "numbers", "levels"],
)
def test_a_dataframe_comes_back_as_it_was(frame: pd.DataFrame) -> None:
    undeclared.save("x", frame)
    pd.testing.assert_frame_equal(undeclared.load("x"), frame)


def test_a_dataframe_is_stored_as_parquet() -> None:
    assert undeclared.save("x", pd.DataFrame({"a": [1]})).endswith("x.parquet")


def test_a_frame_of_another_engine_than_the_projects_comes_back_too() -> None:
    frame = pl.DataFrame({"a": [1, 2]})
    undeclared.save("x", frame)
    assert undeclared.load("x").equals(frame)
    with override_settings(DATA_BACKEND="gluepy.files.data.PolarsDataManager"):
        assert undeclared.save("y", frame).endswith("y.parquet")
        assert undeclared.load("y").equals(frame)


def test_a_value_of_another_type_replaces_the_one_before() -> None:
    undeclared.save("x", {1, 2})
    undeclared.save("x", [1])
    undeclared.save("x", pd.DataFrame({"a": [1]}))
    assert stored() == ["artifacts/x.parquet"]
    undeclared.save("x", 3)
    assert undeclared.load("x") == 3
    assert stored() == ["artifacts/x.json"]


def test_a_name_that_is_not_there_names_the_closest() -> None:
    undeclared.save("orders", 1)
    assert undeclared.names() == ["orders"]
    with pytest.raises(ArtifactError, match=r"no artifact 'ordrs'. Did you mean 'orders'"):
        undeclared.load("ordrs")


def test_elements_are_a_list_under_their_name() -> None:
    for index in range(12):
        undeclared.save(f"x/{index}", index if index % 2 else {index})
    undeclared.trim("x", 11)
    assert undeclared.load("x") == [index if index % 2 else {index} for index in range(11)]
    undeclared.trim("x", 0)
    assert undeclared.load("x") == []
