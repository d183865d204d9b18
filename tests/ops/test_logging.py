from __future__ import annotations

import logging

import pytest

from gluepy.ops.logging import BaseOpsBackend, LoggingOpsBackend


def test_everything_is_logged_and_metrics_are_kept(in_run, caplog) -> None:
    tracker = LoggingOpsBackend()
    with caplog.at_level(logging.INFO, "gluepy"), in_run("one"):
        assert tracker.create_run("daily", username="ann") == "one"
        tracker.log_metric("mae", 1.5)
        tracker.log_param("depth", 3)
        tracker.log_artifact("plot.png")
        tracker.log_artifact("plot.png", "figures/plot.png")
        tracker.log_input(None, "training")
        assert tracker.get_metrics() == {"mae": 1.5}
        tracker.set_terminated("one", "FINISHED")
        tracker.delete_run("one")
    assert caplog.messages == [
        "Created run one of DAG 'daily' for ann",
        "Metric mae = 1.5",
        "Parameter depth = 3",
        "Artifact plot.png as plot.png",
        "Artifact plot.png as figures/plot.png",
        "Input training: shape unknown",
        "Run one ended: FINISHED",
        "Deleted run one",
    ]


@pytest.mark.parametrize("name", ["BaseOpsBackend", "LoggingOpsBackend"])
def test_the_module_holds_the_names_of_gluepy_1_6(name: str) -> None:
    assert issubclass(getattr(__import__("gluepy.ops.logging").ops.logging, name), BaseOpsBackend)
