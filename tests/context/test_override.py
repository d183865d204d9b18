from __future__ import annotations

import asyncio
import unittest
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gluepy.conf import default_context, default_context_manager
from gluepy.context import using_context
from gluepy.context.origins import origin_of
from gluepy.exceptions import FrozenContextError
from gluepy.test.context import override_context

from .conftest import Project
from .test_current import of_run


@pytest.fixture(autouse=True)
def shop(project: Project) -> None:
    project.config("rate: 1\nshop: {open: true, items: [1]}")


def test_values_are_laid_over_and_taken_away() -> None:
    with override_context(rate=2, shop={"items": [2]}) as context:
        assert context is not None
        assert default_context.rate == 2
        assert default_context.shop.to_dict() == {"open": True, "items": [2]}
        assert origin_of(default_context, "rate") == "override_context"
        assert origin_of(default_context, "shop.open") == "configs/context.yaml"
        with override_context({"shop": {"open": False}}):
            assert default_context.rate == 2
            assert default_context.shop.open is False
        assert default_context.shop.open is True
    assert default_context.rate == 1


@pytest.mark.parametrize("value", [None, "text", [1], {"a": 1}])
def test_a_value_takes_any_place_whatever_its_type(value: Any) -> None:
    with override_context(rate=value, new=value):
        assert default_context.rate == value
        assert default_context.new == value


def test_what_is_overridden_is_frozen_too() -> None:
    with override_context(rate=[1]):
        with pytest.raises(FrozenContextError):
            default_context.rate.append(2)
        with pytest.raises(FrozenContextError):
            default_context.rate = 3


def test_an_error_takes_the_values_away() -> None:
    def fail() -> None:
        with override_context(rate=2):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert default_context.rate == 1


def test_runs_and_threads_that_start_meanwhile_see_the_values() -> None:
    with override_context(shop={"items": [7]}):
        assert default_context_manager.create_context().shop.items == [7]
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(lambda: default_context.shop.items).result() == [7]
    assert default_context_manager.create_context().shop.items == [1]


def test_inside_a_run_the_context_of_the_run_is_overridden() -> None:
    with using_context(of_run("x")):
        with override_context(who="y"):
            assert default_context.who == "y"
            assert default_context.gluepy.run_id == "x"
        assert default_context.who == "x"


@override_context(rate=3)
def test_a_function_can_be_decorated(request: pytest.FixtureRequest) -> None:
    assert request.function.__name__ == "test_a_function_can_be_decorated"
    assert default_context.rate == 3


class TestMethods:
    @override_context({"rate": 4})
    def test_a_method_can_be_decorated(self) -> None:
        assert default_context.rate == 4


def test_a_coroutine_can_be_decorated() -> None:
    @override_context(rate=5)
    async def read() -> Any:
        await asyncio.sleep(0)
        return default_context.rate

    assert asyncio.run(read()) == 5


def run_case(case: type[unittest.TestCase]) -> unittest.TestResult:
    result = unittest.TestResult()
    unittest.defaultTestLoader.loadTestsFromTestCase(case).run(result)
    return result


def test_a_test_case_class_can_be_decorated() -> None:
    seen: list[Any] = []

    @override_context(rate=6)
    class Case(unittest.TestCase):
        @classmethod
        def setUpClass(cls) -> None:
            super().setUpClass()
            seen.append(default_context.rate)

        def test_one(self) -> None:
            seen.append(default_context.rate)

        @override_context(rate=7)
        def test_two(self) -> None:
            seen.append(default_context.rate)

    class Child(Case):
        def test_three(self) -> None:
            seen.append(default_context.rate)

    class Async(unittest.IsolatedAsyncioTestCase):
        async def test_four(self) -> None:
            seen.append(default_context.rate)

    assert run_case(Case).wasSuccessful()
    assert seen == [6, 6, 7]
    assert default_context.rate == 1
    assert run_case(Child).wasSuccessful()
    assert sorted(seen[3:]) == [6, 6, 6, 7]
    assert run_case(override_context(rate=8)(Async)).wasSuccessful()
    assert seen[-1] == 8
    assert default_context.rate == 1


def test_other_classes_are_refused() -> None:
    with pytest.raises(TypeError, match=r"cannot decorate the class 'Plain': it is no unittest"):
        override_context(rate=1)(type("Plain", (), {}))
