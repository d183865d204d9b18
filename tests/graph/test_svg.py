"""Pictures are XML in which every task and every edge can be found where it belongs."""

from __future__ import annotations

import itertools
import re
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from gluepy.graph import Graph
from gluepy.graph.svg import svg
from tests.graph.test_graph import acyclic

NS = "{http://www.w3.org/2000/svg}"
NUMBER = re.compile(r"\d+")


class Picture:
    """What can be read from a picture."""

    def __init__(self, text: str) -> None:
        root = ElementTree.fromstring(text)
        self.size = int(root.attrib["width"]), int(root.attrib["height"])
        self.title = root.findtext(f"{NS}title")
        groups = root.findall(f"{NS}g")
        self.names = [group.findtext(f"{NS}text") for group in groups]
        self.notes = [text.text for text in root.iter(f"{NS}text") if "class" in text.attrib]
        rects = [group.find(f"{NS}rect").attrib for group in groups]
        self.boxes = [
            tuple(int(rect[side]) for side in ("x", "y", "width", "height")) for rect in rects
        ]
        paths = root.findall(f"{NS}path")
        self.lines = [[int(one) for one in NUMBER.findall(path.attrib["d"])] for path in paths]
        self.edges = [path.findtext(f"{NS}title") for path in paths]

    def at(self, x: int, y: int) -> str | None:
        """Return the name whose box has a point in the middle of its upper or lower side."""
        for name, (left, top, width, height) in zip(self.names, self.boxes, strict=True):
            if x == left + width // 2 and y in (top, top + height):
                return name
        return None


@given(acyclic())
def test_each_task_has_one_box_and_each_edge_a_line_between_two(parents) -> None:
    picture = Picture(svg(Graph(parents)))
    assert sorted(picture.names) == sorted(parents)
    ends = [(picture.at(*line[:2]), picture.at(*line[-2:])) for line in picture.lines]
    edges = [(parent, name) for name, before in parents.items() for parent in before]
    assert sorted(ends) == sorted(set(edges))
    assert sorted(picture.edges) == sorted(f"{a} → {b}" for a, b in set(edges))


@given(acyclic())
def test_boxes_lie_within_the_picture_below_their_parents_and_not_on_each_other(parents) -> None:
    picture = Picture(svg(Graph(parents)))
    width, height = picture.size
    boxes = dict(zip(picture.names, picture.boxes, strict=True))
    for x, y, w, h in boxes.values():
        assert 0 <= x <= x + w <= width
        assert 0 <= y <= y + h <= height
    for (x, y, w, _), (other_x, other_y, other_w, _) in itertools.combinations(boxes.values(), 2):
        assert y != other_y or x + w <= other_x or other_x + other_w <= x
    for name, before in parents.items():
        assert all(boxes[parent][1] < boxes[name][1] for parent in before)


def test_a_row_down_is_an_edge_of_the_longest_way() -> None:
    graph = Graph({"a": [], "b": ["a"], "c": ["a", "b"], "d": ["a"]})
    picture = Picture(svg(graph))
    tops = {name: box[1] for name, box in zip(picture.names, picture.boxes, strict=True)}
    assert tops["a"] < tops["b"] == tops["d"] < tops["c"]


def test_a_line_that_passes_a_row_runs_through_no_box() -> None:
    picture = Picture(svg(Graph({"a": [], "b": ["a"], "c": ["a", "b"]})))
    boxes = dict(zip(picture.names, picture.boxes, strict=True))
    (long,) = [line for line in picture.lines if len(line) > 8]
    left, _, width, _ = boxes["b"]
    passing = long[6]
    assert not left <= passing <= left + width


@given(st.text(st.characters(), min_size=1))
def test_any_label_title_and_note_can_be_read_back(text: str) -> None:
    picture = Picture(svg(Graph({text: []}), {text: f"<{text}>"}, title=f"{text}&"))
    seen = "".join(one if one.isprintable() else "�" for one in text)
    assert picture.names == [seen]
    assert picture.notes == [f"<{seen}>"]
    assert picture.title == f"{seen}&"


def test_a_picture_of_nothing_is_a_picture() -> None:
    assert Picture(svg(Graph({}), title="none")).title == "none"


def test_a_picture_of_thousands_with_long_edges_is_drawn() -> None:
    names = [f"t{number}" for number in range(1500)]
    parents = {name: [names[0], names[i - 1]] for i, name in enumerate(names) if i}
    picture = Picture(svg(Graph({names[0]: [], **parents})))
    assert len(picture.names) == 1500
    assert len(picture.lines) == 2997
