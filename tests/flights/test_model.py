"""The ridge regression and the errors, on numbers small enough to check by hand."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest

from flights.model import RidgeRegression, errors


@pytest.fixture
def line() -> pd.DataFrame:
    """y = 10 + 2 x, plus 5 in group b."""
    df = pd.DataFrame({"x": np.arange(20.0), "group": ["a", "b"] * 10})
    df["y"] = 10 + 2 * df["x"] + 5 * (df["group"] == "b")
    return df


def fit(df: pd.DataFrame, penalty: float = 0.0) -> RidgeRegression:
    return RidgeRegression.fit(
        df, target="y", numeric=["x"], categorical=["group"], penalty=penalty
    )


def test_an_exact_law_is_found(line: pd.DataFrame) -> None:
    assert fit(line).predict(line) == pytest.approx(line["y"].to_numpy())


def test_a_penalty_shrinks_the_weights_and_keeps_the_mean(line: pd.DataFrame) -> None:
    free, shrunk = fit(line), fit(line, penalty=50)
    assert np.linalg.norm(shrunk.weights) < np.linalg.norm(free.weights)
    assert shrunk.predict(line).mean() == pytest.approx(line["y"].mean())


def test_a_missing_number_counts_as_the_mean(line: pd.DataFrame) -> None:
    missing = pd.DataFrame({"x": [np.nan], "group": ["a"]})
    average = pd.DataFrame({"x": [line["x"].mean()], "group": ["a"]})
    model = fit(line)
    assert model.predict(missing) == pytest.approx(model.predict(average))


def test_a_level_never_seen_counts_as_the_first(line: pd.DataFrame) -> None:
    model = fit(line)
    unseen = pd.DataFrame({"x": [3.0], "group": ["z"]})
    assert model.predict(unseen) == pytest.approx([16.0])


def test_a_constant_column_changes_nothing(line: pd.DataFrame) -> None:
    model = RidgeRegression.fit(
        line.assign(one=1.0), target="y", numeric=["x", "one"], categorical=["group"], penalty=1e-9
    )
    assert model.predict(line.assign(one=1.0)) == pytest.approx(line["y"].to_numpy())


def test_a_model_survives_json(line: pd.DataFrame) -> None:
    model = fit(line, penalty=1)
    again = RidgeRegression.from_dict(json.loads(json.dumps(model.to_dict())))
    assert again == model


def test_errors_of_a_known_case() -> None:
    found = errors(np.array([1.0, 2.0, 3.0]), np.array([1.0, 2.0, 6.0]))
    assert found == pytest.approx({"rmse": np.sqrt(3), "mae": 1.0, "r2": 1 - 9 / 2})


def test_the_mean_explains_nothing() -> None:
    assert errors(np.array([1.0, 2.0, 3.0]), 2.0)["r2"] == 0
