from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gluepy.conf.secrets import mask
from gluepy.context.rendering import flow, rendered
from gluepy.context.templates import Document, read
from gluepy.exceptions import TemplateError
from gluepy.test import override_settings

Write = Callable[[str, str], None]


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Write a file of a project, and make that project the current one."""

    def write(path: str, text: str) -> None:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), "utf-8")

    with override_settings(BASE_DIR=str(tmp_path), CONFIG_PATH=str(tmp_path / "configs")):
        yield write


def of(write: Write, text: str, **variables: Any) -> Document:
    """Return what one file of the catalog holds."""
    if variables:
        write("configs/variables/globals.yaml", yaml.safe_dump(variables))
    write("configs/catalog/a.yaml", text)
    (document,) = read(None, "catalog")
    return document


def fault(write: Write, text: str, **variables: Any) -> str:
    """Return what is said of one file of the catalog that is wrong."""
    with pytest.raises(TemplateError) as caught:
        of(write, text, **variables)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_folder_that_is_not_there_by_default_holds_nothing(write: Write) -> None:
    assert read(None, "catalog") == []


def test_a_folder_is_read_at_any_depth_in_order_without_what_is_hidden(write: Write) -> None:
    for name in ("b.yml", "a/z.yaml", "a.yaml", ".hidden.yaml", ".git/c.yaml", "notes.txt"):
        write(f"configs/catalog/{name}", f"[{name}]")
    files = [document.file for document in read(None, "catalog")]
    assert files == [f"configs/catalog/{name}" for name in ("a/z.yaml", "a.yaml", "b.yml")]


def test_a_setting_names_files_and_folders_and_each_file_counts_once(write: Write) -> None:
    write("more/a.yaml", "[1]")
    write("one.yaml.txt", "[2]")
    read_files = read(["one.yaml.txt", "more", "more/a.yaml"], "catalog")
    assert [document.value for document in read_files] == [[2], [1]]


def test_a_path_that_is_set_must_exist(write: Write) -> None:
    write("catalogue.yaml", "[]")
    with pytest.raises(TemplateError, match=r"CATALOG_PATH names 'catalog\.yaml'") as caught:
        read("catalog.yaml", "catalog")
    assert caught.value.hint == "Did you mean 'catalogue.yaml'?"


@pytest.mark.parametrize("text", ["", "# nothing\n", "{# nothing #}", "---\n"])
def test_an_empty_file_holds_none(write: Write, text: str) -> None:
    assert of(write, text).value is None


def test_a_file_without_markup_is_never_given_to_jinja(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.delitem(sys.modules, "gluepy.context.rendering", raising=False)
    assert of(write, "- {name: '!{a}', path: '{layer}_{name}'}").value[0]["name"] == "!{a}"
    assert "gluepy.context.rendering" not in sys.modules


def test_what_a_template_can_do(write: Write) -> None:
    text = """
        {% set suffix = '.csv' %}
        {% macro path(name) %}raw/{{ name }}{{ suffix }}{% endmacro %}
        {% for name in names if name != 'c' %}
        - name: {{ name | upper }}
          path: {{ path(name) }}
          when: '!{date:%Y}'
        {% endfor %}
        {% if is_live %}
        - name: live
        {% endif %}
        """
    assert of(write, text, names=["a", "b", "c"], is_live=False).value == [
        {"name": "A", "path": "raw/a.csv", "when": "!{date:%Y}"},
        {"name": "B", "path": "raw/b.csv", "when": "!{date:%Y}"},
    ]


def test_values_keep_their_types_on_the_way_through_a_template(write: Write) -> None:
    values = {
        "nothing": None,
        "yes_": True,
        "small": 0.00001,
        "huge": 1e300,
        "infinite": float("inf"),
        "day": datetime.date(2026, 11, 21),
        "nested": {"a": [1, "2", None, 'it\'s "so": #1', "é\u2028x"], "b": {}},
    }
    text = "".join(f"{name}: {{{{ {name} }}}}\n" for name in values)
    assert of(write, text, **values).value == values


def test_null_is_null_inside_a_template_too(write: Write) -> None:
    text = "a: {{ v is none }}\nb: {% if v %}yes{% else %}no{% endif %}\nc: {{ v or 'd' }}\n"
    assert of(write, text, v=None).value == {"a": True, "b": False, "c": "d"}


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=8,
    ).filter(lambda value: "\\ud" not in repr(value))
)
def test_nested_data_reads_back_as_it_was(value: Any) -> None:
    assert yaml.safe_load(flow([value])) == [value]


def test_a_template_cannot_change_the_variables(write: Write) -> None:
    write("configs/variables/globals.yaml", "names: [a]\n")
    text = "- {{ names.append('b') or '' }}{{ names | length }}\n"
    write("configs/catalog/a.yaml", text)
    write("configs/catalog/b.yaml", text)
    assert [document.value for document in read(None, "catalog")] == [[2], [2]]


def test_lines_are_those_of_the_template(write: Write) -> None:
    document = of(
        write,
        """\
        {# a comment
           of two lines #}
        {% for i in [1,
                     2] -%}
        - name: n{{ i }}
          options:
            deep: [1,
              {{ i }}]
        {% endfor %}
        {% macro entry(name) %}
        - name: {{ name }}
          type: csv
        {% endmacro %}
        {{ entry('m') }}
        {% set text %}
        one
        {% endset %}
        - name: last
        """,
    )
    value = document.value
    assert [entry["name"] for entry in value] == ["n1", "n2", "m", "last"]
    assert [document.line_of(index) for index in range(4)] == [5, 5, 14, 18]
    assert document.line_of(1, "options", "deep", 1) == 8
    assert document.line_of(0, "options", "absent") == 6
    assert document.line_of() == 5


def test_lines_of_a_plain_file_are_its_own(write: Write) -> None:
    document = of(write, "# first\n\na:\n  b: 1\nc: 2\n")
    assert [document.line_of(*way) for way in [(), ("a",), ("a", "b"), ("c",)]] == [3, 3, 4, 5]
    assert document.where("c") == "configs/catalog/a.yaml, line 5"


def test_text_kept_from_the_output_holds_no_marks() -> None:
    text = "{% set x %}a\nb{% endset %}{{ x | length }}{% filter upper %}\nq{% endfilter %}\n"
    assert rendered(text, "a.yaml", {}) == ("3\nQ\n", [3, 3, 4])


@given(st.lists(st.sampled_from(["plain", "{{ v }}", "{# c #}", "{% if t %}y{% endif %}", ""])))
def test_without_loops_every_line_is_where_it_was(lines: list[str]) -> None:
    source = "\n".join(lines)
    _, numbers = rendered(source, "a.yaml", {"v": 1, "t": True})
    assert numbers == list(range(1, source.count("\n") + 2))


def test_a_template_may_hold_characters_for_private_use() -> None:
    source = "a: \ue0001\ue001{{ 1 }}\n"
    assert rendered(source, "a.yaml", {}) == ("a: \ue0001\ue0011\n", [1, 2])


@pytest.mark.parametrize(
    ("text", "line", "problem", "advice"),
    [
        ("a: 1\nb: {{ naem }}", 2, "there is no variable 'naem'", "Did you mean 'name'?"),
        ("a: {{ db.hots }}", 1, "'db' has no 'hots'", "Did you mean 'host'?"),
        ("a: {{ db.host.x }}", 1, "the str there has no 'x'", "is defined"),
        ("\n{% if naem %}\n{% endif %}", 2, "there is no variable 'naem'", "'name'"),
        ("{% for i in [1] %}\n- {{ j }}\n{% endfor %}", 2, "there is no variable 'j'", ""),
        ("a: {{ env.HOM }}", 1, "no environment variable 'HOM'", "VARIABLES_ENVIRONMENT"),
        ("a: {{ settings.DEBUG }}", 1, "no setting 'DEBUG'", "VARIABLES_SETTINGS"),
        ("a: 1\nb: {{ name\nc: 1", 3, "expected token", "Mend the template."),
        ("a: 1\n{% fro x in y %}", 2, "unknown tag 'fro'", "Did you mean 'for'?"),
        ("a: {{ name | uper }}", 1, "No filter named 'uper'", "'upper'"),
        ("a: 1\nb: {{ name.__class__ }}", 2, "unsafe", "sandbox"),
        ("a: {{ 1 / 0 }}", 1, "ZeroDivisionError: division by zero", ""),
        ("a: {{ name + 1 }}", 1, "rendering failed: TypeError", "Check the types"),
        ("a: {{ range(9999999) }}", 1, "Range too big", ""),
        ("\n{% include 'b.yaml' %}", 2, "cannot include", "globals.yaml"),
        ("a: 1\n\tb: 2", 2, "tab character", "Indent with spaces"),
        ("a: {{ name }}\na: 2", 2, "'a' stands twice, first in line 1", "Remove one"),
        ("{# c #}\n{% if 1 %}\na: 1\na: 2\n{% endif %}", 4, "first in line 3", "Remove one"),
        ("a: 1\n---\nb: 2", 2, "a second document begins", "file of its own"),
        ("- path: !{samples}/a.csv", 1, "did not find expected", "'!{name}…'"),
        ("- name: a\n    of: b: c", 2, "mapping values are not allowed", "indentation"),
        ("- name: a\n      type: csv\n    x: 1", 2, "mapping values are not allowed", "indent"),
        ("name: a\n    type: csv", 2, "mapping values are not allowed", "indentation"),
        ("- query: select a\n    from b: c", 2, "mapping values are not allowed", "quotes"),
        ("a: [1, 2\nb: 1", 2, "did not find expected", "brackets"),
        ("a: {{ name }}: x", 1, "mapping values", "Rendered, the line reads: a: demo: x"),
        ("a: @x", 1, "cannot start any token", "quotes"),
        ("1: a", 1, "the key 1 is a number", "'1':"),
        ("# c\njust text", 2, "holds a text, neither a list nor a mapping", "- "),
        ("42", 1, "holds a number", ""),
        ("a: !secrt x", 1, "unknown tag", "!secret"),
    ],
)
def test_an_error_says_where_and_what_and_what_to_do(
    write: Write, text: str, line: int, problem: str, advice: str
) -> None:
    said = fault(write, text, name="demo", db={"host": "h"})
    assert said.startswith(f"configs/catalog/a.yaml, line {line}: ")
    assert problem in said
    assert advice in said


# The example of statisfactory's readme, as it stands there: the second entry is no YAML.
SEED = """\
- name: qaiData
  type: odbc
  extra:
    connection_string: DRIVER={ODBC Driver 17 for SQL Server};SERVER=myServer.com;DATABASE={{ datastore.database }};UID={{ datastore.user }};PWD={{ datastore.password }}
    query: SELECT TOP 10 * FROM SYSOBJECTS WHERE xtype = 'U';
- name: testDataset
    type: csv
    # PIPELINE is a statically defined value, interpolated at the catalog rendering. The value of Pipeline is pulled from globals|locals by Jinja2
    extra:
        path: '20_transformed/{{ PIPELINE }}/testDataset.csv'
- name: masterFile
  type: xslx
  extra: 
    # s3:// trigger the use of the s3 backend.
    path: s3://{{ base_bucket }}/10_raw/foobar.xlsx 
- name: coeffs
  type: pickle
  # !{samples} is a dynamically interpolated values, while executing a craft / pipeline
  extra:
    path: 30_output/model_!{samples}/coeff.pkl
"""  # noqa: E501


def test_the_catalog_of_statisfactory_loads_as_written(
    write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    datastore = {"database": "db", "user": "me", "password": "geheim77"}
    document = of(write, SEED, datastore=datastore, PIPELINE="a", base_bucket="b")
    entries = {entry["name"]: entry for entry in document.value}
    assert list(entries) == ["qaiData", "testDataset", "masterFile", "coeffs"]
    assert entries["qaiData"]["extra"]["connection_string"].endswith("UID=me;PWD=geheim77")
    assert entries["testDataset"] == {
        **{"name": "testDataset", "type": "csv"},
        "extra": {"path": "20_transformed/a/testDataset.csv"},
    }
    assert entries["coeffs"]["extra"]["path"] == "30_output/model_!{samples}/coeff.pkl"
    assert [document.line_of(index) for index in range(4)] == [1, 6, 11, 16]
    assert document.line_of(1, "extra", "path") == 10
    assert [record.getMessage() for record in caplog.records] == [
        "configs/catalog/a.yaml, line 7: indented deeper than the first key of the entry;"
        " read as if it was not."
    ]


def test_names_that_a_template_gives_itself_are_close_ones_too(write: Write) -> None:
    text = "{% set layers = ['a'] %}\n{% for x in layer %}{% endfor %}"
    assert "Did you mean 'layers'?" in fault(write, text)


def test_a_file_that_is_not_utf_8_is_told_with_its_line(write: Write, tmp_path: Path) -> None:
    write("configs/catalog/a.yaml", "")
    (tmp_path / "configs/catalog/a.yaml").write_bytes(b"a: 1\nb: \xff\n")
    with pytest.raises(TemplateError, match=r"a\.yaml, line 2: the file is not UTF-8 text"):
        read(None, "catalog")


def test_an_alias_that_contains_itself_is_an_error(write: Write) -> None:
    assert "contains itself" in fault(write, "a: &a [*a]")


def test_a_value_under_the_secret_tag_is_masked_from_then_on(write: Write) -> None:
    assert of(write, "- {url: !secret 'very-private'}").value == [{"url": "very-private"}]
    assert mask("it is very-private") == "it is ********"


def test_a_secret_is_not_in_an_error(write: Write) -> None:
    write("configs/variables/locals.yaml", "db: {password: 'geheim: 77'}\n")
    said = fault(write, "a: {{ db.password }}")
    assert "geheim" not in said
