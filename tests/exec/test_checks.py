from __future__ import annotations

import pytest

from gluepy.checks import Message, run_checks
from gluepy.exec import DAG, Artifact, Task, task
from gluepy.test import override_settings


@pytest.fixture(autouse=True)
def settings():
    with override_settings(START_TASK="gluepy.exec.tasks.BootstrapTask"):
        yield


def said(number: str) -> list[Message]:
    return [message for message in run_checks(deep=True) if message.id == number]


def test_a_task_that_cannot_be_used_is_an_error_of_the_dags_that_list_it() -> None:
    class Odd(Task):
        inputs = "orders"

        def run(self): ...

    class Daily(DAG):
        tasks = [Odd]

    (message,) = said("exec.E002")
    assert message.msg == "The inputs of the task 'odd' are the text 'orders'."


def test_a_dag_that_contains_itself_is_an_error() -> None:
    class Loop(DAG):
        tasks = []

    Loop.tasks = [Loop]
    (message,) = said("exec.E002")
    assert message.msg == "The DAG 'loop' contains itself."


def test_a_task_that_declares_something_may_be_listed_twice() -> None:
    @task
    def make() -> Artifact("x"): ...

    class Daily(DAG):
        tasks = [make, make]

    assert said("exec.W002") == said("exec.E002") == []
