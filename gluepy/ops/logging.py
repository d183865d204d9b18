"""A tracker that only logs."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from gluepy.conf.secrets import mask_named
from gluepy.ops.base import BaseOpsBackend

__all__ = ["BaseOpsBackend", "LoggingOpsBackend"]

logger = logging.getLogger(__name__)


class LoggingOpsBackend(BaseOpsBackend):
    """Writes what is tracked to the log; keeps nothing but the metrics of this process."""

    def create_run(
        self,
        dag: str,
        run_id: str | None = None,
        config: dict[str, Any] | None = None,
        username: str | None = "AnonymousUser",
    ) -> str:
        """Log that a run started."""
        run_id = super().create_run(dag, run_id, config, username)
        logger.info("Created run %s of DAG '%s' for %s", run_id, dag, username)
        return run_id

    def log_metric(self, key: str, value: float, timestamp: datetime | None = None) -> None:
        """Log a metric."""
        super().log_metric(key, value, timestamp)
        logger.info("Metric %s = %s", key, value)

    def log_param(self, key: str, value: Any) -> None:
        """Log a parameter."""
        logger.info("Parameter %s = %s", key, mask_named(key, value))

    def log_artifact(self, local_path: str, artifact_path: str | None = None) -> None:
        """Log that a file belongs to the run."""
        logger.info("Artifact %s as %s", local_path, artifact_path or local_path)

    def set_terminated(self, run_id: str, status: str, end_time: datetime | None = None) -> None:
        """Log that a run ended."""
        logger.info("Run %s ended: %s", run_id, status)

    def delete_run(self, run_id: str) -> None:
        """Log that a run is forgotten."""
        super().delete_run(run_id)
        logger.info("Deleted run %s", run_id)

    def log_input(
        self,
        df: Any,
        context: str | None = None,
        tags: dict[str, Any] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Log the shape of a dataframe."""
        logger.info("Input %s: shape %s", context, getattr(df, "shape", "unknown"))
