"""What a tracker does."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gluepy import signals
from gluepy.conf import default_context

FINISHED = "FINISHED"
FAILED = "FAILED"
KILLED = "KILLED"
RUNNING = "RUNNING"


class BaseOpsBackend:
    """Keeps metrics and parameters of runs; subclass it for a tracking service.

    A run is announced with ``create_run`` when it starts, and ends with ``set_terminated``,
    whatever happens to it short of ``kill -9``. In between, tasks log; everything they log
    belongs to the run of the thread they run in. What a backend does not keep it need not
    override: metrics are kept here, so ``get_metrics`` works for every backend that calls
    ``super().log_metric``.
    """

    def __init__(self) -> None:
        self._metrics: dict[str, dict[str, float]] = {}

    @staticmethod
    def current_run_id() -> str:
        """Return the id of the run this thread works for."""
        return str(default_context.gluepy.run_id)

    def create_run(
        self,
        dag: str,
        run_id: str | None = None,
        config: dict[str, Any] | None = None,
        username: str | None = "AnonymousUser",
    ) -> str:
        """Announce a run and return its id.

        Args:
            dag: Label of the DAG.
            run_id: Id of the run; without one, the current run's.
            config: The context, secrets masked.
            username: Who started the run.
        """
        run_id = run_id or self.current_run_id()
        self._metrics[run_id] = {}
        return run_id

    def get_run(self, run_id: str) -> dict[str, Any]:
        """Return what is known of a run: at least ``run_id`` and ``status``."""
        return {"run_id": run_id, "status": "UNKNOWN", "start_time": None, "end_time": None}

    def list_runs(
        self,
        dag: str | None = None,
        username: str | None = None,
        start_time: datetime | None = None,
        end_time: datetime | None = None,
    ) -> list[dict[str, Any]]:
        """Return the runs that match all that is given, newest first.

        Args:
            dag: Label of the DAG.
            username: Who started the run.
            start_time: Only runs started then or later.
            end_time: Only runs started before.
        """
        return []

    def log_metric(self, key: str, value: float, timestamp: datetime | None = None) -> None:
        """Keep a metric of the current run; a later value of the same key replaces it.

        Args:
            key: Name of the metric.
            value: A number.
            timestamp: When it was measured; now, if not given.

        Raises:
            TypeError: The value is not a number.
        """
        number = as_number(key, value)
        self._metrics.setdefault(self.current_run_id(), {})[key] = number
        signals.write.send(kind="metric", name=key, size=None, digest=None, value=number)

    def log_param(self, key: str, value: Any) -> None:
        """Keep a parameter of the current run."""

    def log_artifact(self, local_path: str, artifact_path: str | None = None) -> None:
        """Keep a file of this machine with the current run.

        Args:
            local_path: The file.
            artifact_path: Name to keep it under; its own, if not given.
        """

    def set_terminated(self, run_id: str, status: str, end_time: datetime | None = None) -> None:
        """End a run.

        Args:
            run_id: The run.
            status: FINISHED, FAILED or KILLED.
            end_time: When it ended; now, if not given.
        """

    def delete_run(self, run_id: str) -> None:
        """Forget a run."""
        self._metrics.pop(run_id, None)

    def log_input(
        self,
        df: Any,
        context: str | None = None,
        tags: dict[str, Any] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Keep what is known of a dataframe the current run read.

        Args:
            df: The dataframe; its shape is kept, its values are not.
            context: What it was read for, such as ``training``.
            tags: Anything else.
            *args: For backends that take more.
            **kwargs: For backends that take more.
        """

    def get_metrics(self) -> dict[str, float]:
        """Return the metrics of the current run."""
        return dict(self._metrics.get(self.current_run_id(), {}))


class Outline:
    """What is kept of a dataframe: its shape and the names of its columns."""

    def __init__(self, shape: tuple[int, ...] | None, columns: list[str]) -> None:
        self.shape = shape
        self.columns = columns


def outline(df: Any) -> Outline:
    """Return the outline of a dataframe, or of its outline."""
    shape = getattr(df, "shape", None)
    columns = getattr(df, "columns", None)
    names = [] if columns is None else [str(column) for column in columns]
    return Outline(tuple(shape) if shape else None, names)


def as_number(key: str, value: Any) -> float:
    """Return a metric's value as an int or float that JSON can hold.

    Raises:
        TypeError: It is not a number; numbers of numpy and Decimal are.
    """
    try:
        plain = value.item() if hasattr(value, "item") else value
        return plain if isinstance(plain, bool | int | float) else float(plain)
    except (TypeError, ValueError):
        raise TypeError(
            f"The metric '{key}' has the value {value!r}; a metric is a number."
        ) from None
