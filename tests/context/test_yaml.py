from __future__ import annotations

import datetime
import enum
import math
from typing import Any

import pandas as pd
import pytest
import yaml as pyyaml
from hypothesis import example, given
from hypothesis import strategies as st

from gluepy.context import yaml
from gluepy.context.document import Context
from gluepy.exceptions import ContextError

OFFSETS = st.timedeltas(
    min_value=datetime.timedelta(hours=-23), max_value=datetime.timedelta(hours=23)
).map(datetime.timezone)
MINUTES = st.integers(-1439, 1439).map(
    lambda minutes: datetime.timezone(datetime.timedelta(minutes=minutes))
)
TRAPS = st.sampled_from(
    """
    no No yes on off y n ~ null 1e3 1.5e3 1e-3 010 0o10 0x1F 0b1 1_000 12:30:00 12:30 T12:30:00
    2024-01-01 2024-01-01T00:00:00Z = << .inf -.INF .nan . - ? : , [ ] { } # & * ! | > % @ `
    true 1. .5 +1 -1 1: a: --- ... T12:30:00+02:00 !secret '
    """.split()  # noqa: SIM905
)
TEXTS = (
    st.text()
    | TRAPS
    | st.text(alphabet="ab \n\t\r:#-'\"\x85\u2028\ufeffé☃😀", max_size=12)
    | st.lists(st.text(alphabet="ab ", max_size=5), max_size=5).map("\n".join)
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(min_value=10**30, max_value=10**40)
    | st.floats()
    | TEXTS
    | st.binary(max_size=9)
    | st.dates()
    | st.times()
    | st.times(timezones=OFFSETS)
    | st.datetimes()
    | st.datetimes(timezones=MINUTES)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


def typed(value: Any) -> Any:
    """Return something that is equal only for equal values of equal types."""
    if isinstance(value, dict):
        return "dict", [(key, typed(item)) for key, item in value.items()]
    if isinstance(value, list):
        return "list", [typed(item) for item in value]
    if isinstance(value, float) and math.isnan(value):
        return "nan"
    offset = getattr(value, "tzinfo", None) and value.utcoffset()
    return type(value), repr(value) if isinstance(value, float) else value, offset


@given(st.dictionaries(TEXTS, VALUES, max_size=5))
@example({"a": "no", "b": "1e3", "c": "010", "d": "12:30:00", "e": "~", "f": "", "g": "2024-01-01"})
@example({"a": 1e3, "b": 1, "c": 1.0, "d": math.inf, "e": -0.0, "f": 10**400})
@example({"text": "one\ntwo\n\n  three\n", "b": " a\nb", "c": "a \nb", "d": "\n", "e": "a\n\n"})
def test_what_is_written_reads_back_with_the_same_types(values: dict[str, Any]) -> None:
    assert typed(yaml.load(yaml.dump(values), "x").values) == typed(values)


@given(st.datetimes(min_value=datetime.datetime(2, 1, 1), timezones=OFFSETS))
def test_any_aware_moment_comes_back_as_the_same_instant(moment: datetime.datetime) -> None:
    again = yaml.load(yaml.dump({"x": moment}), "x").values["x"]
    assert again == moment
    assert again.tzinfo is not None


@given(st.dictionaries(st.text(min_size=1), VALUES, max_size=4))
def test_other_tools_can_read_what_is_written(values: dict[str, Any]) -> None:
    assert list(pyyaml.safe_load(yaml.dump(values))) == list(values)


def test_the_written_document_is_for_people() -> None:
    assert yaml.dump({"é": "ü", "time": datetime.time(12, 30), "text": "a\nb\n", "x": 1e3}) == (
        "é: ü\ntime: T12:30:00\ntext: |\n  a\n  b\nx: 1000.0\n"
    )


def test_aliases_are_written_out() -> None:
    shared = {"x": [1]}
    assert "&" not in yaml.dump({"a": shared, "b": shared})


def test_tuples_become_lists_and_subclasses_their_plain_type() -> None:
    class Colour(enum.StrEnum):
        RED = "red"

    class Size(enum.IntEnum):
        BIG = 3

    values = {
        "t": (1, 2),
        "c": Colour.RED,
        "s": Size.BIG,
        "p": pd.Timestamp("2024-01-01 12:00"),
    }
    assert yaml.load(yaml.dump(values), "x").values == {
        "t": [1, 2],
        "c": "red",
        "s": 3,
        "p": datetime.datetime(2024, 1, 1, 12),
    }


def test_yaml_1_1_is_read_as_it_always_was() -> None:
    text = "a: no\nb: 1e3\nc: 010\nd: 12:30:00\ne: 2024-01-01\nf: ~\ng: 1.5e+3\nh: 'no'"
    assert yaml.load(text, "x").values == {
        "a": False,
        "b": "1e3",
        "c": 8,
        "d": 45000,
        "e": datetime.date(2024, 1, 1),
        "f": None,
        "g": 1500.0,
        "h": "no",
    }


def test_merge_keys_and_anchors_work_and_are_no_duplicates() -> None:
    text = "a: {x: &x {<<: {k: 1}, k: 2}}\nb:\n  <<: *x\n  m: 3\nc: *x\n"
    assert yaml.load(text, "x").values == {
        "a": {"x": {"k": 2}},
        "b": {"k": 2, "m": 3},
        "c": {"k": 2},
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml, line 3: the key 'a' stands twice, first in line 1. Remove"),
        ("s:\n  k: 1\n  k: 2\n", "f.yaml, line 3: the key 'k' stands twice, first in line 2."),
        ("a:\n  - {x: 1, x: 2}", "f.yaml, line 2: the key 'x' stands twice, first in line 2."),
        ("a: b: c\n", "f.yaml, line 1: mapping values are not allowed in this context."),
        ("a: 1\nb: [1, 2\n", "f.yaml, line 2: did not find expected ',' or ']'."),
        ("a: 1\n\tb: 2\n", "f.yaml, line 2: found a tab character that violates indentation. I"),
        ("a: *nothing\n", "f.yaml, line 1: found undefined alias. Put a value"),
        ("a: @x\n", "f.yaml, line 1: found character that cannot start any token. Put a value"),
        ("- 1\n- 2\n", "f.yaml: the top level is a list, not a mapping. Write it as 'key: value'"),
        ("word", "f.yaml: the top level is a str, not a mapping."),
        ("1: x\n", "f.yaml, line 1: the key 1 is a number, not a text. Write it in quotes: '1':"),
        ("a:\n  no: x\n", "f.yaml, line 2: the key no is a boolean, not a text. Write it"),
        ("null: x\n", "f.yaml, line 1: the key null is a null, not a text. Write it in quotes"),
        ("2024-01-01: x\n", "f.yaml, line 1: the key 2024-01-01 is a date, not a text."),
        ("? [a]\n: x\n", "f.yaml, line 1: a list cannot be a key."),
        ("a: 1\nb: 2024-13-45\n", "f.yaml, line 2: '2024-13-45' cannot be read: month must be"),
        ("a: T25:00:00\n", "f.yaml, line 1: 'T25:00:00' cannot be read: hour must be"),
        ("a: !secrt x\n", "f.yaml, line 1: unknown tag '!secrt'. Only the tags !secret and !set"),
        ("a: 1\n---\nb: 2\n", "f.yaml, line 2: a second document begins; one"),
        ("a: &x {b: *x}\n", "f.yaml: the value of 'a.b' contains itself by an alias."),
        (b"a: 1\nb: \xff\n", "f.yaml, line 2: the file is not UTF-8 text. Save it as UTF-8."),
        ("a: 1\nb: \x07\n", "f.yaml, line 2:"),
    ],
)  # fmt: skip
def test_a_bad_document_is_told_with_file_and_line(text: str | bytes, message: str) -> None:
    with pytest.raises(ContextError) as error:
        yaml.load(text, "f.yaml")
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "# only a comment\n", "---\n", "\ufeff", "{}"])
def test_an_empty_document_has_no_values(text: str) -> None:
    assert yaml.load(text, "x").values == {}


