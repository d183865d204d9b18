from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from gluepy.ops import BaseOpsBackend, default_mlops
from gluepy.ops.base import as_number
from gluepy.test import override_settings


@pytest.mark.parametrize(
    ("value", "number"),
    [
        (3, 3),
        (2.5, 2.5),
        (True, True),
        (np.int64(3), 3),
        (np.float32(0.5), 0.5),
        (np.float64(0.5), 0.5),
        (np.longdouble(0.5), 0.5),
        (np.bool_(True), True),
        (np.array(4), 4),
        (np.array([4.5]), 4.5),
        (Decimal("1.25"), 1.25),
        (Fraction(1, 4), 0.25),
    ],
)
def test_a_metric_becomes_a_number_that_json_holds(value: Any, number: float) -> None:
    found = as_number("key", value)
    assert found == number
    assert json.loads(json.dumps(found)) == number


@pytest.mark.parametrize("value", ["high", None, [1], np.array([1, 2]), object(), 1j])
def test_what_is_no_number_names_metric_and_value(value: Any) -> None:
    with pytest.raises(TypeError, match=r"The metric 'mae' has the value .*; a metric is a number"):
        as_number("mae", value)


def test_metrics_are_those_of_the_run_they_were_logged_in(in_run) -> None:
    tracker = BaseOpsBackend()
    with in_run("one"):
        tracker.log_metric("mae", 1)
        tracker.log_metric("mae", 2)
    with in_run("two"):
        tracker.log_metric("mae", 3)
        assert tracker.current_run_id() == "two"
        assert tracker.get_metrics() == {"mae": 3}
    with in_run("one"):
        assert tracker.get_metrics() == {"mae": 2}
    with in_run("three"):
        assert tracker.get_metrics() == {}


def test_a_run_that_is_created_again_starts_without_metrics(in_run) -> None:
    tracker = BaseOpsBackend()
    with in_run("one"):
        tracker.log_metric("mae", 1)
        assert tracker.create_run("daily") == "one"
        assert tracker.get_metrics() == {}
        tracker.log_metric("mae", 1)
        tracker.delete_run("one")
        assert tracker.get_metrics() == {}


def test_what_a_backend_does_not_keep_it_need_not_define(in_run) -> None:
    tracker = BaseOpsBackend()
    with in_run("one"):
        tracker.log_param("depth", 3)
        tracker.log_artifact("no/such/file")
        tracker.log_input(None, "training", {})
        tracker.set_terminated("one", "FINISHED")
    assert tracker.list_runs() == []
    assert tracker.get_run("one")["status"] == "UNKNOWN"


class Mine(BaseOpsBackend): ...


def test_the_default_tracker_is_what_the_setting_names() -> None:
    with override_settings(MLOPS_BACKEND=f"{__name__}.Mine"):
        assert isinstance(default_mlops, Mine)
    with override_settings(MLOPS_BACKEND=Mine):
        assert isinstance(default_mlops, Mine)
    assert type(default_mlops).__name__ == "LazyProxy"
    assert default_mlops.__class__.__name__ == "LocalOpsBackend"
