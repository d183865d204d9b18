from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from gluepy.utils.functional import LazyProxy, SingletonMixin


def test_the_object_is_made_once_on_first_use() -> None:
    made = []
    proxy = LazyProxy(lambda: made.append(1) or [3, 1, 2])
    assert made == []
    assert len(proxy) == 3
    assert sorted(proxy) == [1, 2, 3]
    assert made == [1]


def test_a_reset_makes_it_anew() -> None:
    made = iter([[1], [1, 2]])
    proxy = LazyProxy(lambda: next(made))
    assert len(proxy) == 1
    proxy._reset()
    assert len(proxy) == 2


def test_an_uncached_one_is_made_on_every_use() -> None:
    made = iter("ab")
    proxy = LazyProxy(lambda: next(made), cached=False)
    assert [str(proxy), str(proxy)] == ["a", "b"]


def test_it_behaves_as_what_it_stands_for() -> None:
    proxy = LazyProxy(lambda: {"a": 1})
    proxy["b"] = 2
    del proxy["a"]
    assert "b" in proxy
    assert proxy["b"] == 2
    assert proxy == {"b": 2}
    assert proxy != {}
    assert bool(proxy)
    assert repr(proxy) == "{'b': 2}"
    assert isinstance(proxy, dict)
    assert "keys" in dir(proxy)
    assert LazyProxy(lambda: int)("7") == 7
    assert LazyProxy(lambda: 1) < 2 < LazyProxy(lambda: 3)
    assert hash(LazyProxy(lambda: "x")) == hash("x")
    assert bytes(LazyProxy(lambda: b"x")) == b"x"


def test_attributes_are_those_of_the_object() -> None:
    class Thing: ...

    thing = Thing()
    proxy = LazyProxy(lambda: thing)
    proxy.name = "set"
    assert thing.name == "set"
    del proxy.name
    assert not hasattr(thing, "name")
    with pytest.raises(AttributeError, match="no_such"):
        str(proxy.no_such)


def test_an_object_that_cannot_be_made_is_tried_again() -> None:
    results = iter([ValueError("first"), "made"])

    def make() -> str:
        result = next(results)
        if isinstance(result, Exception):
            raise result
        return result

    proxy = LazyProxy(make)
    with pytest.raises(ValueError, match="first"):
        str(proxy)
    assert str(proxy) == "made"


def test_a_singleton_is_one_for_each_class() -> None:
    class One(SingletonMixin): ...

    class Two(One): ...

    assert One() is One()
    assert Two() is Two()
    assert type(Two()) is Two


def test_threads_that_come_at_the_same_time_get_one_object() -> None:
    both = threading.Barrier(2)

    def make() -> object:
        both.wait(timeout=30)
        return Box()

    class Box:
        def me(self) -> Box:
            return self

    proxy = LazyProxy(make)
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(lambda _: proxy.me(), range(2))
    assert first is second
    assert proxy.me() is first
