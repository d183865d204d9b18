"""The tracker in a worker process: sends what is tracked to the process that has the run."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from gluepy.executors import channel
from gluepy.ops.base import BaseOpsBackend, as_number, outline


class ForwardingOpsBackend(BaseOpsBackend):
    """Hands each call on, to be made on the tracker of the parent process.

    Metrics of the task at hand can be read back; files are sent with their content.
    """

    def log_metric(self, key: str, value: float, timestamp: datetime | None = None) -> None:
        """Send a metric."""
        super().log_metric(key, value, timestamp)
        _send("log_metric", key, as_number(key, value), timestamp)

    def log_param(self, key: str, value: Any) -> None:
        """Send a parameter."""
        _send("log_param", key, value)

    def log_artifact(self, local_path: str, artifact_path: str | None = None) -> None:
        """Send a file, content and all."""
        import os

        with open(local_path, "rb") as file:
            content = file.read()
        channel.send(("artifact", artifact_path or os.path.basename(local_path), content))

    def log_input(
        self,
        df: Any,
        context: str | None = None,
        tags: dict[str, Any] | None = None,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Send what is known of a dataframe, not the dataframe."""
        _send("log_input", outline(df), context, tags)


def _send(method: str, *args: Any) -> None:
    channel.send(("mlops", method, args))
