"""From dataframe to dataframe: functions without files, parameters or side effects."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

_WEATHER = ["temp", "dewp", "humid", "wind_speed", "precip", "pressure", "visib"]


def clean_flights(raw: pd.DataFrame) -> pd.DataFrame:
    """Return the flights that arrived where they should, in order of their scheduled time.

    A flight without a departure was cancelled; one without an arrival delay was diverted.
    ``hour`` and ``weekday`` (Monday is 0) are local, ``scheduled`` and ``departed`` are UTC.
    """
    df = raw[raw["arr_delay"].notna()]
    hour_utc = pd.to_datetime(df["time_hour"], utc=True)
    scheduled = hour_utc + pd.to_timedelta(df["minute"], unit="min")
    return (
        pd.DataFrame(
            {
                "scheduled": scheduled,
                "departed": scheduled + pd.to_timedelta(df["dep_delay"], unit="min"),
                "hour_utc": hour_utc,
                "month": df["month"].astype("int8"),
                "weekday": pd.to_datetime(df[["year", "month", "day"]]).dt.day_of_week.astype(
                    "int8"
                ),
                "hour": df["hour"].astype("int8"),
                "carrier": df["carrier"],
                "flight": df["flight"].astype("int16"),
                "tailnum": df["tailnum"],
                "origin": df["origin"],
                "dest": df["dest"],
                "distance": df["distance"].astype("int32"),
                "dep_delay": df["dep_delay"].astype("int16"),
                "arr_delay": df["arr_delay"].astype("int16"),
            }
        )
        .sort_values(["scheduled", "carrier", "flight"])
        .reset_index(drop=True)
    )


def clean_weather(raw: pd.DataFrame, limits: dict[str, float]) -> pd.DataFrame:
    """Return the hourly weather by airport; values beyond their limit are missing."""
    df = raw[["origin", *_WEATHER]].copy()
    df.insert(1, "hour_utc", pd.to_datetime(raw["time_hour"], utc=True))
    for column, limit in limits.items():
        df[column] = df[column].where(df[column] <= limit)
    return df


def join_weather_and_planes(
    flights: pd.DataFrame, weather: pd.DataFrame, planes: pd.DataFrame
) -> pd.DataFrame:
    """Return every flight with its weather and plane; what is unknown is missing."""
    built = planes[["tailnum", "seats", "year"]].rename(columns={"year": "built"})
    df = flights.merge(weather, how="left", on=["origin", "hour_utc"], validate="many_to_one")
    df = df.merge(built, how="left", on="tailnum", validate="many_to_one")
    df["plane_age"] = df["scheduled"].dt.year - df.pop("built")
    return df


def aggregate_delays(flights: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Return count, mean delays in minutes and the share later than 15 minutes, by group."""
    late = flights.assign(late=flights["arr_delay"] > 15)
    return late.groupby(list(by), as_index=False).agg(
        flights=("flight", "size"),
        dep_delay=("dep_delay", "mean"),
        arr_delay=("arr_delay", "mean"),
        late=("late", "mean"),
    )


def split_by_month(df: pd.DataFrame, held_out: Sequence[int]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the flights of all other months, and those of the months held out."""
    is_held_out = df["month"].isin(list(held_out))
    return df[~is_held_out], df[is_held_out]
