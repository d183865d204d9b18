from __future__ import annotations

from typing import Any

import pytest

from gluepy.exceptions import TaskDefinitionError
from gluepy.exec import Task, task
from gluepy.exec.options import Options


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"retries": -1}, "retries=-1: it takes a number, 0 or more"),
        ({"retries": "2"}, "retries='2'"),
        ({"timeout": 0}, "timeout=0: it takes seconds, more than 0"),
        ({"timeout": "1m"}, "timeout='1m'"),
        ({"tags": "slow"}, r"tags='slow': it takes a list. \[\"slow\"\]"),
        ({"resources": {"gpus": 1}}, "resources has 'gpus'. Did you mean 'gpu'"),
        ({"retry_delay": -1}, "retry_delay=-1: it takes seconds"),
        ({"retry_delay": {"frist": 1}}, "retry_delay has 'frist'. Did you mean 'first'"),
        ({"retry_delay": "exponential"}, "retry_delay='exponential'"),
        ({"depends_on": [3]}, "depends_on has 3, which is neither a task nor a label"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(TaskDefinitionError, match=message):
        Options(**options)


def test_a_fixed_delay_is_the_same_after_every_try() -> None:
    assert [Options(retry_delay=2).delay(attempt) for attempt in (1, 2, 9)] == [2.0, 2.0, 2.0]


def test_a_growing_delay_grows_up_to_a_limit() -> None:
    options = Options(retry_delay={"first": 1, "factor": 3, "most": 20})
    assert [options.delay(attempt) for attempt in (1, 2, 3, 4, 5)] == [1, 3, 9, 20, 20]


def test_jitter_adds_a_random_share() -> None:
    options = Options(retry_delay={"first": 10, "factor": 1, "jitter": 0.5})
    delays = [options.delay(1) for _ in range(200)]
    assert min(delays) >= 10
    assert max(delays) <= 15
    assert len(set(delays)) > 100


def test_what_a_task_depends_on_is_a_task_or_a_label_or_a_list_of_them() -> None:
    @task
    def first(): ...

    class Second(Task): ...

    assert Options(depends_on=first).depends_on == ("first",)
    assert Options(depends_on=Second).depends_on == ("second",)
    assert Options(depends_on="third").depends_on == ("third",)
    assert Options(depends_on=[first, Second, "third"]).depends_on == ("first", "second", "third")
