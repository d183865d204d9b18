from __future__ import annotations

import asyncio
import unittest

import pytest

from gluepy.conf import default_settings
from gluepy.files.storages import default_storage
from gluepy.test import override_settings

MEMORY = "gluepy.files.storages.memory.MemoryStorage"


def test_settings_hold_inside_the_block_and_nothing_is_left_after() -> None:
    assert not default_settings.configured
    with override_settings(LOG_LEVEL="ERROR", MINE=1):
        assert default_settings.configured
        assert (default_settings.LOG_LEVEL, default_settings.MINE) == ("ERROR", 1)
    assert not default_settings.configured


def test_nested_overrides_are_taken_back_one_by_one() -> None:
    with override_settings(A=1):
        with override_settings(A=2), override_settings(A=3, B=1):
            assert default_settings.A == 3
        assert default_settings.A == 1
        assert not hasattr(default_settings, "B")


def test_overrides_that_end_in_another_order_leave_the_rest_in_force() -> None:
    outer, inner = override_settings(A=1), override_settings(A=2)
    outer.__enter__()
    inner.__enter__()
    outer.__exit__()
    assert default_settings.A == 2
    inner.__exit__()
    assert not default_settings.configured


def test_one_override_can_be_entered_again_inside_itself() -> None:
    override = override_settings(A=1)
    with override:
        with override:
            pass
        assert default_settings.A == 1


def test_an_exception_takes_the_settings_back_too() -> None:
    with pytest.raises(KeyError), override_settings(A=1):
        raise KeyError
    assert not default_settings.configured


def test_a_function_is_decorated_and_keeps_its_name() -> None:
    @override_settings(A=1)
    def tell(more: int) -> int:
        return default_settings.A + more

    assert tell(1) == 2
    assert tell.__name__ == "tell"
    assert not default_settings.configured


def test_a_coroutine_is_decorated_for_as_long_as_it_runs() -> None:
    @override_settings(A=1)
    async def tell() -> int:
        await asyncio.sleep(0)
        return default_settings.A

    waiting = tell()
    assert not default_settings.configured
    assert asyncio.run(waiting) == 1
    assert not default_settings.configured


class Base(unittest.TestCase):
    __test__ = False

    def runTest(self) -> None:
        assert default_settings.A == 1


def run_case(case: type[unittest.TestCase]) -> unittest.TestResult:
    result = unittest.TestResult()
    case().run(result)
    return result


def test_a_test_case_has_the_settings_in_every_test_and_in_its_set_up() -> None:
    seen = []

    @override_settings(A=1)
    class Case(Base):
        def setUp(self) -> None:
            seen.append(default_settings.A)

        def tearDown(self) -> None:
            seen.append(default_settings.A)

    assert run_case(Case).wasSuccessful()
    assert seen == [1, 1]
    assert not default_settings.configured


def test_a_set_up_that_fails_takes_the_settings_back() -> None:
    @override_settings(A=1)
    class Case(Base):
        def setUp(self) -> None:
            raise RuntimeError

    assert len(run_case(Case).errors) == 1
    assert not default_settings.configured


def test_another_class_cannot_be_decorated() -> None:
    with pytest.raises(TypeError, match=r"'Plain': it is no unittest\.TestCase"):

        @override_settings(A=1)
        class Plain: ...


def test_what_was_made_from_a_setting_is_made_anew_inside_and_after() -> None:
    with override_settings(STORAGE_BACKEND=MEMORY, STORAGE_ROOT=""):
        default_storage.touch("a", "outer")
        with override_settings(STORAGE_BACKEND=MEMORY):
            assert not default_storage.exists("a")
