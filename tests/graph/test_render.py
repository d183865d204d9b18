"""Drawings of graphs can be read back: they say everything, and nothing that is not so."""

from __future__ import annotations

import json
import textwrap

import pytest
from hypothesis import given

from gluepy.graph import Graph, render
from tests.graph.test_graph import acyclic

DIAMOND = Graph({"raw": [], "clean": ["raw"], "features": ["raw"], "train": ["clean", "features"]})


def read(drawing):
    """Follow the lines of a drawing and return name -> what it is connected to from above."""
    found = {}
    lanes = {}
    for line in drawing.splitlines():
        cells, _, name = line.rpartition("  ")
        here, at = {}, cells.find("o")
        for column, cell in enumerate(cells):
            # What goes straight down from the line above belongs to the lane there.
            if cell in "|+":
                here[column] = lanes[column]
        if not name:
            lanes = {}
            continue
        parents = {lanes[at]} if at in lanes else set()
        for step in (1, -1):
            column = at + step
            while 0 <= column < len(cells) and cells[column] in "-|+":
                # A bar among dashes passes; a bar without a dash before it is the end.
                if cells[column] == "|" and cells[column - step] != "-":
                    break
                if cells[column] == "+":
                    parents.add(here[column])
                column += step
        here[at] = name
        found[name] = parents
        lanes = here
    return found


@given(acyclic())
def test_a_drawing_shows_every_edge_and_no_other(parents):
    drawing = render.ascii(Graph(parents))
    assert read(drawing) == {name: set(before) for name, before in parents.items()}
    assert list(read(drawing)) == list(Graph(parents).order)


def draw(parents):
    return "\n" + render.ascii(Graph(parents)) + "\n"


def test_a_chain_is_a_straight_line():
    assert draw({"a": [], "b": ["a"], "c": ["b"]}) == "\no  a\no  b\no  c\n"


def test_a_diamond_opens_and_closes():
    assert render.ascii(DIAMOND) == textwrap.dedent("""\
        o    raw
        +-o  clean
        o |  features
        o-+  train""")


def test_a_fan_has_a_lane_for_each():
    parents = {"load": [], **{f"m{n}": ["load"] for n in range(4)}}
    parents["join"] = [f"m{n}" for n in range(4)]
    assert draw(parents) == textwrap.dedent("""
        o        load
        +-o      m0
        +-|-o    m1
        +-|-|-o  m2
        o | | |  m3
        o-+-+-+  join
        """)


def test_what_is_not_connected_stands_apart():
    assert draw({"a": [], "b": [], "c": ["b"]}) == "\no  a\n\no  b\no  c\n"


def test_notes_stand_behind_names():
    drawing = render.ascii(DIAMOND, {"clean": "reused"})
    assert drawing.splitlines()[1] == "+-o  clean  (reused)"


def test_nothing_is_drawn_as_nothing():
    assert render.ascii(Graph({})) == ""


def test_a_wide_graph_is_drawn_in_reasonable_time():
    count = 500
    parents = {"start": [], **{f"m{n}": ["start"] for n in range(count)}}
    assert len(render.ascii(Graph(parents)).splitlines()) == count + 1


@pytest.mark.parametrize("name", ['say "hi"', "a[0]", "back\\slash", "größe", "<b>", "a;b", "#1"])
def test_odd_names_are_quoted_for_mermaid_and_graphviz(name):
    graph = Graph({name: [], "next": [name]})
    mermaid = render.mermaid(graph)
    assert mermaid.splitlines()[0] == "flowchart TD"
    assert "    n0 --> n1" in mermaid.splitlines()
    label = mermaid.splitlines()[1]
    assert label.startswith('    n0["')
    assert label.endswith('"]')
    assert not set(label[8:-2]) & set('"<>')
    dot = render.dot(graph).splitlines()
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    assert f'    "{escaped}" -> "next";' in dot
    assert f'    "{escaped}" [label="{escaped}"];' in dot


def test_notes_are_part_of_every_picture():
    notes = {"raw": "reused & <old>"}
    assert "reused" in render.mermaid(DIAMOND, notes)
    assert '"raw" [label="raw\\nreused & <old>"];' in render.dot(DIAMOND, notes)


def test_the_data_of_a_graph_is_json():
    data = json.loads(json.dumps(render.to_dict(DIAMOND, {"raw": "reused"})))
    assert data["nodes"][0] == {"name": "raw", "note": "reused"}
    assert {"from": "features", "to": "train"} in data["edges"]
    assert len(data["edges"]) == 4
