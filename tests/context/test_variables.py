from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gluepy.conf.secrets import mask
from gluepy.context.variables import variables
from gluepy.exceptions import TemplateError
from gluepy.test import override_settings

Write = Callable[[str, str], int]


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    folder = tmp_path / "configs" / "variables"
    folder.mkdir(parents=True)
    with override_settings(BASE_DIR=str(tmp_path), CONFIG_PATH="configs"):
        yield lambda name, text: (folder / name).write_text(text)


def test_without_files_there_are_only_empty_sections(write: Write) -> None:
    assert variables() == {"env": {}, "settings": {}}


def test_locals_lie_over_globals_at_any_depth(write: Write) -> None:
    write("globals.yaml", "db: {host: a, port: 1, tags: [x]}\nkept: 1\n")
    write("locals.yml", "db: {host: b, port: null, tags: [y]}\n")
    found = variables()
    assert found["db"] == {"host": "b", "port": None, "tags": ["y"]}
    assert found["kept"] == 1


def test_locals_may_change_the_type_of_a_value(write: Write) -> None:
    write("globals.yaml", "db: sqlite\n")
    write("locals.yaml", "db: {host: b}\n")
    assert variables()["db"] == {"host": "b"}


def test_a_name_is_there_in_lower_case_too_unless_it_is_taken(write: Write) -> None:
    write("globals.yaml", "PIPELINE: a\nBucket: b\nbucket: c\n")
    found = variables()
    assert (found["PIPELINE"], found["pipeline"]) == ("a", "a")
    assert (found["Bucket"], found["bucket"]) == ("b", "c")


def test_environment_and_settings_are_allowed_by_name(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGION", "eu")
    monkeypatch.delenv("ABSENT", raising=False)
    allowed = override_settings(
        VARIABLES_ENVIRONMENT=["REGION", "ABSENT"], VARIABLES_SETTINGS=["LOG_LEVEL"]
    )
    with allowed:
        assert variables() == {"env": {"REGION": "eu"}, "settings": {"LOG_LEVEL": "INFO"}}


def test_a_variable_may_be_called_env_until_the_environment_is_allowed_in(write: Write) -> None:
    write("globals.yaml", "env: prod\n")
    assert variables()["env"] == "prod"
    allowed = override_settings(VARIABLES_ENVIRONMENT=["HOME"])
    with allowed, pytest.raises(TemplateError, match="'env' is a variable of the project"):
        variables()


def test_values_with_secret_names_are_masked_from_then_on(write: Write) -> None:
    write("locals.yaml", "db:\n- password: geheim77\n  token: [abcd1, abcd2]\n  host: public\n")
    variables()
    assert mask("geheim77 abcd1 abcd2 public") == "******** ******** ******** public"


def test_values_under_the_secret_tag_are_masked_from_then_on(write: Write) -> None:
    write("locals.yaml", "a.b: {url: !secret 'very-private'}\n")
    assert variables()["a.b"] == {"url": "very-private"}
    assert mask("very-private") == "********"


def test_two_spellings_of_one_file_are_an_error(write: Write) -> None:
    write("globals.yaml", "a: 1\n")
    write("globals.yml", "a: 2\n")
    with pytest.raises(TemplateError, match=r"both 'configs/variables/globals\.yaml' and"):
        variables()


def test_an_error_names_file_and_line(write: Write) -> None:
    write("globals.yaml", "a: 1\na: 2\n")
    with pytest.raises(TemplateError, match=r"configs/variables/globals\.yaml, line 2: the key"):
        variables()


def test_a_folder_that_is_set_must_exist(write: Write) -> None:
    wrong = override_settings(VARIABLES_PATH="nowhere")
    with wrong, pytest.raises(TemplateError, match="VARIABLES_PATH = 'nowhere' is no folder"):
        variables()
