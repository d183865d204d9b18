"""Variables of statisfactory: what is copied, what becomes a setting, what is noted."""

from __future__ import annotations

from pathlib import Path

import pytest

from gluepy.context.yaml import load_value
from gluepy.importers.layout import Layout
from gluepy.importers.variables import Variables

TOML = """
[tool.statisfactory]
project_slug = "shop"
configuration = "conf"
catalog = "catalog.yaml"
"""


@pytest.fixture
def old(tmp_path: Path) -> Path:
    (tmp_path / "conf").mkdir()
    (tmp_path / "pyproject.toml").write_text(TOML)
    (tmp_path / "catalog.yaml").write_text("[]\n")
    return tmp_path


def variables(old: Path, **files: str) -> Variables:
    for name, text in files.items():
        (old / "conf" / f"{name.replace('_', '.')}").write_text(text)
    return Variables(Layout(str(old)))


def notes(found: Variables) -> list[tuple[str, int, str]]:
    return [(name, n.line, n.what) for name, _, _, all_ in found.files() for n in all_]


def test_templates_may_use_what_they_could(old: Path) -> None:
    found = variables(old, globals_yml="RAW: a\nx: {y: 1}\n", locals_yml="x: {z: 2}\n")
    assert found.values["RAW"] == found.values["raw"] == "a"
    assert found.values["x"] == {"y": 1, "z": 2}
    assert found.values["project_slug"] == "shop"
    assert found.values["lakefs_bucket"] == "s3://lakefs/"


def test_what_pyproject_says_goes_to_globals_if_a_template_uses_it(old: Path) -> None:
    found = variables(old, globals_yml="# c\nx: 1")
    assert [text for _, _, text, _ in found.files()] == ["# c\nx: 1"]
    found.need(["path: {{ project_slug }}/a"])
    ((name, _, text, _),) = found.files()
    assert (name, load_value(text, "a")) == ("globals.yaml", {"x": 1, "project_slug": "shop"})
    assert text.startswith("# c\nx: 1\n")


def test_globals_are_made_if_there_are_none(old: Path) -> None:
    found = variables(old)
    assert list(found.files()) == []
    found.need(["{% if catalog %}{% endif %}"])
    ((name, path, text, _),) = found.files()
    assert (name, path, load_value(text, "a")) == ("globals.yaml", "", {"catalog": "catalog.yaml"})


def test_addresses_become_settings_and_secrets_are_left_to_the_environment(old: Path) -> None:
    found = variables(
        old,
        globals_yml="AWS_S3_ENDPOINT: http://s3\nlakefs_endpoint: http://me:pass@lake\n",
        locals_yml="aws_access_key: AKIA\naws_secret_access_key: hunter-2\n",
    )
    assert found.settings() == [
        'LAKEFS_REPOSITORY = "shop"',
        'AWS_ACCESS_KEY_ID = os.environ.get("AWS_ACCESS_KEY_ID")',
        'AWS_SECRET_ACCESS_KEY = os.environ.get("AWS_SECRET_ACCESS_KEY")',
        'AWS_S3_ENDPOINT_URL = "http://s3"',
        'LAKEFS_ENDPOINT_URL = os.environ.get("LAKEFS_ENDPOINT_URL")',
        'AWS_S3_REGION_NAME = "us-east-1"',
    ]
    told = notes(found)
    assert (
        "locals.yaml",
        2,
        "'aws_secret_access_key' is the setting AWS_SECRET_ACCESS_KEY",
    ) in told
    assert "hunter-2" not in str(told)


def test_mappings_that_were_replaced_as_a_whole_are_noted(old: Path) -> None:
    found = variables(
        old, globals_yml="m: {a: 1, b: 2}\nn: {a: 1}\n", locals_yml="n: {a: 2}\nm: {a: 3}\n"
    )
    ((name, line, what),) = notes(found)
    assert (name, line) == ("locals.yaml", 2)
    assert what.startswith("'m' replaced that of globals")


def test_both_spellings_of_one_file_are_noted(old: Path) -> None:
    found = variables(old, globals_yaml="a: 1\n", globals_yml="b: 1\n")
    assert [what for _, _, what in notes(found)] == [
        "'globals.yaml' is there as well, and was taken"
    ]
    assert "b" not in found.values


def test_what_dynaconf_computes_is_noted(old: Path) -> None:
    found = variables(old, globals_yml='a: 1\nb: "@format {env[HOME]}"\n')
    assert notes(found) == [("globals.yaml", 2, "'b' is computed by Dynaconf")]


def test_variables_that_are_no_yaml_are_noted(old: Path) -> None:
    found = variables(old, globals_yml="a: [\n")
    assert "line 1" in notes(found)[0][2]


def test_globals_may_say_where_the_catalog_is(old: Path) -> None:
    (old / "other.yaml").write_text("[]\n")
    layout = Layout(str(old))
    (old / "conf" / "globals.yml").write_text("catalog: other.yaml\n")
    Variables(layout)
    assert [inside for _, inside in layout.files("catalog", (".yaml",))] == ["other.yaml"]
