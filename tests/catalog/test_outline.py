from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gluepy.catalog import catalog, outline
from gluepy.context.templates import Template
from gluepy.exceptions import CatalogError, TemplateError

LIST = """\
# The catalog.

- name: a
  type: csv
  path: a.csv   # where it lies
- type: csv
  name: "b-1"
  path: |
    - name: x
    b: 3

- {name: c, type: csv, path: '!{day}.csv'}
-   name: '{layer}_x'
    type: csv
    load_options:
      name: inner
"""
MAPPING = """\
a:
  type: csv
"b 1": {type: csv}
# between
'{layer}_x':
  type: csv
  path:
    a.csv
"""


@pytest.fixture(autouse=True)
def every_file_is_large(monkeypatch):
    monkeypatch.setattr(outline, "SHORTEST", 0)


def outlined(text: str) -> list[tuple[str, outline.Part]] | None:
    return outline.parts(Template("a.yaml", text, None))


@pytest.mark.parametrize("text", [LIST, MAPPING])
def test_entries_of_an_outline_are_those_of_the_file(text):
    whole = yaml.safe_load(text)
    entries = whole.items() if isinstance(whole, dict) else [(one["name"], one) for one in whole]
    assert [(name, part.read()) for name, part in outlined(text)] == list(entries)


def test_entries_know_their_lines():
    assert [part.line_of() for _, part in outlined(LIST)] == [3, 6, 12, 13]
    assert [part.line_of() for _, part in outlined(MAPPING)] == [1, 3, 5]


def test_rendered_entries_know_the_lines_of_the_file():
    template = Template("a.yaml", "a: {type: csv}\nb: {type: csv}\n", [3, 3])
    assert [part.line_of() for _, part in outline.parts(template)] == [3, 3]


@pytest.mark.parametrize(
    "text",
    [
        "- &a {name: a, type: csv}\n",
        "a: &base {type: csv}\nb: *base\n",
        "a: {<<: *base}\n",
        "---\na: {type: csv}\n",
        "a: {type: csv}\n---\nb: {type: csv}\n",
        "%YAML 1.1\na: {type: csv}\n",
        "a:\t{type: csv}\n",
        "a: {type: csv,\nb: c}\n",
        'a: "x\nb: c"\n',
        "a: 'x\nb: c'\n",
        "a: [x,\nb: c]\n",
        "- type: csv\n",
        "- name: 3\n",
        "- name: yes\n",
        "- name: null\n",
        "- name:\n    a\n",
        "- name: a b\n",
        '- name: "a\\tb"\n',
        "- csv\n",
        "3: {type: csv}\n",
        "true: {type: csv}\n",
        "? a\n: {type: csv}\n",
        "a: {type: csv}\n- name: b\n",
        "- name: b\na: {type: csv}\n",
        "{a: {type: csv}}\n",
        "!!map\na: {type: csv}\n",
        "just a text\n",
    ],
)
def test_what_is_not_written_plainly_is_read_as_a_whole(text):
    assert outlined(text) is None


@given(st.text(alphabet="ab-:{}[]'\" \n#&*,!|", max_size=40))
def test_an_outline_never_shows_what_the_file_does_not_hold(text):
    found = outlined(text)
    if not found:
        return
    try:
        whole = yaml.safe_load(text)
    except yaml.YAMLError:
        return
    entries = whole.items() if isinstance(whole, dict) else [(one["name"], one) for one in whole]
    assert {name for name, _ in found} == {name for name, _ in entries}


def test_a_catalog_reads_no_entry_but_those_it_uses(write):
    write("a: {type: csv, path: a}\nb: {type: ]csv[}\n'{x}_y': {type: csv}\n")
    assert catalog.entry("a").fields == {"path": "a"}
    assert catalog.entry("b_y").pattern == "{x}_y"
    with pytest.raises(TemplateError, match=r"configs/catalog/data.yaml, line 2:"):
        catalog.entry("b")


def test_a_name_given_twice_is_found_all_the_same(write):
    write("- {name: a, type: csv}\n- {name: a, type: csv}\n")
    with pytest.raises(CatalogError, match=r"line 1, and configs/catalog/data.yaml, line 2"):
        len(catalog)
