import io
import logging
import os
import pickle

import numpy as np
import pandas as pd

from gluepy.conf import default_context
from gluepy.exec import EvaluationTask, Task
from gluepy.files.data import data_manager
from gluepy.files.storages import default_storage
from gluepy.ops import default_mlops

logger = logging.getLogger(__name__)


def add_features(df):
    day = pd.to_datetime(df["date"])
    return df.assign(
        weekday=(day.dt.dayofweek < 5).astype(int),
        trend=(day - day.min()).dt.days,
    )


class GetDataTask(Task):
    label = "get_data"

    def run(self):
        options = default_context.forecaster
        rng = np.random.default_rng(7)
        dates = pd.date_range(options.start, periods=options.days, freq="D")
        df = pd.DataFrame({"date": dates})
        df = add_features(df)
        df["sales"] = 10 + 3 * df["weekday"] + 0.1 * df["trend"]
        df["sales"] += rng.normal(0, options.noise, len(df))
        logger.info("Made %s days", len(df))
        data_manager.write("data.csv", df[["date", "sales"]], index=False)


class TrainingTask(Task):
    label = "training"

    def run(self):
        df = data_manager.read("data.csv")
        df = add_features(df)
        known = df.iloc[: -default_context.forecaster.horizon]
        X = known[default_context.forecaster.features]
        y = known[default_context.forecaster.target]
        A = np.column_stack([np.ones(len(X)), X.to_numpy(dtype=float)])
        model, *_ = np.linalg.lstsq(A, y.to_numpy(), rcond=None)

        stream = io.BytesIO()
        pickle.dump(model, stream)
        default_storage.touch(os.path.join(default_context.gluepy.run_folder, "model.pkl"), stream)


class ForecastTask(Task):
    def run(self):
        df = add_features(data_manager.read("data.csv"))
        path = os.path.join(default_context.gluepy.run_folder, "model.pkl")
        model = pickle.loads(default_storage.open(path))
        df = df.tail(default_context.forecaster.horizon)
        X = df[default_context.forecaster.features].to_numpy(dtype=float)
        df = df.assign(forecast=np.column_stack([np.ones(len(X)), X]) @ model)
        data_manager.write("forecast.parquet", df)


class EvaluateForecast(EvaluationTask):
    label = "evaluate"

    def run(self):
        df = data_manager.read("forecast.parquet")
        error = (df["forecast"] - df["sales"]).abs()
        default_mlops.log_metric("mae", round(float(error.mean()), 4))
        default_mlops.log_metric("rows", len(df))
