from __future__ import annotations

import pytest

from gluepy.exceptions import CycleError, GraphError, TaskDefinitionError
from gluepy.exec import DAG, Artifact, EvaluationTask, Task, Volatile, task
from gluepy.graph import Graph
from gluepy.test import override_settings

pytestmark = pytest.mark.usefixtures("settings")


@pytest.fixture
def settings():
    with override_settings(START_TASK="gluepy.exec.tasks.BootstrapTask"):
        yield


def made(label: str, reads: str = "", writes: str = "", **options):
    """Return a task that reads and produces artifacts of those names."""

    def function(**values): ...

    function.__name__ = label
    names = [name for name in writes.split() if name]
    function.__annotations__ = {"return": Artifact.of(*names)}
    one = task(function, **options) if not options else task(**options)(function)
    one.spec.signature.inputs.update({name: Artifact(name) for name in reads.split()})
    return one


def graph_of(*entries, evaluate=()) -> Graph:
    dag = DAG.of("made", *entries)
    type(dag).eval_tasks = list(evaluate)
    return dag.graph()


def after(graph: Graph) -> dict[str, tuple[str, ...]]:
    """Return what each task directly comes after; START_TASK left out."""
    return {
        name: tuple(one for one in graph.parents(name) if one != "bootstraptask")
        for name in graph
        if name != "bootstraptask"
    }


def test_who_produces_a_value_comes_before_who_reads_it() -> None:
    show, add = made("show", "b"), made("add", "a", "b")
    graph = graph_of(show, add)
    assert after(graph) == {"show": ("add",), "add": ()}
    assert graph.order == ("bootstraptask", "add", "show")


def test_tasks_that_may_run_in_any_order_keep_that_of_the_list() -> None:
    names = [f"t{number}" for number in range(50)]
    tasks = [made(name, "", name) for name in names]
    for _ in range(3):
        assert graph_of(*tasks).order == ("bootstraptask", *names)


def test_a_task_may_depend_on_others_by_name_or_by_itself() -> None:
    first, second = made("first", "", "a"), made("second", "", "b")
    third = made("third", "", "c", depends_on=[first, "second"])
    assert after(graph_of(third, second, first))["third"] == ("first", "second")


def test_a_task_cannot_depend_on_one_that_is_not_in_the_dag() -> None:
    first = made("first", "", "a")
    with pytest.raises(GraphError, match=r"'last' depends on 'frist', which is not in the DAG"):
        graph_of(first, made("last", "a", "b", depends_on=["frist"]))


def test_a_task_that_declares_nothing_is_a_barrier() -> None:
    class Barrier(Task):
        def run(self): ...

    a, b, c, d = (made(name, "", name) for name in "abcd")
    assert after(graph_of(a, b, Barrier, c, d)) == {
        "a": (),
        "b": (),
        "barrier": ("a", "b"),
        "c": ("barrier",),
        "d": ("barrier",),
    }


def test_tasks_that_declare_nothing_run_in_the_order_of_the_list() -> None:
    class C(Task):
        def run(self): ...

    class A(Task):
        def run(self): ...

    class B(Task):
        def run(self): ...

    assert after(graph_of(C, A, B, A)) == {"c": (), "a": ("c",), "b": ("a",), "a#2": ("b",)}


def test_every_evaluation_comes_after_all_work() -> None:
    class First(EvaluationTask):
        inputs = ["a"]

        def run(self, a): ...

    class Second(EvaluationTask):
        outputs = ["score"]

        def run(self): ...

    class Third(EvaluationTask):
        def run(self): ...

    a, b = made("a", "", "a"), made("b", "", "b")
    found = after(graph_of(a, b, evaluate=[First, Second, Third]))
    assert set(found["first"]) == {"a", "b"}
    assert set(found["second"]) == {"a", "b"}
    assert set(found["third"]) == {"first", "second"}