def test_a_byte_order_mark_is_no_part_of_the_first_key() -> None:
    assert yaml.load(b"\xef\xbb\xbfa: 1", "x").values == {"a": 1}


@pytest.mark.parametrize(
    ("value", "name"), [(object(), "object"), (1j, "complex"), (math.sin, "builtin_function")]
)
def test_what_yaml_cannot_hold_is_named(value: Any, name: str) -> None:
    with pytest.raises(ContextError, match=rf"The context value 'a.b.0' is a {name}"):
        yaml.dump({"a": {"b": [value]}})


def test_tags_mark_secrets_at_any_depth() -> None:
    text = "a: !secret 12\nb: {c: !secret 'no', d: 1}\ne: [1, !secret no]\nf: !secret {g: 010}\n"
    document = yaml.load(text, "x")
    assert document.values == {
        "a": 12,
        "b": {"c": "no", "d": 1},
        "e": [1, False],
        "f": {"g": 8},
    }
    assert document.secrets == {"a", "b.c", "e.1", "f"}


def test_sets_and_bytes_survive() -> None:
    context = Context({"s": {1, 2}, "b": b"\x00\xff"})
    assert yaml.load(yaml.dump(context.to_dict()), "x").values == {"s": {1, 2}, "b": b"\x00\xff"}
