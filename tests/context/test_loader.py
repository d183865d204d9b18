from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gluepy.context.origins import origin_of, origins
from gluepy.exceptions import ContextError, MergeError, UnknownParameterError

from .conftest import Project


def values(context: Any) -> dict[str, Any]:
    return {key: value for key, value in context.to_dict().items() if key != "gluepy"}


def test_files_are_merged_in_sorted_order_and_not_from_subfolders(project: Project) -> None:
    project.config("a: 2\nonly_b: 1", "b.yml")
    project.config("a: 1\ns: {x: 1}", "a.yaml")
    project.config("s: {y: 2}", "c.yaml")
    project.config("a: 9", "notes.txt")
    project.config("a: 9", ".#b.yaml")
    (project.root / "configs" / "deep").mkdir()
    project.config("a: 9", "deep/z.yaml")
    (project.root / "configs" / "folder.yaml").mkdir()
    assert values(project.create()) == {"a": 2, "s": {"x": 1, "y": 2}, "only_b": 1}


def test_a_project_without_configs_has_an_empty_context(project: Project) -> None:
    project.set(CONFIG_PATH=str(project.root / "nowhere"))
    assert values(project.create()) == {}


def test_a_config_path_that_is_a_file_is_an_error(project: Project) -> None:
    project.config("a: 1")
    project.set(CONFIG_PATH=str(project.root / "configs" / "context.yaml"))
    with pytest.raises(ContextError, match=r"CONFIG_PATH = '.*context.yaml' is a file"):
        project.create()


def test_a_malformed_file_is_named_as_the_project_sees_it(project: Project) -> None:
    project.config("a: 1\nb: c: d")
    with pytest.raises(ContextError, match=r"^configs/context.yaml, line 2: mapping values"):
        project.create()


def test_two_files_that_conflict_are_both_named(project: Project) -> None:
    project.config("s: {a: {b: 1}}", "one.yaml")
    project.config("s: {a: {b: x}}", "two.yaml")
    with pytest.raises(MergeError) as error:
        project.create()
    assert str(error.value) == (
        "Conflicting types 'int' and 'str' at 's.a.b' (configs/one.yaml against configs/two.yaml)."
    )


def test_each_value_knows_what_set_it(project: Project) -> None:
    project.config("a: 1\ns: {x: 1, y: 1, z: 1}\nn: 5\nempty: {}", "one.yaml")
    project.config("a: 2\nn: null\nm: [1]", "two.yaml")
    project.stored("p.yaml", "s: {x: 2}")
    Path("local.yaml").write_text("s: {y: 3}")
    context = project.create(
        patches=["p.yaml"],
        local_patches=["local.yaml", {"m": [2]}],
        params=["s.z=4", "+s.new=5"],
    )
    found = {path: where for path, where in origins(context).items() if "gluepy" not in path}
    assert found == {
        "a": "configs/two.yaml",
        "s.x": "--patch p.yaml",
        "s.y": "--local-patch local.yaml",
        "s.z": "--param s.z=4",
        "s.new": "--param +s.new=5",
        "n": "configs/one.yaml",
        "empty": "configs/one.yaml",
        "m": "local patch 2",
    }
    assert origin_of(context, "s.x") == origin_of(context.s, "x") == "--patch p.yaml"
    assert origin_of(context, "gluepy.run_id") == "gluepy"
    assert list(origins(context.s)) == ["x", "y", "z", "new"]
    with pytest.raises(UnknownParameterError, match=r"no value at 's.xx'. Did you mean 's.x'"):
        origin_of(context, "s.xx")


def test_a_value_that_becomes_a_section_forgets_its_first_origin(project: Project) -> None:
    project.config("a: null", "one.yaml")
    project.config("a: {x: 1}", "two.yaml")
    found = origins(project.create())
    assert found["a.x"] == "configs/two.yaml"
    assert "a" not in found


def test_patches_are_laid_in_the_order_given_and_local_ones_after(project: Project) -> None:
    project.config("a: 0\nb: 0\nc: 0")
    for number in (1, 2):
        project.stored(f"p/{number}.yaml", f"a: {number}\nb: {number}\nc: {number}")
    Path("l.yaml").write_text("b: 3\nc: 3")
    context = project.create(patches=["p/2.yaml", "p/1.yaml"], local_patches=["l.yaml", {"c": 4.5}])
    assert values(context) == {"a": 1, "b": 3, "c": 4.5}


def test_a_missing_patch_is_a_warning_from_python(
    project: Project, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "gluepy.context.loader"):
        project.create(patches=["no.yaml"], local_patches=["gone.yaml"])
    assert [record.name for record in caplog.records] == ["gluepy.context.loader"] * 2
    assert "The patch 'no.yaml' was not found on the storage." in caplog.messages[0]
    assert "The patch 'gone.yaml' was not found in" in caplog.messages[1]


