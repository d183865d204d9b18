"""Calling function tasks by hand, with the catalog."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gluepy.catalog import catalog
from gluepy.exceptions import ArtifactError, TaskOutputError, UnknownParameterError
from gluepy.exec import DAG, Artifact, Volatile, task
from gluepy.runs import interactive

CATALOG = """
- {name: orders, type: json, path: orders.json, root: true}
- {name: augmented, type: json, path: "augmented-!{rate}.json", root: true}
- {name: best, type: json, path: best.json, root: true}
"""


@pytest.fixture(autouse=True)
def cataloged(project: Path) -> Iterator[None]:
    folder = project / "configs" / "catalog"
    folder.mkdir()
    (folder / "artifacts.yaml").write_text(CATALOG)
    interactive.enable()
    yield
    interactive.disable()


@pytest.fixture
def augment() -> Any:
    @task
    def augment(orders: Artifact, rate: int = 2) -> Artifact("augmented"):
        return [rate * order for order in orders]

    return augment


def test_a_call_loads_the_inputs_it_was_not_given_and_saves_what_it_returns(augment: Any) -> None:
    catalog.save("orders", [1, 2])
    assert augment() == [2, 4]
    assert augment(rate=10) == [10, 20]
    assert catalog.load("augmented", rate=2) == [2, 4]
    assert catalog.load("augmented", rate=10) == [10, 20]


def test_inputs_that_are_given_are_not_loaded(augment: Any) -> None:
    assert augment([5]) == [10]
    assert augment(orders=[6], rate=1) == [6]
    assert not catalog.exists("orders")


def test_after_disable_the_task_is_the_plain_function_again(augment: Any) -> None:
    interactive.disable()
    assert augment([5], rate=3) == [15]
    assert not catalog.exists("augmented", rate=3)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'orders'"):
        augment()


def test_a_default_is_used_until_the_catalog_has_the_artifact() -> None:
    @task
    def count(orders: Artifact = (), other: Artifact = 7, handed: Volatile = 8) -> Volatile("n"):
        return len(orders), other, handed

    assert count() == (0, 7, 8)
    catalog.save("orders", [1, 2])
    assert count() == (2, 7, 8)


def test_outputs_that_the_catalog_does_not_name_are_only_returned() -> None:
    @task
    def split() -> [Artifact("best"), Artifact("unnamed"), Volatile("rest")]:
        return 1, 2, 3

    assert split() == (1, 2, 3)
    assert catalog.load("best") == 1


def test_a_generous_function_fills_placeholders_with_all_it_is_given() -> None:
    @task
    def anything(orders: Artifact, **more: Any) -> Artifact("augmented"):
        return [len(orders), more]

    assert anything([1], rate=4) == [1, {"rate": 4}]
    assert catalog.load("augmented", rate=4) == [1, {"rate": 4}]


def test_a_volatile_that_is_not_given_is_an_error() -> None:
    @task
    def top(augmented: Volatile, n: int = 1) -> Volatile("best"):
        return augmented[:n]

    with pytest.raises(ArtifactError) as caught:
        top()
    assert str(caught.value) == (
        "The task 'top' needs the volatile 'augmented', which only a run hands over. "
        "Pass it: top(augmented=…)"
    )
    assert top([3, 4]) == [3]


def test_an_artifact_that_the_catalog_does_not_have_is_an_error_with_close_names() -> None:
    @task
    def top(order: Artifact) -> Volatile("best"):
        return order

    with pytest.raises(ArtifactError) as caught:
        top()
    assert str(caught.value) == (
        "The task 'top' needs the artifact 'order', which the catalog does not have. "
        "Did you mean 'orders'? Pass it: top(order=…)"
    )


def test_a_parameter_that_is_not_given_is_an_error_before_anything_is_loaded() -> None:
    @task
    def top(orders: Artifact, n: int) -> Volatile("best"):
        return orders[:n]

    with pytest.raises(UnknownParameterError) as caught:
        top()
    assert str(caught.value) == "The task 'top' needs the parameter 'n'. Pass it: top(n=…)"


def test_a_call_that_python_refuses_has_its_own_error(augment: Any) -> None:
    with pytest.raises(TypeError, match=r"augment\(\) got an unexpected keyword argument 'rte'"):
        augment(rte=1)


def test_too_few_values_are_an_error() -> None:
    @task
    def split() -> [Artifact("best"), Volatile("rest")]:
        return 1

    with pytest.raises(TaskOutputError) as caught:
        split()
    assert str(caught.value) == (
        "The task 'split' returned one int, but declares 2: 'best', 'rest'. Return a tuple."
    )


def test_a_task_that_a_task_of_a_run_calls_is_the_plain_function(augment: Any) -> None:
    catalog.save("orders", [1])

    @task
    def outer() -> Volatile("seen"):
        with pytest.raises(TypeError, match="missing 1 required positional argument: 'orders'"):
            augment()
        return augment([3], rate=3)

    class Nested(DAG):
        tasks = [outer]

    assert Nested().run()["seen"] == [9]
    assert not catalog.exists("augmented", rate=3)
