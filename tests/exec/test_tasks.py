from __future__ import annotations

import pytest

from gluepy.exceptions import DuplicateLabelError
from gluepy.exec import TASK_REGISTRY, EvaluationTask, Task, tasks


def test_a_task_is_registered_under_its_label() -> None:
    class Clean(Task):
        label = "clean_orders"

    assert TASK_REGISTRY["clean_orders"] is Clean
    assert tasks.REGISTRY is TASK_REGISTRY


def test_without_a_label_the_class_name_in_lower_case_is_taken() -> None:
    class CleanOrders(Task): ...

    assert CleanOrders.label == "cleanorders"
    assert TASK_REGISTRY["cleanorders"] is CleanOrders


def test_a_subclass_has_a_label_of_its_own() -> None:
    class Base(Task):
        label = "base"

    class Special(Base): ...

    assert (Base.label, Special.label) == ("base", "special")


def test_an_evaluation_task_is_a_task() -> None:
    class Measure(EvaluationTask): ...

    assert issubclass(Measure, Task)
    assert TASK_REGISTRY["measure"] is Measure


def test_a_label_that_is_taken_is_a_key_error_that_names_both() -> None:
    class First(Task):
        label = "same"

    with pytest.raises(KeyError, match=r"First .*Second ") as error:

        class Second(Task):
            label = "same"

    assert isinstance(error.value, DuplicateLabelError)
    assert TASK_REGISTRY["same"] is First


def test_a_task_without_run_says_so() -> None:
    class Lazy(Task): ...

    with pytest.raises(NotImplementedError, match=r"Lazy does not define run\(\)"):
        Lazy().run()
