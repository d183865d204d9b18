from __future__ import annotations

import json

import pytest

from gluepy.exceptions import GraphError, TaskDefinitionError
from gluepy.exec import DAG, DAG_REGISTRY, Artifact, EvaluationTask, Task, Volatile, task
from gluepy.exec.dags import LONGEST
from gluepy.test import override_settings


@pytest.fixture(autouse=True)
def settings():
    with override_settings(START_TASK="gluepy.exec.tasks.BootstrapTask"):
        yield


@pytest.fixture
def parts():
    @task
    def a() -> Volatile("x"): ...

    @task
    def b(x: Volatile) -> Volatile("y"): ...

    class C(Task):
        def run(self): ...

    return a, b, C


def labels(dag: DAG) -> list[str]:
    return [entry.label for entry in dag.inject_tasks()[1:]]


def test_tasks_and_dags_are_added_in_every_combination(parts) -> None:
    a, b, c = parts

    class Inner(DAG):
        tasks = [a, b]

    for made in (a + b + c, sum([a, b, c]), a + (b + c), Inner + c, Inner() + c):
        assert isinstance(made, DAG)
        assert labels(made) == ["a", "b", "c"]
    assert labels(c + Inner) == labels(c + Inner()) == ["c", "a", "b"]
    assert labels(Inner + Inner) == ["a", "b", "a", "b"]
    assert labels(b.map(x=[1]) + a) == ["b", "a"]


def test_a_sum_is_called_after_its_parts_and_is_not_registered(parts) -> None:
    a, b, c = parts
    before = dict(DAG_REGISTRY)
    assert (a + b + c).label == "a+b+c"
    assert repr(a + b) == "<DAG a+b>"
    assert len(sum(a for _ in range(1000)).label) <= LONGEST
    assert dict(DAG_REGISTRY) == before


def test_adding_changes_nothing_that_is_added(parts) -> None:
    a, b, c = parts
    left, right = a + b, DAG.of("right", c)
    both = left + right
    assert (labels(left), labels(right), labels(both)) == (["a", "b"], ["c"], ["a", "b", "c"])
    assert (left.label, right.label) == ("a+b", "right")


def test_a_dag_of_a_name_has_that_name(parts) -> None:
    dag = DAG.of("A pipeline named Désir", *parts)
    assert (dag.label, labels(dag)) == ("A pipeline named Désir", ["a", "b", "c"])
    assert "A pipeline named Désir" not in DAG_REGISTRY


def test_what_is_no_task_cannot_be_added(parts) -> None:
    with pytest.raises(TypeError, match="unsupported operand"):
        parts[0] + 3
    with pytest.raises(TypeError, match="unsupported operand"):
        3 + parts[0]


def test_evaluations_of_dags_in_a_dag_are_kept(parts) -> None:
    a, b, c = parts

    class Measure(EvaluationTask):
        def run(self): ...

    class Last(EvaluationTask):
        def run(self): ...

    class Inner(DAG):
        tasks = [a]
        eval_tasks = [Measure]

    class Outer(DAG):
        tasks = [Inner, b]
        eval_tasks = [Last]

    assert labels(Outer()) == ["a", "b", "measure", "last"]
    assert labels(Inner + b + c) == ["a", "b", "c", "measure"]
    assert [step.is_evaluation for step in Outer().steps()[1:]] == [False, False, True, True]
    assert [entry.label for entry in Outer().inject_tasks(skip_eval=True)[1:]] == ["a", "b"]
    assert [entry.label for entry in Outer().inject_tasks(eval_only=True)[1:]] == [
        *("measure", "last")
    ]


def test_a_dag_that_contains_itself_is_an_error() -> None:
    class Loop(DAG):
        tasks = []

    Loop.tasks = [Loop]
    with pytest.raises(GraphError, match="The DAG 'loop' contains itself"):
        Loop().inject_tasks()


def test_notebooks_show_a_picture(parts) -> None:
    a, b, _ = parts
    bundle = (b + a)._repr_mimebundle_()
    assert "a" in bundle["text/plain"]
    assert "flowchart TD" in bundle["text/vnd.mermaid"]
    assert f"<title>{(b + a).label}</title>" in bundle["image/svg+xml"]
    assert json.dumps(bundle)


def test_a_dag_of_very_many_tasks_is_not_drawn(monkeypatch: pytest.MonkeyPatch, parts) -> None:
    monkeypatch.setattr("gluepy.exec.dags.LARGEST_PICTURE", 2)
    a, b, _ = parts
    assert set((a + b)._repr_mimebundle_()) == {"text/plain", "text/vnd.mermaid"}


@pytest.mark.parametrize(
    ("spread", "message"),
    [
        ({}, "'f' is mapped over nothing"),
        ({"pth": [1]}, "no parameter 'pth' to map over. Did you mean 'path'"),
        ({"path": "abc"}, "mapped over path='abc', which is no list"),
        ({"path": 3}, "mapped over path=3, which is no list"),
    ],
)
def test_a_map_that_makes_no_sense_is_refused(spread, message: str) -> None:
    @task
    def f(path: str, x: Artifact) -> Artifact("out"): ...

    with pytest.raises(TaskDefinitionError, match=message):
        f.map(**spread)


def test_a_mapped_task_reads_what_the_others_do_and_the_lists_it_is_mapped_over() -> None:
    @task
    def f(path: str, x: Artifact, n: int) -> Artifact("out"): ...

    mapped = f.map(path=Volatile("paths"), n=(1, 2))
    assert mapped.spec.reads == {"x": Artifact("x"), "path": Volatile("paths")}
    assert mapped.spec.spread["n"] == [1, 2]
    assert mapped.spec.signature.params == {}
    assert f.spec.signature.params.keys() == {"path", "n"}
    assert repr(mapped) == "<MappedTask f over path, n>"
