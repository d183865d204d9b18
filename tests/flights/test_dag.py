"""The DAG `flights` on every 40th flight, against numbers computed another way."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from tests.flights.conftest import ROOT, Manage

# What says when and how a run ran, and so differs on a retry.
ABOUT_THE_RUN = {"run.json", "tracking.json", "logs/run.log"}


def digests(folder: Path) -> dict[str, str]:
    files = {file.relative_to(folder).as_posix(): file for file in folder.rglob("*")}
    return {
        name: sha256(file.read_bytes()).hexdigest()
        for name, file in files.items()
        if file.is_file() and name not in ABOUT_THE_RUN
    }


def test_every_output_is_in_the_run_folder(folder: Path) -> None:
    assert set(digests(folder)) >= {
        "context.yaml",
        "metrics.json",
        "raw/flights.parquet",
        "raw/weather.parquet",
        "raw/planes.parquet",
        "raw/airlines.parquet",
        "flights.parquet",
        "joined.parquet",
        "delays.parquet",
        "model.json",
        "delays.png",
    }


def test_flights_are_counted_once_each(metrics: dict[str, float], raw: pd.DataFrame) -> None:
    departed = raw["dep_time"].notna()
    arrived = raw["arr_delay"].notna()
    assert metrics["flights"] == len(raw)
    assert metrics["cancelled"] == (~departed).sum()
    assert metrics["diverted"] == (departed & ~arrived).sum()


def test_times_are_utc_and_agree_with_the_local_clock(folder: Path, raw: pd.DataFrame) -> None:
    clean = pd.read_parquet(folder / "flights.parquet")
    local = clean["scheduled"].dt.tz_convert("America/New_York")
    assert str(clean["scheduled"].dt.tz) == "UTC"
    assert (local.dt.hour == clean["hour"]).all()
    assert (local.dt.day_of_week == clean["weekday"]).all()
    assert (local.dt.month == clean["month"]).all()

    arrived = raw[raw["arr_delay"].notna()]
    assert sorted(local.dt.strftime("%H%M").astype(int)) == sorted(arrived["sched_dep_time"])
    minutes = (clean["departed"] - clean["scheduled"]).dt.total_seconds() / 60
    assert (minutes == clean["dep_delay"]).all()


def test_the_join_keeps_every_flight_and_finds_its_weather(folder: Path) -> None:
    clean = pd.read_parquet(folder / "flights.parquet")
    joined = pd.read_parquet(folder / "joined.parquet")
    weather = pd.read_parquet(folder / "raw" / "weather.parquet")
    assert len(joined) == len(clean)

    known = weather.set_index(["origin", "time_hour"])["temp"].to_dict()
    for row in joined.iloc[:: len(joined) // 50].itertuples():
        key = (row.origin, row.hour_utc.strftime("%Y-%m-%dT%H:%M:%SZ"))
        assert row.temp == pytest.approx(known.get(key, float("nan")), nan_ok=True)


def test_the_broken_anemometer_counts_as_missing(folder: Path) -> None:
    raw = pd.read_parquet(folder / "raw" / "weather.parquet")
    joined = pd.read_parquet(folder / "joined.parquet")
    assert raw["wind_speed"].max() > 1000
    assert joined["wind_speed"].max() < 100


def test_delays_are_the_means_of_the_raw_table(folder: Path, raw: pd.DataFrame) -> None:
    delays = pd.read_parquet(folder / "delays.parquet")
    arrived = raw[raw["arr_delay"].notna()]
    assert delays["flights"].sum() == len(arrived)
    for row in delays.iloc[::20].itertuples():
        group = arrived[
            (arrived["month"] == row.month)
            & (arrived["carrier"] == row.carrier)
            & (arrived["origin"] == row.origin)
        ]
        assert row.flights == len(group)
        assert row.arr_delay == pytest.approx(group["arr_delay"].mean())
        assert row.late == pytest.approx((group["arr_delay"] > 15).mean())


def design(df: pd.DataFrame, train: pd.DataFrame, params: dict) -> np.ndarray:
    """Return the features, made by pandas instead of by the model."""
    numeric = params["numeric"]
    mean, scale = train[numeric].mean(), train[numeric].std(ddof=0)
    columns = [((df[numeric] - mean) / scale).fillna(0)]
    for name in params["categorical"]:
        values = sorted(train[name].unique())
        category = pd.Categorical(df[name], categories=values)
        columns.append(pd.get_dummies(category).set_index(df.index).iloc[:, 1:].astype(float))
    return pd.concat(columns, axis=1).to_numpy(float)


def test_the_model_is_the_ridge_regression_of_the_other_months(
    folder: Path, metrics: dict[str, float]
) -> None:
    params = yaml.safe_load((folder / "context.yaml").read_text())["flights"]["model"]
    joined = pd.read_parquet(folder / "joined.parquet")
    is_held_out = joined["month"].isin(params["held_out_months"])
    train, test = joined[~is_held_out], joined[is_held_out]
    x, y = design(train, train, params), train[params["target"]].to_numpy(float)

    # The penalty as further observations: another way to the same minimum.
    rows = np.sqrt(params["penalty"]) * np.eye(x.shape[1])
    weights = np.linalg.lstsq(
        np.vstack([x - x.mean(axis=0), rows]),
        np.concatenate([y - y.mean(), np.zeros(len(rows))]),
        rcond=None,
    )[0]
    model = json.loads((folder / "model.json").read_text())
    assert model["weights"] == pytest.approx(weights.tolist(), rel=1e-6, abs=1e-8)

    predicted = y.mean() + (design(test, train, params) - x.mean(axis=0)) @ weights
    residual = test[params["target"]] - predicted
    assert metrics["rmse"] == pytest.approx(np.sqrt((residual**2).mean()))
    assert metrics["mae"] == pytest.approx(residual.abs().mean())
    baseline = test[params["target"]] - y.mean()
    assert metrics["baseline_rmse"] == pytest.approx(np.sqrt((baseline**2).mean()))
    assert metrics["r2"] > metrics["baseline_r2"]


def test_the_plot_is_a_png_of_some_size(folder: Path) -> None:
    content = (folder / "delays.png").read_bytes()
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    assert len(content) > 10_000


def test_a_retry_by_id_writes_the_same_bytes(folder: Path, manage: Manage) -> None:
    before = digests(folder)
    (folder / "delays.parquet").unlink()
    (folder / "model.json").write_text("{}")

    manage("dag", "flights", "--retry", folder.name)

    assert digests(folder) == before


def test_the_sample_of_the_template_runs_here_too(manage: Manage, storage: Path) -> None:
    manage("dag", "sample")
    (revenue,) = storage.glob("runs/*/*/*/*/revenue.json")
    assert set(json.loads(revenue.read_text())) == {"cake", "coffee", "tea"}


def test_the_sample_has_the_parameters_of_the_template() -> None:
    here = yaml.safe_load((ROOT / "configs" / "sample.yaml").read_text())
    template = yaml.safe_load((ROOT / "project_template/configs/context.yaml").read_text())
    assert here == template


def test_the_demo_shows_all_flights_the_folder_and_how_to_make_it_again(
    manage: Manage, storage: Path
) -> None:
    shown = manage("demo").stdout

    (line,) = (line for line in shown.splitlines() if line.startswith("Run folder: "))
    made = Path(line.removeprefix("Run folder: "))
    assert made.is_relative_to(storage)
    assert f"manage.py dag flights --retry {made.name}" in shown
    for name in digests(made):
        assert f"    {name} " in shown

    metrics = json.loads((made / "metrics.json").read_text())
    assert metrics["flights"] == 336_776
    assert metrics["cancelled"] == 8_255
    assert metrics["diverted"] == 1_175
    assert pd.read_parquet(made / "delays.parquet")["flights"].sum() == 327_346
