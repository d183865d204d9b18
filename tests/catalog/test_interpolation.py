from __future__ import annotations

from contextlib import suppress
from datetime import date
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gluepy.catalog.interpolation import Where, fill, names
from gluepy.exceptions import PlaceholderError

WHERE = Where("sales", "configs/catalog/a.yaml, line 3", "query")
PATH = Where("sales", "configs/catalog/a.yaml, line 3", "path", is_path=True)
VALUES = {
    "n": 3,
    "name": "x",
    "date": date(2026, 11, 21),
    "client": SimpleNamespace(id=7, _key="k", items="attribute"),
    "table": {"items": [10, 20], "two words": 2, "keys": "own"},
    "nothing": None,
    "password": "hunter22",
}


@pytest.mark.parametrize(
    ("text", "filled"),
    [
        ("a/!{name}.csv", "a/x.csv"),
        ("a/!{ name }.csv", "a/x.csv"),
        ("!{name}!{n}", "x3"),
        ("!{date:%Y-%m}", "2026-11"),
        ("a !{n:03d} b", "a 003 b"),
        ("id !{client.id}", "id 7"),
        ("!{table.items[0]} and !{table.items[-1]}", "10 and 20"),
        ("!{table['two words']}.", "2."),
        ("!{table.keys}.", "own."),
        ("a != b", "a != b"),
        ("really!", "really!"),
        ("wow!!", "wow!"),
        ("!!{name}", "!{name}"),
        ("!!!{name}", "!x"),
        ("{name} {{name}}", "{name} {{name}}"),
    ],
)
def test_placeholders_are_filled(text, filled):
    assert fill(text, VALUES) == filled


@pytest.mark.parametrize(("text", "value"), [("!{n}", 3), ("!{nothing}", None), ("!{ n }", 3)])
def test_a_text_that_is_one_placeholder_keeps_the_type(text, value):
    assert fill(text, VALUES) is value


def test_a_single_placeholder_may_be_data_of_any_shape():
    assert fill("!{table.items}", VALUES) == [10, 20]


def test_nested_data_is_filled_all_through():
    data = {"a": ["!{n}", {"b": "!{name}"}], "c": 1.5, "d": None}
    assert fill(data, VALUES) == {"a": [3, {"b": "x"}], "c": 1.5, "d": None}


def test_values_may_come_from_a_function():
    assert fill("!{a}-!{b}", lambda name: name * 2) == "aa-bb"
    with pytest.raises(PlaceholderError, match="needs a value of 'n'"):
        fill("!{n}", {}.__getitem__)


def test_what_is_filled_in_is_not_looked_at_again():
    assert fill("!{a}.", {"a": "!{b} !! {c}"}) == "!{b} !! {c}."


def test_names_are_those_of_the_variables():
    assert names({"a": ["!{n}", "!{client.id:>3}"], "b": "!!{no} != x", "c": 3}) == {"n", "client"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "!{nme}",
            "The field 'query' of the artifact 'sales' (configs/catalog/a.yaml, line 3): "
            "!{nme} needs a value of 'nme', and none was given. Did you mean 'name'?",
        ),
        ("x !{nothing}", "!{nothing} is None. Give 'nothing' a value."),
        ("!{client.id", "'!{' in '!{client.id' is not closed by a '}'. Write !!{ for a literal"),
        ("!{}", "'!{}' names no variable."),
        ("!{3}", "'!{3}' names no variable."),
        ("!{name + 1}", "is more than a name: ' + 1' is not understood. Write !{name}"),
        ("!{name.upper()}", "'()' is not understood."),
        ("!{name.upper}", "'upper' of name is a method"),
        ("!{client._key}", "asks for '_key'. Names with a leading '_' are refused."),
        ("!{client.__class__}", "asks for '__class__'."),
        ("!{table['_x']}", "asks for '_x'."),
        ("!{_name}", "asks for '_name'."),
        ("!{client.ident}", "'ident' of client is not there"),
        ("!{client.ids}", "Did you mean 'id'?"),
        ("!{table.item}", "Did you mean 'items'?"),
        ("!{table.items[5]}", "'5' of table.items is not there"),
        ("!{n[0]}", "'0' of n is not there, in 3, a int."),
        ("!{name:%Y}", "!{name:%Y} cannot format 'x':"),
        ("!{nothing:%Y}", "is None."),
    ],
)
def test_what_cannot_be_filled_is_refused_with_the_place(text, says):
    with pytest.raises(PlaceholderError) as caught:
        fill(text, VALUES, WHERE)
    assert says in str(caught.value)
    assert str(caught.value).startswith("The field 'query' of the artifact 'sales' (configs/")


def test_a_field_inside_another_is_named():
    with pytest.raises(PlaceholderError, match=r"The field 'query\.a\[1\]'"):
        fill({"a": ["x", "!{gone}"]}, {}, WHERE)


def test_a_secret_is_not_quoted():
    with pytest.raises(PlaceholderError) as caught:
        fill("!{password:%}", VALUES, WHERE)
    assert "hunter22" not in str(caught.value)


@pytest.mark.parametrize(
    "value",
    [
        *("..", "../x", "a/../../b", "/etc/passwd", "a\\b", "a\0b", "s3://bucket/x", None, ""),
        *([], {}, "a\nb", "a//b", "/", "a/"),
    ],
)
@pytest.mark.parametrize("template", ["!{v}", "data/!{v}", "!{v}/x.csv", "data/!{v}/x.csv"])
def test_no_value_leads_out_of_a_path(value, template):
    with pytest.raises(PlaceholderError, match="The field 'path' of the artifact 'sales'"):
        fill(template, {"v": value}, PATH)


def test_values_cannot_lead_out_together_either():
    with pytest.raises(PlaceholderError, match=r"make the path 'data/../x', with '..' in it"):
        fill("data/!{v}!{v}/x", {"v": "."}, PATH)


@pytest.mark.parametrize(
    ("template", "value", "filled"),
    [
        ("data/!{v}.csv", "a/b", "data/a/b.csv"),
        ("data/x!{v}.csv", "", "data/x.csv"),
        ("s3://!{v}/x.csv", "bucket", "s3://bucket/x.csv"),
        ("data/!{v}", 3.5, "data/3.5"),
        ("!{v}", 3, "3"),
        ("data/!{v}.csv", "a..b", "data/a..b.csv"),
        ("data/!{v}/", date(2026, 1, 2), "data/2026-01-02/"),
    ],
)
def test_names_fill_a_path(template, value, filled):
    assert fill(template, {"v": value}, PATH) == filled


@given(st.text(), st.sampled_from(["data/!{v}/x.csv", "!{v}", "data/x!{v}", "s3://b/!{v}!{v}.c"]))
def test_a_path_stays_below_its_folder_whatever_the_value(value, template):
    try:
        filled = fill(template, {"v": value}, PATH)
    except PlaceholderError:
        return
    assert ".." not in filled.split("/")
    assert not filled.startswith("/")
    assert "\\" not in filled
    assert ("://" in filled) == ("://" in template)


@given(st.text(alphabet="!{}[]a.:_'0 "))
def test_any_text_is_filled_or_refused(text):
    with suppress(PlaceholderError):
        fill(text, {"a": "v"})
