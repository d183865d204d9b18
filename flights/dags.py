"""The DAG of the demo."""

from flights.tasks import (
    AggregateDelays,
    CleanFlights,
    EvaluateModel,
    FitModel,
    JoinWeatherAndPlanes,
    PlotDelays,
    ReadFlights,
)
from gluepy.exec import DAG


class Flights(DAG):
    """From raw flights, weather and planes to delays, a model and its evaluation."""

    label = "flights"
    tasks = [
        ReadFlights,
        CleanFlights,
        JoinWeatherAndPlanes,
        AggregateDelays,
        FitModel,
        PlotDelays,
    ]
    eval_tasks = [EvaluateModel]
