from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import pytest

from gluepy.catalog.base import Dataset, FileDataset
from gluepy.catalog.fields import problems, validated
from gluepy.exceptions import CatalogError

WHERE = "configs/catalog/a.yaml, line 3"


@dataclass
class Grid:
    rows: int
    name: str = "grid"


class Everything(Dataset, register=False):
    kind: ClassVar[str] = "no field"
    a_str: str = "x"
    an_int: int = 1
    a_float: float = 1.5
    a_bool: bool = False
    a_list: list[int] = [1]
    a_dict: dict[str, float] = {}
    a_pair: tuple[str, int] = ("a", 1)
    some: tuple[str, ...] = ()
    a_set: set[str] = set()
    choice: Literal["fail", "replace"] = "fail"
    maybe: int | None = None
    either: int | str = 0
    anything: Any = None
    grid: Grid | None = None


def value(**given: Any) -> Any:
    (name,) = given
    return validated(Everything, "x", given, WHERE)[name]


def refusal(**given: Any) -> str:
    with pytest.raises(CatalogError) as caught:
        validated(Everything, "x", given, WHERE)
    return str(caught.value)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"a_str": "y"}, "y"),
        ({"an_int": 3}, 3),
        ({"an_int": "3"}, 3),
        ({"an_int": 3.0}, 3),
        ({"a_float": 3}, 3.0),
        ({"a_float": "1e3"}, 1000.0),
        ({"a_bool": True}, True),
        ({"a_bool": "off"}, False),
        ({"a_bool": 1}, True),
        ({"a_list": ["1", 2]}, [1, 2]),
        ({"a_dict": {"a": "1"}}, {"a": 1.0}),
        ({"a_pair": ["b", "2"]}, ("b", 2)),
        ({"some": ["a", "b"]}, ("a", "b")),
        ({"a_set": ["a", "a"]}, {"a"}),
        ({"choice": "replace"}, "replace"),
        ({"maybe": None}, None),
        ({"maybe": "3"}, 3),
        ({"either": "3"}, "3"),
        ({"either": 3}, 3),
        ({"anything": {"a": [1]}}, {"a": [1]}),
        ({"grid": {"rows": "3"}}, Grid(3)),
    ],
)
def test_a_value_becomes_what_the_annotation_asks_for(given, expected):
    found = value(**given)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"a_str": 3}, "'a_str' of the artifact 'x' (configs/catalog/a.yaml, line 3) is 3."),
        ({"a_str": 3}, "It takes a text. Put it in quotes."),
        ({"an_int": 3.5}, "is 3.5. It takes a whole number."),
        ({"an_int": True}, "is True. It takes a whole number."),
        ({"an_int": "many"}, "is 'many'. It takes a whole number."),
        ({"a_float": "much"}, "is 'much'. It takes a number."),
        ({"a_bool": "maybe"}, "is 'maybe'. It takes true or false."),
        ({"a_list": "a, b"}, "It takes a list. Write it like [a, b]."),
        ({"a_list": [1, "b"]}, "'a_list[1]' of the artifact 'x'"),
        ({"a_dict": {"a": "b"}}, "'a_dict.a' of the artifact 'x'"),
        ({"a_dict": []}, "It takes a mapping."),
        ({"a_pair": ["b"]}, "It takes a list of 2 values."),
        ({"choice": "replce"}, "It takes 'fail' or 'replace'. Did you mean 'replace'?"),
        ({"maybe": "b"}, "It takes a whole number or null."),
        ({"grid": {}}, "It takes Grid with rows, name. Add 'rows'."),
        ({"grid": {"rows": 1, "cols": 2}}, "Not 'cols'."),
        ({"grid": {"rows": "b"}}, "'grid.rows' of the artifact 'x'"),
        ({"load_optons": {}}, "unknown field 'load_optons'. Did you mean 'load_options'"),
        ({"kind": "x"}, "unknown field 'kind'."),
    ],
)
def test_a_value_that_does_not_fit_is_refused_with_what_would(given, says):
    assert says in refusal(**given)


def test_a_field_without_a_default_must_be_given():
    with pytest.raises(CatalogError) as caught:
        validated(FileDataset, "x", {}, WHERE)
    assert str(caught.value) == (
        "The artifact 'x' (configs/catalog/a.yaml, line 3) lacks the field 'path'. Add: path: …"
    )


def test_defaults_are_copies():
    first = validated(Everything, "x", {}, WHERE)
    first["a_list"].append(2)
    first["load_options"]["sep"] = ";"
    assert validated(Everything, "x", {}, WHERE)["a_list"] == [1]
    assert Everything.load_options == {}


def test_a_subclass_may_give_a_field_a_default():
    class Fixed(FileDataset, register=False):
        path = "always.txt"

    assert Fixed("x", {}).path == "always.txt"


def test_all_that_is_wrong_is_told():
    given = {"an_int": "a", "a_bool": "b", "nobody": 1}
    assert len(list(problems(Everything, "x", given, WHERE))) == 3


def test_a_secret_is_not_quoted():
    class Login(Dataset, register=False):
        password: str = ""

    with pytest.raises(CatalogError) as caught:
        Login("x", {"password": 123456789})
    assert "123456789" not in str(caught.value)


def test_a_name_in_use_is_no_field():
    class Wrong(Dataset, register=False):
        where: str = ""

    with pytest.raises(CatalogError, match="has a field 'where', a name in use"):
        Wrong("x", {})


def test_an_annotation_that_names_nothing_is_told():
    class Wrong(Dataset, register=False):
        field: Nothing = 1  # noqa: F821

    with pytest.raises(CatalogError, match=r"Wrong cannot be read: name 'Nothing'"):
        Wrong("x", {})


def test_a_pydantic_model_is_made_from_a_mapping():
    pydantic = pytest.importorskip("pydantic")

    class Login(pydantic.BaseModel):
        port: int

    class Server(Dataset, register=False):
        login: Login

    Server.__annotations__["login"] = Login
    assert Server("x", {"login": {"port": "3"}}).login.port == 3
    with pytest.raises(CatalogError, match="valid integer"):
        Server("x", {"login": {"port": "b"}})
