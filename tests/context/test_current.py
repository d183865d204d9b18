from __future__ import annotations

import asyncio
import contextvars
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gluepy.conf import default_context
from gluepy.context import Context, using_context
from gluepy.context.current import active, current
from gluepy.exceptions import ContextError
from gluepy.files.folder import current_run_folder

from .conftest import Project


@pytest.fixture(autouse=True)
def in_project(project: Project) -> None:
    """Let every test here run in a project."""


def of_run(name: str) -> Context:
    return Context({"who": name, "gluepy": {"run_id": name, "run_folder": f"runs/{name}"}})


def in_new_thread(function: Any) -> Any:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(function).result()


def test_outside_a_run_there_is_one_context_of_the_process(project: Project) -> None:
    project.config("a: 1")
    assert default_context.a == 1
    run_id = default_context.gluepy.run_id
    assert default_context.gluepy.run_id == run_id
    assert in_new_thread(lambda: default_context.gluepy.run_id) == run_id
    assert current().gluepy.run_id == run_id


def test_threads_that_read_it_first_at_once_see_one_context(project: Project) -> None:
    project.config("a: 1")
    start = threading.Barrier(8)

    def read_id(_: int) -> str:
        start.wait()
        return str(default_context.gluepy.run_id)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(read_id, range(8)))) == 1


def test_a_changed_setting_makes_it_anew(project: Project) -> None:
    project.config("a: !setting GCP_PROJECT_ID")
    assert default_context.a is None
    project.set(GCP_PROJECT_ID="mine")
    assert default_context.a == "mine"
    (project.root / "other").mkdir()
    (project.root / "other" / "x.yaml").write_text("b: 2")
    project.set(CONFIG_PATH=str(project.root / "other"))
    assert "a" not in default_context
    assert default_context.b == 2


def test_a_run_sets_context_and_folder_and_gives_both_back(project: Project) -> None:
    project.config("who: nobody")
    with using_context(of_run("outer")):
        with using_context(of_run("inner")) as inner:
            assert default_context == inner
            assert default_context.who == "inner"
            assert current_run_folder() == "runs/inner"
        assert default_context.who == "outer"
        assert current_run_folder() == "runs/outer"
    assert default_context.who == "nobody"
    assert current_run_folder() == default_context.gluepy.run_folder
    assert active() == []


def test_an_error_in_a_run_gives_both_back_too(project: Project) -> None:
    project.config("who: nobody")

    def fail() -> None:
        with using_context(of_run("x")):
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert default_context.who == "nobody"
    assert active() == []


def test_a_thread_a_task_started_sees_the_only_run() -> None:
    with using_context(of_run("only")):
        assert in_new_thread(lambda: default_context.who) == "only"


def test_a_run_that_is_entered_by_several_threads_is_one_run() -> None:
    context = of_run("only")
    with using_context(context), using_context(context):
        assert active() == [context]
        assert in_new_thread(lambda: default_context.who) == "only"


def test_a_thread_that_may_belong_to_two_runs_must_say_which() -> None:
    with using_context(of_run("one")), using_context(of_run("two")):
        with pytest.raises(ContextError) as error:
            in_new_thread(lambda: default_context.who)
        assert str(error.value) == (
            "2 runs are active in this process and this thread belongs to none."
            " Start the thread's function with contextvars.copy_context().run(function)."
        )
        here = contextvars.copy_context()
        assert in_new_thread(lambda: here.run(lambda: default_context.who)) == "two"


def test_two_threads_with_two_runs_never_mix() -> None:
    seen: dict[str, set[tuple[str, str]]] = {"a": set(), "b": set()}
    turns = threading.Condition()
    order = random.Random(7).choices("ab", k=1000)

    def run(name: str) -> None:
        with using_context(of_run(name)):
            for _ in range(order.count(name)):
                with turns:
                    assert turns.wait_for(lambda: order[0] == name, timeout=60)
                    seen[name].add((default_context.who, current_run_folder()))
                    order[:] = order[1:] or ["none"]
                    turns.notify_all()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, "ab"))
    assert order == ["none"]
    assert seen == {"a": {("a", "runs/a")}, "b": {("b", "runs/b")}}
    assert active() == []


def test_runs_that_come_and_go_in_threads_at_random_never_mix() -> None:
    def run(number: int) -> bool:
        name = f"r{number}"
        with using_context(of_run(name)):
            return all(default_context.who == name for _ in range(20))

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(run, range(500)))
    assert active() == []


def test_tasks_of_an_event_loop_never_mix() -> None:
    async def run(name: str) -> set[str]:
        with using_context(of_run(name)):
            seen = set()
            for _ in range(20):
                await asyncio.sleep(0)
                seen.add(default_context.who)
            return seen

    async def both() -> list[set[str]]:
        return await asyncio.gather(run("a"), run("b"))

    assert asyncio.run(both()) == [{"a"}, {"b"}]
