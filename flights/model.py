"""Ridge regression on numeric and categorical columns, in a few lines of numpy."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class RidgeRegression:
    """A fitted model.

    Attributes:
        means: Mean of each numeric column; stands in for missing values.
        scales: Standard deviation of each numeric column.
        levels: Values of each categorical column, without the first, which all others are
            compared with. A value never seen in training counts as that first one.
        intercept: Prediction, in the target's unit, where every feature is zero.
        weights: One per feature: the numeric columns, then the levels, in their order.
    """

    means: dict[str, float]
    scales: dict[str, float]
    levels: dict[str, list[Any]]
    intercept: float
    weights: list[float]

    @classmethod
    def fit(
        cls,
        df: pd.DataFrame,
        *,
        target: str,
        numeric: Sequence[str],
        categorical: Sequence[str],
        penalty: float,
    ) -> RidgeRegression:
        """Return the model with the least squared error plus ``penalty`` times squared weights."""
        means = {name: float(df[name].mean()) for name in numeric}
        scales = {name: float(df[name].std(ddof=0)) or 1.0 for name in numeric}
        levels = {name: np.unique(df[name].to_numpy()).tolist()[1:] for name in categorical}
        x = _features(df, means, scales, levels)
        y = df[target].to_numpy(float)
        centre = x.mean(axis=0)
        x -= centre
        gram = x.T @ x + penalty * np.eye(x.shape[1])
        weights = np.linalg.solve(gram, x.T @ (y - y.mean()))
        intercept = float(y.mean() - centre @ weights)
        return cls(means, scales, levels, intercept, weights.tolist())

    def predict(self, df: pd.DataFrame) -> Vector:
        """Return one prediction per row."""
        x = _features(df, self.means, self.scales, self.levels)
        predicted: Vector = self.intercept + x @ np.array(self.weights)
        return predicted

    def to_dict(self) -> dict[str, Any]:
        """Return the model as JSON can hold it."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> RidgeRegression:
        """Return the model that ``to_dict`` was asked for."""
        return cls(**values)


def _features(
    df: pd.DataFrame,
    means: dict[str, float],
    scales: dict[str, float],
    levels: dict[str, list[Any]],
) -> Vector:
    """Return one row per row of ``df`` and one column per feature."""
    columns = [
        (df[name].to_numpy(float, na_value=np.nan) - means[name]) / scales[name] for name in means
    ]
    columns = [np.where(np.isnan(column), 0.0, column) for column in columns]
    for name, values in levels.items():
        column = df[name].to_numpy()
        columns += [(column == value).astype(float) for value in values]
    return np.column_stack(columns)


def errors(actual: Vector, predicted: Vector | float) -> dict[str, float]:
    """Return RMSE and MAE in the target's unit, and the share of variance explained."""
    residual = actual - predicted
    return {
        "rmse": float(np.sqrt(np.mean(residual**2))),
        "mae": float(np.mean(np.abs(residual))),
        "r2": float(1 - np.sum(residual**2) / np.sum((actual - actual.mean()) ** 2)),
    }