def test_an_evaluation_may_read_what_another_produces() -> None:
    class Shown(EvaluationTask):
        inputs = ["score"]

        def run(self, score): ...

    class Scored(EvaluationTask):
        outputs = ["score"]

        def run(self): ...

    assert after(graph_of(made("a", "", "a"), evaluate=[Shown, Scored]))["shown"] == (
        *("scored", "a"),
    )


def test_a_task_that_changes_a_value_in_place_runs_before_other_readers() -> None:
    read, update, produce = made("read", "x"), made("update", "x", "x"), made("produce", "", "x")
    assert graph_of(read, update, produce).order[1:] == ("produce", "update", "read")


def test_two_tasks_that_change_one_value_are_an_error_that_names_them_and_it() -> None:
    with pytest.raises(GraphError, match="'one' and 'two' both read and write 'x'"):
        graph_of(made("make", "", "x"), made("one", "x", "x"), made("two", "x", "x"))


def test_two_producers_are_an_error_that_names_them_and_the_value() -> None:
    with pytest.raises(GraphError, match="'one' and 'two' both produce 'x'"):
        graph_of(made("one", "", "x"), made("two", "", "x y"))


def test_a_cycle_is_an_error_that_prints_it() -> None:
    with pytest.raises(CycleError, match=r"wait for each other: a -> b -> c -> a. Break"):
        graph_of(made("a", "z", "x"), made("b", "x", "y"), made("c", "y", "z"))


def test_a_value_is_an_artifact_or_a_volatile_on_both_sides() -> None:
    @task
    def make() -> Volatile("x"): ...

    with pytest.raises(GraphError, match="reads the artifact 'x', but 'make' produces it"):
        graph_of(make, made("read", "x"))


def test_a_task_that_declares_something_runs_once_however_often_it_is_listed() -> None:
    a, b = made("a", "", "x"), made("b", "x")
    shared = DAG.of("shared", a)
    graph = graph_of(a, shared, DAG.of("other", shared, b), b)
    assert after(graph) == {"a": (), "b": ("a",)}


def test_two_tasks_of_one_function_name_never_get_lost() -> None:
    def one():
        @task(label="same")
        def same() -> Artifact("a"): ...

        return same

    one()
    with pytest.raises(KeyError, match="same"):
        one()


class Typed(Task):
    label = "tests.wiring.typed"

    def run(self, orders: Artifact, rate: float = 0.2) -> Artifact("augmented"): ...


class Listed(Task):
    label = "tests.wiring.listed"
    inputs = {"df": "orders", "best": Volatile}
    outputs = ["augmented", Volatile("count")]
    depends_on = ["tests.wiring.typed"]

    def run(self, df, best, rate=0.2): ...


class Unpassed(Task):
    label = "tests.wiring.unpassed"
    inputs = ["orders"]

    def run(self): ...


def test_a_class_declares_in_its_signature_or_in_attributes() -> None:
    typed, listed, unpassed = (one.spec.signature for one in (Typed, Listed, Unpassed))
    assert typed.inputs == {"orders": Artifact("orders")}
    assert (typed.params, typed.outputs) == ({"rate": 0.2}, (Artifact("augmented"),))
    assert listed.inputs == {"df": Artifact("orders"), "best": Volatile("best")}
    assert listed.outputs == (Artifact("augmented"), Volatile("count"))
    assert listed.params == {"rate": 0.2}
    assert Listed.spec.options.depends_on == ("tests.wiring.typed",)
    assert list(unpassed.inputs.values()) == [Artifact("orders")]
    assert after(graph_of(Unpassed, made("make", "", "orders"))) == {
        "tests.wiring.unpassed": ("make",),
        "make": (),
    }


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ("orders", r"are the text 'orders'. \[\"orders\"\]"),
        ([3], "list 3"),
        ([Artifact], r"list <class"),
    ],
)
def test_a_class_that_declares_nonsense_is_named(values, message: str) -> None:
    class Odd(Task):
        inputs = values

        def run(self): ...

    with pytest.raises(TaskDefinitionError, match=f"The inputs of the task 'odd' {message}"):
        _ = Odd.spec
