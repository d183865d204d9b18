"""Graphs have one order, whoever asks; their cycles are real; parts keep what they imply."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gluepy.exceptions import CycleError, GraphError
from gluepy.graph import Graph
from gluepy.graph.selection import select

NAMES = [f"n{number}" for number in range(9)]


@st.composite
def acyclic(draw):
    """Draw names with parents, given in any order."""
    names = draw(st.permutations(NAMES[: draw(st.integers(1, len(NAMES)))]))
    parents = {
        name: draw(st.lists(st.sampled_from(names[:index]), unique=True)) if index else []
        for index, name in enumerate(names)
    }
    return {name: parents[name] for name in draw(st.permutations(names))}


@st.composite
def any_edges(draw):
    names = NAMES[: draw(st.integers(1, 6))]
    return {name: draw(st.lists(st.sampled_from(names), max_size=3)) for name in names}


def reachable(parents):
    """Return all pairs of a name and another it comes after, by whatever way."""
    pairs = {(name, parent) for name, before in parents.items() for parent in before}
    while True:
        more = {(a, d) for (a, b), (c, d) in itertools.product(pairs, pairs) if b == c} - pairs
        if not more:
            return pairs
        pairs |= more


@given(acyclic())
def test_the_order_respects_every_edge(parents):
    order = Graph(parents).order
    assert sorted(order) == sorted(parents)
    assert all(
        order.index(parent) < order.index(name)
        for name, before in parents.items()
        for parent in before
    )


@given(acyclic())
def test_the_order_is_the_given_one_wherever_the_edges_leave_a_choice(parents):
    order, given_names = Graph(parents).order, list(parents)
    left = list(given_names)
    for name in order:
        free = [one for one in left if not set(parents[one]) & set(left)]
        assert name == free[0]
        left.remove(name)


@given(acyclic(), st.randoms())
def test_the_order_does_not_depend_on_how_edges_are_listed(parents, random):
    shuffled = {name: random.sample(before, len(before)) * 2 for name, before in parents.items()}
    assert Graph(shuffled).order == Graph(parents).order


@given(any_edges())
def test_a_cycle_is_named_if_and_only_if_there_is_one(parents):
    if not any(name == other for name, other in reachable(parents)):
        assert len(Graph(parents)) == len(parents)
        return
    with pytest.raises(CycleError) as caught:
        Graph(parents)
    cycle = caught.value.cycle
    assert len(set(cycle)) == len(cycle)
    for before, after in itertools.pairwise([*cycle, cycle[0]]):
        assert before in parents[after]
    assert " -> ".join([*cycle, cycle[0]]) in str(caught.value)


@given(acyclic())
def test_ancestors_and_descendants_are_what_can_be_reached(parents):
    graph, pairs = Graph(parents), reachable(parents)
    for name in parents:
        assert graph.ancestors(name) == {parent for child, parent in pairs if child == name}
        assert graph.descendants(name) == {child for child, parent in pairs if parent == name}
        assert set(graph.children(name)) == {c for c, before in parents.items() if name in before}


@given(acyclic(), st.data())
def test_a_part_keeps_who_comes_after_whom(parents, data):
    kept = set(data.draw(st.lists(st.sampled_from(list(parents)), unique=True)))
    part = Graph(parents).only(kept)
    assert set(part) == kept
    expected = {(a, b) for a, b in reachable(parents) if a in kept and b in kept}
    assert reachable({name: part.parents(name) for name in part}) == expected


def test_a_name_that_is_not_there_is_an_error_with_a_close_one():
    with pytest.raises(GraphError, match=r"'b' comes after 'claen', which is not there.*'clean'"):
        Graph({"clean": [], "b": ["claen"]})


def test_a_cycle_begins_with_the_name_that_was_given_first():
    with pytest.raises(CycleError, match="wait for each other: a -> b -> c -> a"):
        Graph({"x": [], "a": ["c"], "b": ["a", "x"], "c": ["b"], "d": ["c"]})


def test_a_long_chain_is_no_deep_recursion():
    count = 5_000
    graph = Graph({str(n): [str(n - 1)] if n else [] for n in reversed(range(count))})
    assert graph.order == tuple(str(number) for number in range(count))
    assert len(graph.descendants("0")) == count - 1
    with pytest.raises(CycleError):
        Graph({str(n): [str((n - 1) % count)] for n in range(count)})


def test_a_graph_says_how_large_it_is():
    graph = Graph({"a": [], "b": ["a"]})
    assert repr(graph) == "<Graph of 2 names and 1 edge>"
    assert (len(graph), "a" in graph, list(graph)) == (2, True, ["a", "b"])
    assert graph == Graph({"a": [], "b": ["a", "a"]})
    assert graph != Graph({"a": [], "b": []})


# --- Selection -----------------------------------------------------------------------------

LINE = Graph({"a": [], "b": ["a"], "c": ["b"], "d": ["c"], "other": []})


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, "a b c d other"),
        ({"only": ["c"]}, "c"),
        ({"only": ["+c"]}, "a b c"),
        ({"only": ["c+"]}, "c d"),
        ({"only": ["+c+"]}, "a b c d"),
        ({"only": ["a", "other"]}, "a other"),
        ({"start": "b"}, "b c d"),
        ({"end": "b"}, "a b"),
        ({"start": "b", "end": "c"}, "b c"),
        ({"only": ["+c"], "start": "b"}, "b c"),
        ({"start": "c", "end": "a"}, ""),
    ],
)
def test_a_selection_means_what_it_says(options, expected):
    assert select(LINE, **options) == set(expected.split())


@pytest.mark.parametrize("options", [{"only": ["+othr"]}, {"start": "othr"}, {"end": "othr"}])
def test_a_selection_of_an_unknown_name_is_an_error(options):
    with pytest.raises(GraphError, match=r"no task 'othr' here.*'other'"):
        select(LINE, **options)


@given(acyclic(), st.data())
def test_a_start_leaves_what_comes_after_it_and_nothing_else(parents, data):
    graph = Graph(parents)
    name = data.draw(st.sampled_from(list(parents)))
    assert select(graph, start=name) == {name} | graph.descendants(name)
    assert select(graph, only=[f"+{name}"]) == select(graph, end=name)


def test_the_graph_of_all_its_names_is_the_graph_itself() -> None:
    graph = Graph({"a": (), "b": ("a",)})
    assert graph.only(["b", "a"]) == graph
