from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import pytest

import gluepy.exec as ge
from gluepy.exceptions import TaskDefinitionError
from gluepy.exec import Artifact, Volatile, task
from gluepy.exec.signature import REQUIRED, read
from tests.exec import eager

if TYPE_CHECKING:
    import pandas as pd

NAMES = ("a", "b")


def names(markers) -> list[str]:
    return [repr(marker) for marker in markers]


def test_an_input_takes_the_name_of_its_parameter() -> None:
    def f(orders: Artifact, best: Volatile): ...

    assert read(f).inputs == {"orders": Artifact("orders"), "best": Volatile("best")}


def test_an_input_may_have_a_name_of_its_own() -> None:
    def f(df: Artifact("orders")): ...

    assert read(f).inputs == {"df": Artifact("orders")}


def test_a_plain_parameter_keeps_its_default() -> None:
    def f(n, rate: float = 0.2, *, top: int = 10): ...

    assert read(f).params == {"n": REQUIRED, "rate": 0.2, "top": 10}
    assert not read(f).is_declared


def test_an_input_may_have_a_default() -> None:
    def f(orders: Artifact = None, best: Volatile = 3): ...

    signature = read(f)
    assert signature.defaults == {"orders": None, "best": 3}
    assert set(signature.inputs) == {"orders", "best"}


def test_one_output() -> None:
    def f() -> Artifact("a"): ...

    def g() -> Volatile("b"): ...

    assert (*read(f).outputs, *read(g).outputs) == (Artifact("a"), Volatile("b"))


def mixed() -> [Artifact("a"), (Volatile("b"), Artifact("c"))]: ...
def of() -> Artifact.of("a", "b"): ...
def of_and_of() -> Artifact.of("a") + Volatile.of("b", "c"): ...
def pair() -> (Volatile("a"), Artifact("b")): ...
def comprehended() -> [Artifact(name) for name in NAMES]: ...
def annotated() -> Annotated[pd.DataFrame, Artifact("a")]: ...
def annotated_pair() -> tuple[Annotated[pd.DataFrame, Artifact("a")], Volatile("b")]: ...
def nothing() -> None: ...
def plain() -> int: ...


@pytest.mark.parametrize(
    ("function", "outputs"),
    [
        (mixed, ["Artifact('a')", "Volatile('b')", "Artifact('c')"]),
        (of, ["Artifact('a')", "Artifact('b')"]),
        (of_and_of, ["Artifact('a')", "Volatile('b')", "Volatile('c')"]),
        (pair, ["Volatile('a')", "Artifact('b')"]),
        (comprehended, ["Artifact('a')", "Artifact('b')"]),
        (annotated, ["Artifact('a')"]),
        (annotated_pair, ["Artifact('a')", "Volatile('b')"]),
        (nothing, []),
        (plain, []),
    ],
)
def test_outputs_are_said_in_many_ways(function, outputs: list[str]) -> None:
    assert names(read(function).outputs) == outputs


@pytest.mark.parametrize("name", ["mixed", "of", "pair", "annotated", "nothing"])
def test_annotations_that_are_not_postponed_mean_the_same(name: str) -> None:
    assert read(getattr(eager, name)).outputs == read(globals()[name]).outputs
    assert read(eager.takes).inputs == {"a": Artifact("a"), "b": Volatile("x")}


def test_a_name_that_only_type_checkers_know_is_no_error() -> None:
    def f(
        a: Annotated[pd.DataFrame, Artifact],
        b: pd.DataFrame | None = None,
        c: dict[str, pd.Series[int]] | None = None,
        d: pd.Index | None = None,
    ) -> Annotated[pd.DataFrame, Volatile("out")]: ...

    signature = read(f)
    assert signature.inputs == {"a": Artifact("a")}
    assert set(signature.params) == {"b", "c", "d"}
    assert signature.outputs == (Volatile("out"),)


def test_markers_imported_only_for_type_checkers_or_inside_a_function_are_known() -> None:
    from gluepy import exec as local

    def f(a: local.Artifact, b: ge.Volatile) -> local.Artifact("c"): ...

    assert read(f).inputs == {"a": Artifact("a"), "b": Volatile("b")}
    assert read(f).outputs == (Artifact("c"),)
    assert read(eager.postponed()).inputs == {"a": Artifact("a")}


def test_a_closure_value_may_stand_in_an_annotation() -> None:
    name = "made"

    def f() -> Artifact(name):
        return name

    assert read(f).outputs == (Artifact("made"),)


def test_a_local_name_around_the_function_may_stand_in_an_annotation() -> None:
    name = "made"
    local = Artifact

    @task
    def f(a: local) -> local(name): ...

    assert f.spec.signature.inputs == {"a": Artifact("a")}
    assert f.spec.signature.outputs == (Artifact("made"),)


def test_keyword_arguments_of_any_name_are_noted() -> None:
    def f(a: Artifact, **rest: Any): ...

    signature = read(f)
    assert signature.takes_any
    assert signature.params == {}


def test_what_cannot_be_passed_by_name_is_refused_with_the_place() -> None:
    def f(a, /): ...

    def g(*many): ...

    with pytest.raises(TaskDefinitionError, match=r"test_signature.py:\d+\).*'a' cannot be passed"):
        read(f)
    with pytest.raises(TaskDefinitionError, match=r"'\*many' cannot be passed by name"):
        read(g)


def test_the_run_of_a_class_may_take_arguments_that_nobody_passes() -> None:
    class Old:
        def run(self, *args: Any, **kwargs: Any): ...

    assert read(Old.run, skip_first=True).takes_any


def test_an_output_needs_a_name() -> None:
    def f() -> Artifact: ...

    def g() -> [Artifact("a"), Volatile]: ...

    with pytest.raises(TaskDefinitionError, match=r'needs a name: -> Artifact\("name"\)'):
        read(f)
    with pytest.raises(TaskDefinitionError, match=r'needs a name: -> Volatile\("name"\)'):
        read(g)


def test_an_output_that_is_named_twice_is_refused() -> None:
    def f() -> Artifact.of("a", "a"): ...

    with pytest.raises(TaskDefinitionError, match="it returns 'a' twice"):
        read(f)


def test_an_annotation_that_is_no_python_is_refused_with_its_text() -> None:
    def f(): ...

    f.__annotations__["return"] = "Artifact('a'"
    with pytest.raises(TaskDefinitionError, match=r"its annotation 'Artifact\('a'' is no Python"):
        read(f)
