from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gluepy.catalog.parameters import ParameterSets, load, parameter_sets, split
from gluepy.conf.secrets import mask
from gluepy.context.templates import Document
from gluepy.exceptions import ConfigurationError, GluepyError
from gluepy.test import override_settings

Write = Callable[[str, str], None]

# The two examples of statisfactory's readme, as they stand there.
SEED = """\
# ----- Base config ----- #
base_predict: # The name of the configuration
  shared_param_1: foo # A parameter shared among all crafts
  shared_param_2: bar # A parameter shared among all crafts
  jupyter.modelisation.prediction.step_predict: # The FQN of the craft
    ... # The parameters of the step_predict craft

custom_predict:
  _from: # A list of configs to inherit from
    - base_predict 
    - foobar 
  MODEL_NAME: foobar # # Another shared parameter
"""
SEED_WITH_LOOPS = """\
# prediction specific configuration

# ----- CSS / models selections ----- #
{% set to_render = [] %}
{% for css, models in generation.css.items() %} # generation.css is a dictonary defined in globals.yaml
  {% for model_name, targets in models.items() %}
    {% for target in targets %}
      {% set fqn = css + '_' + model_name + '_' + target %}
      {% if fqn not in generation.exclusions.predict_models %}  # exlusion are defined in globals.yaml
      {{- to_render.append([css, model_name, target, fqn]) or '' -}}
      {% endif %}
    {% endfor %}
  {% endfor %}
{% endfor %}

# ----- Base config ----- #
base_predict:
  jupyter.modelisation.prediction.step_predict: # The configuration to be used for the step_predict's craft
    prediction_pipeline_name: default_prediction_pipline
    prediction_pipeline_configuration:
      jupyter.modelisation.prediction.fetch_models:
        models_descriptors_names:
          - xgboost_descriptor

# ----- Client and  model specific configuration ----- #
# Automagically create new configurations with client's specific details
{% for css, model_name, target, fqn in to_render %}
predict_{{ fqn }}:
  _from:
    - base_predict  # inherit from the base configuration
  # Add some clients specific shared parameters
  CSS: {{ css }}
  MODEL_NAME: {{ model_name }}
  MODEL_TARGET: {{ target }}
{% endfor %}
"""  # noqa: E501
GENERATION = """\
generation:
  css: {north: {xgb: [t1, t2], lin: [t1]}, south: {lin: [t1]}}
  exclusions: {predict_models: [north_lin_t1]}
"""


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Write a file of a project, and make that project the current one."""

    def write(path: str, text: str) -> None:
        file = tmp_path / "configs" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), "utf-8")

    with override_settings(BASE_DIR=str(tmp_path), CONFIG_PATH=str(tmp_path / "configs")):
        yield write


def sets_of(text: str) -> ParameterSets:
    text = dedent(text)
    return ParameterSets([Document("a.yaml", text, yaml.safe_load(text), None)])


def fault(text: str, name: str = "a") -> str:
    """Return what is said of parameter sets that are wrong."""
    with pytest.raises(ConfigurationError) as caught:
        sets_of(text).resolve(name)
    return str(caught.value)


def test_the_first_example_of_statisfactory_loads_as_written(write: Write) -> None:
    write("parameters/a.yaml", SEED)
    assert parameter_sets.names() == ["base_predict", "custom_predict"]
    assert parameter_sets.describe("base_predict")["shared_param_2"] == "bar"
    with pytest.raises(ConfigurationError, match=r"line 11: .* inherits from 'foobar'"):
        parameter_sets.resolve("custom_predict")


def test_the_example_of_statisfactory_with_loops_loads_as_written(write: Write) -> None:
    write("variables/globals.yaml", GENERATION)
    write("parameters/a.yaml", SEED_WITH_LOOPS)
    made = ["predict_north_xgb_t1", "predict_north_xgb_t2", "predict_south_lin_t1"]
    assert parameter_sets.names() == ["base_predict", *made]
    found = parameter_sets.resolve("predict_north_xgb_t2")
    step = "jupyter.modelisation.prediction.step_predict"
    assert found.values == {
        step: {
            "prediction_pipeline_name": "default_prediction_pipline",
            "prediction_pipeline_configuration": {
                "jupyter.modelisation.prediction.fetch_models": {
                    "models_descriptors_names": ["xgboost_descriptor"]
                }
            },
        },
        "CSS": "north",
        "MODEL_NAME": "xgb",
        "MODEL_TARGET": "t2",
    }
    assert found.origins["CSS"] == "configs/parameters/a.yaml, line 32"
    shared, own = found.split(["step_predict"], {step: "step_predict"})
    assert shared == {"CSS": "north", "MODEL_NAME": "xgb", "MODEL_TARGET": "t2"}
    assert own["step_predict"]["prediction_pipeline_name"] == "default_prediction_pipline"


def test_parents_are_laid_from_left_to_right_and_own_keys_last() -> None:
    sets = sets_of(
        """
        a: {x: own, _from: [b, c], m: {own: 1}}
        b: {x: b, y: b, z: b, m: {b: 1, both: b}, l: [1, 2], n: 1, s: {deep: 1}}
        c: {y: c, m: {both: c}, l: [3], n: null, s: flat, _from: d}
        d: {w: d, m: {d: 1}}
        """
    )
    assert sets.describe("a") == {
        **{"x": "own", "y": "c", "z": "b", "w": "d", "n": None, "l": [3], "s": "flat"},
        "m": {"b": 1, "both": "c", "d": 1, "own": 1},
    }
    assert sets.describe("b")["m"] == {"b": 1, "both": "b"}


def test_later_spellings_of_statisfactory_mean_the_same() -> None:
    sets = sets_of(
        """
        a: {+from: [b], +tags: [t], m: {x: 1}}
        c: {+from: [b], +merge: override, m: {x: 1}, tags: mine}
        b: {m: {y: 1}}
        """
    )
    assert sets.describe("a") == {"m": {"y": 1, "x": 1}}
    assert sets.resolve("a").tags == ("t",)
    assert sets.describe("c") == {"m": {"x": 1}, "tags": "mine"}


def test_empty_sets_and_a_marker_further_down_are_plain_data() -> None:
    sets = sets_of("a: \nb: {}\nc: {_from: [a, b], d: {_from: [x]}}\n")
    assert [sets.describe(name) for name in sets] == [{}, {}, {"d": {"_from": ["x"]}}]


def test_of_sets_of_one_name_the_one_with_the_lowest_precedence_counts(write: Write) -> None:
    write("parameters/a.yaml", "x: {n: 1, only: a}\n")
    write("parameters/b.yaml", "x: {n: 2, +precedence: 3}\n")
    write("parameters/c/d.yaml", "x: {n: 3}\ny: {_from: x}\n")
    assert parameter_sets.describe("y") == {"n": 2}
    write("parameters/b.yaml", "x: {n: 2}\n")
    with pytest.raises(ConfigurationError) as caught:
        parameter_sets.names()
    assert str(caught.value).startswith(
        "configs/parameters/b.yaml, line 1: the parameter set 'x' is already defined in"
        " configs/parameters/a.yaml, line 1."
    )


def test_what_a_set_returns_may_be_changed() -> None:
    sets = sets_of("a: {l: [1], m: {x: {}}}\nb: {_from: a}\n")
    sets.resolve("b").values["l"].append(2)
    sets.resolve("a").values["m"]["x"]["y"] = 1
    assert sets.describe("b") == {"l": [1], "m": {"x": {}}}


def test_origins_name_file_and_line_of_every_value(write: Write) -> None:
    write("parameters/a.yaml", "base:\n  n: 1\n  m: {x: 1, y: 1}\n  e: {}\n")
    write("parameters/b.yaml", "{% set n = 2 %}\ntop:\n  _from: base\n  m:\n    y: {{ n }}\n")
    assert parameter_sets.origins("top") == {
        "n": "configs/parameters/a.yaml, line 2",
        "m.x": "configs/parameters/a.yaml, line 3",
        "m.y": "configs/parameters/b.yaml, line 5",
        "e": "configs/parameters/a.yaml, line 4",
    }


def test_secrets_are_masked_where_sets_are_shown(write: Write) -> None:
    write("parameters/a.yaml", "a: {db: {password: geheim77}, url: !secret 'my-own-url'}\n")
    assert parameter_sets.describe("a") == {"db": {"password": "********"}, "url": "********"}
    assert parameter_sets.resolve("a").values["url"] == "my-own-url"
    assert mask("my-own-url") == "********"


def test_files_are_read_anew_on_every_use(write: Write) -> None:
    write("parameters/a.yaml", "a: {}\n")
    assert "a" in parameter_sets
    write("parameters/a.yaml", "b: {}\n")
    assert (list(parameter_sets), len(parameter_sets)) == (["b"], 1)


def test_a_long_line_of_ancestors_is_no_trouble() -> None:
    text = "s0: {n: 0}\n" + "".join(
        f"s{i}: {{_from: s{i - 1}, n{i % 7}: {i}}}\n" for i in range(1, 3000)
    )
    assert sets_of(text).describe("s2999")["n"] == 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: {_from: a}", "line 1: the parameter set 'a' inherits from itself: a -> a."),
        ("a:\n  _from: [b]\nb: {_from: c}\nc: {_from: b}", "line 4: the parameter set 'b'"),
        ("a:\n  _from: [b]\nb: {_from: c}\nc: {_from: b}", "from itself: b -> c -> b."),
        ("a:\n  _from: [bse]\nbase: {}", "line 2: the parameter set 'a' inherits from 'bse'"),
        ("a:\n  _from: [bse]\nbase: {}", "Did you mean 'base'?"),
        ("base: {}", "There is no parameter set 'a'."),
        ("aa: {}", "Did you mean 'aa'?"),
        ("a: 3", "line 1: the parameter set 'a' is 3, not a mapping."),
        ("a: [x]", "is ['x'], not a mapping."),
        ("a:\n  _from: 3", "line 2: the parameter set 'a' has '_from: 3'. Write _from: [a, b]."),
        ("a: {_from: [b, 1]}\nb: {}", "Write _from: [a, b]."),
        ("a: {_from: b, +from: b}\nb: {}", "both '_from' and '+from'"),
        ("a:\n  x: 1\n  _form: b\nb: {}", "line 3: the parameter set 'a' has '_form'"),
        ("a: {+merge: shallow}", "Write 'recursive_merge' or 'override'."),
        ("a: {+precedence: high}", "Write a whole number."),
        ("a: {+tag: [x]}", "Did you mean '+tags'?"),
        ("- a: {}", "line 1: the file holds a list, not parameter sets."),
    ],
)
def test_an_error_says_where_and_what_and_what_to_do(text: str, said: str) -> None:
    assert said in fault(text)


def test_the_error_of_a_setting_names_it(write: Write) -> None:
    with override_settings(PARAMETERS_PATH="nowhere"), pytest.raises(GluepyError) as caught:
        load()
    assert "PARAMETERS_PATH names 'nowhere'" in str(caught.value)


_KEYS = st.sampled_from(["x", "y", "z"])
_VALUES = st.recursive(
    st.none() | st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2),
    lambda inner: st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_inheritance_is_what_a_naive_oracle_says(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 6))
    written: dict[str, Any] = {}
    for number in range(count):
        own = data.draw(st.dictionaries(_KEYS, _VALUES, max_size=3))
        known = sorted(written)
        parents = data.draw(st.lists(st.sampled_from(known), max_size=3)) if known else []
        written[f"s{number}"] = {"_from": parents, **own}
    before = deepcopy(written)
    sets = ParameterSets([Document("a.yaml", yaml.safe_dump(written), written, None)])
    for name in written:
        assert sets.resolve(name).values == naive(name, written)
        assert all(where.startswith("a.yaml, line ") for where in sets.origins(name).values())
    assert written == before


def naive(name: str, written: dict[str, Any]) -> dict[str, Any]:
    def over(below: Any, above: Any) -> Any:
        if isinstance(below, dict) and isinstance(above, dict):
            both = {key: over(below[key], above[key]) for key in below if key in above}
            return {**below, **above, **both}
        return above

    values: dict[str, Any] = {}
    for parent in written[name]["_from"]:
        values = over(values, naive(parent, written))
    return over(values, {key: value for key, value in written[name].items() if key != "_from"})


LABELS = ["load", "train", "my.task"]
PATHS = {"shop.tasks.load": "load", "shop.models.train": "train", "other.train": "train2"}


@pytest.mark.parametrize(
    ("values", "shared", "own"),
    [
        ({"n": 1, "m": {"x": 1}}, {"n": 1, "m": {"x": 1}}, {}),
        ({"load": {"n": 1}}, {}, {"load": {"n": 1}}),
        ({"load": 3}, {"load": 3}, {}),
        ({"shop.tasks.load": {"n": 1}}, {}, {"load": {"n": 1}}),
        ({"tasks.load": {"n": 1}}, {}, {"load": {"n": 1}}),
        ({"my.task": {"n": 1}}, {}, {"my.task": {"n": 1}}),
        ({"shop.tasks.load": None}, {}, {"load": {}}),
        ({"a.b": 3, "c.d": [1]}, {"a.b": 3, "c.d": [1]}, {}),
        ({"load": {"n": 1, "m": 1}, "tasks.load": {"n": 2}}, {}, {"load": {"n": 2, "m": 1}}),
    ],
)
def test_values_of_one_task_are_told_from_shared_ones(values: Any, shared: Any, own: Any) -> None:
    assert split(values, LABELS, PATHS) == (shared, own)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"shop.tasks.laod": {}}, "'shop.tasks.laod', but there is no such task. Did you mean"),
        ({"asks.load": {}}, "there is no such task"),
        ({"nothing.like.it": {}}, "Is its module in INSTALLED_MODULES?"),
        ({"shop.tasks.load": 3}, "gives the task 'load' the value 3."),
        ({"shop.tasks.load": 3}, "Write its parameters as a mapping"),
    ],
)
def test_values_of_a_task_that_is_not_there_are_an_error(values: Any, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        split(values, LABELS, PATHS)
    assert said in str(caught.value)


def test_the_end_of_a_path_must_be_of_one_task() -> None:
    paths = {"a.tasks.load": "load", "b.tasks.load": "load_b"}
    with pytest.raises(ConfigurationError, match="which may be 'load' or 'load_b'"):
        split({"tasks.load": {}}, [], paths)
    assert split({"a.tasks.load": {"n": 1}}, [], paths)[1] == {"load": {"n": 1}}


def test_the_error_of_a_task_that_is_not_there_names_set_file_and_line() -> None:
    found = sets_of("b:\n  shop.tasks.laod: {n: 1}\na: {_from: b}\n").resolve("a")
    with pytest.raises(ConfigurationError) as caught:
        found.split(LABELS, PATHS)
    assert str(caught.value).startswith("The parameter set 'a' (a.yaml, line 2) has values for")
