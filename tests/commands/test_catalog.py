"""``catalog ls``, ``describe`` and ``preview``, as a user types them."""

from __future__ import annotations

import json

import pytest

from tests.projects.factory import Project

TYPES = """
from gluepy.catalog import FileDataset, Preview

class Note(FileDataset):
    type = "note"
    password: str = ""

    def load(self):
        return self.source().open("r")

    def preview(self, rows=5):
        lines = self.load().splitlines()
        head = [{"number": i, "line": line} for i, line in enumerate(lines[:rows])]
        return Preview({"number": "int", "line": "str"}, len(lines), head)

class Plain(Note):
    type = "plain"

    def preview(self, rows=5):
        return Preview(head=self.load()[:rows], rows=12345, is_estimated=True)
"""
CATALOG = """
- name: orders
  type: note
  path: orders/!{day}.txt
  description: Orders of a day.
  tags: [raw, shop]
  password: correct-horse-battery
- name: plain
  type: plain
  path: plain.txt
- name: "{layer}_notes"
  type: note
  path: "{layer}.txt"
"""


@pytest.fixture
def shop(project: Project) -> Project:
    project.module("shop", datasets=TYPES)
    project.write("configs/catalog/shop.yaml", CATALOG)
    project.write("data/orders/2.txt", "tea\ncoffee\nmilk\n")
    project.write("data/plain.txt", "hello world")
    return project


def run(project: Project, *arguments: str) -> str:
    done = project.manage("catalog", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_artifacts_are_listed(shop: Project) -> None:
    lines = run(shop, "ls").splitlines()
    assert lines[0].split() == ["artifact", "type", "tags", "file", "description"]
    assert [line.split()[0] for line in lines[1:]] == ["orders", "plain", "{layer}_notes"]
    assert lines[1].endswith("raw, shop  configs/catalog/shop.yaml  Orders of a day.")


@pytest.mark.parametrize(
    ("option", "names"),
    [(["--tag", "raw"], ["orders"]), (["--type", "plain"], ["plain"]), (["--tag", "x"], [])],
)
def test_a_list_is_narrowed_by_tag_and_type(
    shop: Project, option: list[str], names: list[str]
) -> None:
    assert [row["name"] for row in json.loads(run(shop, "ls", "--json", *option))] == names


def test_an_artifact_is_described_without_its_secrets(shop: Project) -> None:
    text = run(shop, "describe", "orders")
    assert "correct-horse" not in text
    assert "path          orders/!{day}.txt" in text
    described = json.loads(run(shop, "describe", "orders", "--json"))
    assert described["fields"] == {"path": "orders/!{day}.txt", "password": "********"}
    assert (described["file"], described["line"]) == ("configs/catalog/shop.yaml", 1)


def test_a_preview_shows_columns_rows_and_head(shop: Project) -> None:
    assert run(shop, "preview", "orders", "day=2", "--rows", "2").splitlines() == [
        "column  type",
        "number  int",
        "line    str",
        "",
        "number  line",
        "0       tea",
        "1       coffee",
        "",
        "3 rows",
    ]
    shown = json.loads(run(shop, "preview", "orders", "day=2", "--json"))
    assert shown["rows"] == 3
    assert shown["head"][0] == {"number": 0, "line": "tea"}


def test_a_notebook_shows_a_preview_as_the_command_does(shop: Project) -> None:
    done = shop.manage("shell", "-c", "print(repr(catalog.preview('orders', 2, day=2)))")
    assert done.stdout == run(shop, "preview", "orders", "day=2", "--rows", "2")


def test_a_preview_may_be_text_and_an_estimate(shop: Project) -> None:
    assert run(shop, "preview", "plain") == "hello\n\nabout 12,345 rows\n"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["preview", "orders"], "needs a value of 'day', and none was given."),
        (["preview", "orders", "day"], "'day' is no value of a placeholder. Write KEY=VALUE"),
        (["preview", "orders", "day=[1"], "'day=[1' is no YAML:"),
        (["preview", "orders", "day=../x"], "leads out of its folder"),
        (["preview", "orders", "day=9"], "Nothing is stored of the artifact 'orders'"),
        (["preview", "orders", "day=2", "--run", "x"], "the run 'x' has no 'orders/2.txt'"),
        (["describe", "order"], "Did you mean 'orders'?"),
    ],
)
def test_a_mistake_is_one_line(shop: Project, arguments: list[str], says: str) -> None:
    done = shop.manage("catalog", *arguments)
    assert done.returncode != 0
    assert says in done.stderr
    assert done.stderr.count("\n") == 1


def test_names_are_completed(shop: Project) -> None:
    done = shop.manage(
        _MANAGE_PY_COMPLETE="bash_complete",
        COMP_WORDS="manage.py catalog describe o",
        COMP_CWORD="3",
    )
    assert "orders" in done.stdout
