"""The YAML of statisfactory, and what has to be changed in it."""

from __future__ import annotations

from textwrap import dedent

import pytest

from gluepy.context.yaml import load_value
from gluepy.importers import templates
from gluepy.importers.templates import CATALOG, PARAMETERS, convert

VARIABLES = {"base": "raw", "kinds": ["a", "b"], "none": None}


def written(text: str) -> templates.Written:
    return convert(dedent(text).lstrip("\n"), CATALOG, VARIABLES)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    path: a.csv\n", "    path: a.csv\n    root: true\n"),
        ("    path: a.csv", "    path: a.csv\n    root: true\n"),
        ("    path: a.csv  # where\n", "    path: a.csv  # where\n    root: true\n"),
        ("    path: a.csv\r\n", "    path: a.csv\r\n    root: true\r\n"),
        ("    path: '{{ base }}/!{n}.csv'\n", "    path: '{{ base }}/!{n}.csv'\n    root: true\n"),
        ("    path: >-\n      a.csv\n", "    root: true\n    path: >-\n      a.csv\n"),
        ("    path: a\n      b.csv\n", "    root: true\n    path: a\n      b.csv\n"),
        ("    path: s3://b/a.csv\n", "    path: s3://b/a.csv\n"),
        ("    path: /tmp/a.csv\n", "    path: /tmp/a.csv\n"),
        ("    path: lakefs://{{ base }}/x/a.csv\n", "    path: lakefs:///x/a.csv\n"),
        ("    path: lakefs://any/x/a.csv\n", "    path: lakefs:///x/a.csv\n"),
        ("    {path: a.csv}\n", "    {root: true, path: a.csv}\n"),
        ("    {\n      x: 1, path: 'a.csv'}\n", "    {\n      x: 1, root: true, path: 'a.csv'}\n"),
        ("{% if base %}\n    path: a\n{% else %}\n    path: b\n{% endif %}\n",
         "{% if base %}\n    path: a\n    root: true\n{% else %}\n    path: b\n    root: true\n"
         "{% endif %}\n"),
    ],
)  # fmt: skip
def test_relative_paths_start_at_the_root(before: str, after: str) -> None:
    head = "# A comment.\n- name: a\n  type: csv\n  extra:\n"
    done = convert(head + before, CATALOG, VARIABLES)
    assert done.text == head + after
    assert [note for note in done.notes if "on S3" not in note.what] == []
    assert convert(done.text, CATALOG, VARIABLES).text.count("root") >= after.count("root")


def test_loops_are_kept() -> None:
    done = written(
        """
        {% for kind in kinds %}
        - name: {{ kind }}
          type: csv
          extra:
            path: {{ base }}/{{ kind }}.csv
        {% endfor %}
        """
    )
    assert done.notes == []
    assert "    path: {{ base }}/{{ kind }}.csv\n    root: true\n{% endfor %}" in done.text
    assert [entry["name"] for entry in done.document.value] == ["a", "b"]


def test_a_path_that_is_no_place_is_left() -> None:
    text = "- name: a\n  type: odbc\n  extra: {query: x}\n  load_options:\n    path: x\n"
    done = convert(text, CATALOG, VARIABLES)
    assert done.text == text
    assert "unusual" in done.notes[0].what


def test_other_files_are_copied_as_they_are() -> None:
    text = "base:\n  path: a.csv\n  +from: []\n"
    assert convert(text, PARAMETERS, VARIABLES).text == text


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("- name: a\n  type: csv\n  extra: {path: '{{ nosuch }}'}\n", 3, "no variable 'nosuch'"),
        ("a: [\n", 1, "did not find expected"),
        ("- name: a\n  type: odbc\n  extra:\n    port: +{ !{x} }+\n", 4, "is Python"),
        ("- name: a\n  type: csv\n  owner: me\n  extra: {path: a}\n", 1, "has the key 'owner'"),
        ("\n- name: a\n  type: csv\n  extra: {path: s3://b/a}\n", 2, "put a slash in front"),
        ("- {name: a, type: csv, extra: {path: ../a}}\n", 1, "outside of the project"),
        ("- {name: a, type: csv, extra: {path: lakefs://a.csv}}\n", 1, "names no path in lakeFS"),
        ("- {name: a, type: datapane, extra: {path: /a}, load_options: {x: 1}}\n", 1, "to save it"),
    ],
)
def test_what_is_left_to_people_has_a_line(text: str, line: int, what: str) -> None:
    notes = convert(text, CATALOG, VARIABLES).notes
    assert [(note.line, what in note.what) for note in notes] == [(line, True)], notes


def test_names_that_are_defined_twice_are_noted() -> None:
    files = [written("- name: a\n  type: csv\n"), written("- name: b\n- name: a\n")]
    for number, file in enumerate(files):
        file.file = f"{number}.yaml"
    ((file, note),) = templates.duplicates(files)
    assert (file, note.line) == ("1.yaml", 2)
    assert "'a' is defined in 0.yaml, line 1" in note.what


def test_sets_of_one_name_with_a_precedence_are_meant() -> None:
    files = [
        convert("a: {+precedence: 3}\n", PARAMETERS, {}),
        convert("a: {+precedence: 1}\n", PARAMETERS, {}),
    ]
    assert templates.duplicates(files) == []


def test_patterns_of_paths_tell_which_files_there_may_be() -> None:
    text = (
        "- extra:\n    path: raw/!{n}_{{ x }}.csv\n- {extra: {path: 'a.csv'}}\n"
        "- extra:\n    path: s3://b/c\n- extra:\n    path: ../d\n- extra:\n    path: '!{all}'\n"
    )
    assert sorted(templates.patterns(text)) == ["a.csv", "raw/*_*.csv"]


def test_what_is_written_says_the_same_but_for_the_root() -> None:
    text = dedent(
        """
        # c
        - name: a
          type: pickle
          extra:
            path: x.pkl # d
          load_options: {a: [1, 2]}
        """
    )
    (before,), (after,) = load_value(text, "a"), load_value(written(text).text, "a")
    assert after["extra"].pop("root") is True
    assert before == after
