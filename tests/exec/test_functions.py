from __future__ import annotations

import pickle
import subprocess
import sys
from functools import wraps

import pytest

from gluepy.exceptions import DuplicateLabelError, TaskDefinitionError
from gluepy.exec import TASK_REGISTRY, Artifact, Task, Volatile, task


@task
def announced_number(n: int = 1) -> Volatile("n"):
    """Say a number."""
    return n


def test_a_function_is_registered_under_its_name_or_a_label() -> None:
    @task
    def clean(): ...

    @task()
    def fit(): ...

    @task(label="measure-all", retries=2, tags=["slow"])
    def measure(): ...

    assert [TASK_REGISTRY[name] for name in ("clean", "fit", "measure-all")] == [
        *(clean, fit, measure)
    ]
    assert (measure.spec.options.retries, measure.spec.options.tags) == (2, ("slow",))
    assert repr(measure) == "<task measure-all>"


def test_two_tasks_of_one_label_are_an_error_that_names_both_places() -> None:
    @task
    def clean(): ...

    with pytest.raises(DuplicateLabelError, match=r"clean.*test_functions"):

        @task(label="clean")
        def other(): ...

    with pytest.raises(DuplicateLabelError, match="clean"):

        class Clean(Task): ...


def test_called_a_task_is_the_plain_function() -> None:
    @task
    def augment(orders: Artifact, rate: float = 0.2) -> Artifact("augmented"):
        return [order * rate for order in orders]

    assert augment([10, 20]) == [2.0, 4.0]
    assert augment([10], 0.5) == augment(orders=[10], rate=0.5) == [5.0]
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'orders'"):
        augment()


def test_a_task_keeps_what_the_function_says_of_itself() -> None:
    assert announced_number.__name__ == "announced_number"
    assert announced_number.__doc__ == "Say a number."
    assert announced_number.__module__ == __name__
    assert announced_number.spec.path == f"{__name__}.announced_number"


def test_a_decorated_function_is_read_through_its_decorator() -> None:
    def twice(function):
        @wraps(function)
        def inner(*args, **kwargs):
            return 2 * function(*args, **kwargs)

        return inner

    @task
    @twice
    def double(x: Volatile) -> Volatile("y"):
        return x

    assert double.spec.signature.inputs == {"x": Volatile("x")}
    assert double.spec.call(x=2) == 4


def test_an_option_that_does_not_exist_names_the_closest() -> None:
    with pytest.raises(TaskDefinitionError, match=r"no option 'retrys'. Did you mean 'retries'"):

        @task(retrys=2)
        def clean(): ...


def test_a_label_given_in_the_place_of_a_function_says_how_it_is_written() -> None:
    with pytest.raises(TaskDefinitionError, match=r"not of 'clean'. A label is written"):
        task("clean")


def test_a_task_travels_by_its_name() -> None:
    assert pickle.loads(pickle.dumps(announced_number)) is announced_number
    assert len(pickle.dumps(announced_number)) < 100


def test_a_task_without_a_name_in_its_module_travels_with_its_code() -> None:
    code = """
import cloudpickle, pickle
from gluepy.exec import task, Volatile

def make(factor):
    @task(label=f"times{factor}", retries=3)
    def times(x: int = 2) -> Volatile("y"):
        return factor * x
    return times

copy = pickle.loads(cloudpickle.dumps(make(5)))
assert copy() == 10 and copy.label == "times5" and copy.spec.options.retries == 3
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
