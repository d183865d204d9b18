from __future__ import annotations

import pytest

from gluepy.conf.secrets import MASK, is_secret_name, mask, mask_named, mask_value
from gluepy.conf.settings import ENVIRONMENT_VARIABLE, default_settings
from gluepy.test import override_settings
from tests.importable import Write


@pytest.mark.parametrize(
    "name",
    [
        "AWS_SECRET_ACCESS_KEY",
        "AWS_ACCESS_KEY_ID",
        "DB_PASSWORD",
        "password",
        "api_key",
        "APIKEY",
        "GITHUB_TOKEN",
        "db.token",
        "GOOGLE_CREDENTIALS",
        "x-api-key",
        "SECRET_KEY",
        "private_key",
    ],
)
def test_names_announce_secrets(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["TOKENIZER", "KEY", "PASSENGERS", "monkey", "STORAGE_ROOT", "tokens_per_second"]
)
def test_names_that_only_look_so_do_not(name: str) -> None:
    assert not is_secret_name(name)


def test_the_secrets_of_the_settings_are_masked_in_any_text() -> None:
    with override_settings(AWS_SECRET_ACCESS_KEY="hunter2+x", API_TOKEN="t0ken"):
        assert mask("key=hunter2+x&t=t0ken!") == f"key={MASK}&t={MASK}!"
    assert mask("key=hunter2+x") == "key=hunter2+x"


def test_secrets_deep_in_settings_are_masked() -> None:
    storages = {"lake": {"OPTIONS": {"secret_key": "abcdef", "tokens": [1], "region": "north"}}}
    with override_settings(STORAGES=storages, API_KEYS=["no"], PASSWORD=["first1", "second2"]):
        assert mask("abcdef north first1 second2") == f"{MASK} north {MASK} {MASK}"


def test_the_password_of_a_url_in_the_settings_is_masked_wherever_it_stands() -> None:
    with override_settings(DATABASES={"default": "postgresql://me:s3cr3t@host/db"}):
        assert mask("the password is s3cr3t") == f"the password is {MASK}"


def test_passwords_in_urls_are_masked_without_settings() -> None:
    text = "postgresql://me:s3cr3t@host/db and http://host:80/path@x and redis://:pw@host"
    assert mask(text) == (
        f"postgresql://me:{MASK}@host/db and http://host:80/path@x and redis://:{MASK}@host"
    )


@pytest.mark.parametrize("value", ["", "abc", None, 12345, True])
def test_short_and_other_values_do_not_black_out_the_text(value: object) -> None:
    with override_settings(API_TOKEN=value):
        assert mask("abc 12345 True None") == "abc 12345 True None"


def test_a_longer_secret_that_holds_a_shorter_one_is_masked_whole() -> None:
    with override_settings(API_TOKEN="secret", DB_PASSWORD="secret-and-more"):
        assert mask("secret-and-more") == MASK


def test_what_was_masked_before_the_settings_were_loaded_hides_nothing_later(
    write_module: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert mask("hunter2") == "hunter2"
    write_module("secret_settings.py", "API_TOKEN = 'hunter2'\n")
    monkeypatch.setenv(ENVIRONMENT_VARIABLE, "secret_settings")
    assert default_settings.API_TOKEN == "hunter2"
    assert mask("hunter2") == MASK


def test_values_are_masked_at_any_depth() -> None:
    with override_settings(API_TOKEN="hunter2"):
        value = {"text": "a hunter2", "list": ["hunter2", 1], "password": "other", "n": None}
        assert mask_value(value) == {
            "text": f"a {MASK}",
            "list": [MASK, 1],
            "password": MASK,
            "n": None,
        }


def test_a_secret_by_its_name_is_masked_whatever_it_is_but_an_empty_one() -> None:
    assert mask_named("TOKEN", 12) == MASK
    assert mask_named("TOKEN", ["a"]) == MASK
    assert mask_named("TOKEN", "") == ""
    assert mask_named("TOKEN", None) is None
    assert mask_named("CREDENTIALS", {"user": "me", "password": "x"}) == {
        "user": "me",
        "password": MASK,
    }