def test_a_missing_patch_is_an_error_from_the_command_line(project: Project) -> None:
    project.stored("patches/fast.yaml", "a: 1")
    Path("local.yaml").write_text("a: 1")
    with pytest.raises(ContextError) as error:
        project.create(patches=["patches/fsat.yaml"], strict=True)
    assert str(error.value) == (
        "The patch 'patches/fsat.yaml' was not found on the storage."
        " Did you mean 'patches/fast.yaml'?"
    )
    with pytest.raises(ContextError, match=r"'locl.yaml' was not found in .*Did you mean 'local"):
        project.create(local_patches=["locl.yaml"], strict=True)
    with pytest.raises(ContextError, match=r"'no/where.yaml' was not found"):
        project.create(local_patches=["no/where.yaml"], strict=True)


def test_a_malformed_patch_is_named(project: Project) -> None:
    project.stored("p.yaml", "a: [")
    with pytest.raises(ContextError, match=r"^p.yaml, line 1: did not find"):
        project.create(patches=["p.yaml"])


def test_patches_are_given_as_a_list(project: Project) -> None:
    with pytest.raises(ContextError, match=r"patches = 'p.yaml' is no list. Write patches=\[…\]"):
        project.create(patches="p.yaml")


def test_a_patch_with_a_key_that_is_no_text_is_refused(project: Project) -> None:
    with pytest.raises(ContextError, match=r"local patch 1: the key 1 is no text"):
        project.create(local_patches=[{"a": [{"b": {1: 2}}]}])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", 4),
        ("2.5", 2.5),
        (" 7 ", 7),
        ("null", None),
        ("", None),
        ("1.5e+3", 1500.0),
    ],
)
def test_a_param_is_typed_by_yaml(project: Project, text: str, value: Any) -> None:
    project.config("s: {a: 1}")
    found = project.create(params=[f"s.a={text}"]).s.a
    assert (type(found), found) == (type(value), value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", False),
        ("'no'", "no"),
        ("1e3", "1e3"),
        ("2024-01-01 10:00:00Z", datetime(2024, 1, 1, 10, tzinfo=UTC)),
        ("[1, x]", [1, "x"]),
        ("{x: {y: 1}}", {"x": {"y": 1}}),
        ("a=b", "a=b"),
    ],
)
def test_a_param_with_a_plus_adds_a_key(project: Project, text: str, value: Any) -> None:
    assert values(project.create(params=[f"+s.new={text}"])) == {"s": {"new": value}}


def test_a_param_with_a_plus_sets_a_key_that_exists(project: Project) -> None:
    project.config("a: 1")
    assert project.create(params=["+a=2", "a=3"]).a == 3


def test_params_may_be_a_mapping_from_python(project: Project) -> None:
    project.config("s: {a: 1}")
    context = project.create(params={"s.a": 2, "+s.b": (1, 2)})
    assert values(context) == {"s": {"a": 2, "b": [1, 2]}}
    assert origin_of(context, "s.a") == "param s.a"


@pytest.mark.parametrize(
    ("param", "message"),
    [
        (
            "forecaster.hozion=3",
            "--param forecaster.hozion=3: there is no parameter 'forecaster.hozion'."
            " Did you mean 'forecaster.horizon'? To add one: --param +forecaster.hozion=3",
        ),
        ("forecastr=3", "--param forecastr=3: there is no parameter 'forecastr'. Did you mean 'fo"),
        ("forecaster.horizon.x=3", "--param forecaster.horizon.x=3: there is no parameter"),
        ("horizon", "--param horizon: this is not KEY=VALUE. Write it like --param section.key=3"),
        ("=3", "--param =3: this is not KEY=VALUE."),
        ("+=3", "--param +=3: this is not KEY=VALUE."),
        ("+a..b=3", "--param +a..b=3: 'a..b' is no dotted path."),
        (
            "forecaster.horizon=x",
            "Conflicting types 'int' and 'str' at 'forecaster.horizon'"
            " (configs/context.yaml against --param forecaster.horizon=x).",
        ),
        (
            "rate=1e-4",
            "Conflicting types 'float' and 'str' at 'rate' (configs/context.yaml against"
            " --param rate=1e-4). YAML takes '1e-4' for a text; write 1.0e-04.",
        ),
        (
            "name=2024-01-01",
            "Conflicting types 'str' and 'date' at 'name' (configs/context.yaml against --param"
            " name=2024-01-01). If it is a text: --param 'name=\"2024-01-01\"'",
        ),
        ("+forecaster.horizon.x=3", "Conflicting types 'int' and 'dict' at 'forecaster.horizon'"),
        (
            "name=[1",
            "--param name=[1: the value is no YAML: did not find expected ',' or ']'."
            " Put a text with special characters in quotes: --param 'key=\"value\"'",
        ),
        ("name=*.csv", "--param name=*.csv: the value is no YAML: "),
        ("gluepy.run_id=x", "--param gluepy.run_id=x: 'gluepy.run_id' is set by gluepy itself."),
        ("+gluepy=x", "--param +gluepy=x: 'gluepy' is set by gluepy itself."),
    ],
)
def test_a_wrong_param_is_told_with_the_flag(project: Project, param: str, message: str) -> None:
    project.config("forecaster: {horizon: 3}\nname: x\nrate: 0.5")
    with pytest.raises(ContextError) as error:
        project.create(params=[param])
    assert str(error.value).startswith(message)
    assert "\n" not in str(error.value)
