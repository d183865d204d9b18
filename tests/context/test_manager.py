from __future__ import annotations

import subprocess
import sys
import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
import yaml as pyyaml

from gluepy.conf import default_context
from gluepy.conf.secrets import MASK
from gluepy.context.ids import created_from_id, folder_of
from gluepy.context.manager import Context, DefaultContextManager, dump_context
from gluepy.context.origins import origin_of, origins, secrets
from gluepy.exceptions import ContextError, SettingsError

from .conftest import Project

OWN = ["run_id", "created_at", "run_folder"]


def test_a_new_context_ends_with_the_identity_of_its_run(project: Project) -> None:
    project.config("z: 1\ngluepy:\na: 2")
    context = project.create()
    assert list(context) == ["z", "a", "gluepy"]
    assert list(context.gluepy) == OWN
    assert uuid.UUID(context.gluepy.run_id).version == 7
    assert context.gluepy.created_at == created_from_id(context.gluepy.run_id)
    assert abs(datetime.now(UTC) - context.gluepy.created_at) < timedelta(minutes=5)
    assert context.gluepy.run_folder == folder_of(context.gluepy.run_id, context.gluepy.created_at)


def test_id_and_folder_may_be_given(project: Project) -> None:
    context = project.create(run_id="mine", run_folder="/somewhere/else/")
    assert context.gluepy.run_id == "mine"
    assert context.gluepy.run_folder == "somewhere/else"
    created = project.create(run_id="mine").gluepy
    assert created.run_folder == f"runs/{created.created_at:%Y/%m/%d}/mine"


@pytest.mark.parametrize("run_id", ["a/b", "..", "../x"])
def test_an_id_that_is_no_folder_name_is_refused(project: Project, run_id: str) -> None:
    with pytest.raises(ContextError, match=f"The run id '{run_id}' is no name of a folder"):
        project.create(run_id=run_id)


def test_what_users_write_under_gluepy_is_kept_but_the_identity_is_not_theirs(
    project: Project,
) -> None:
    project.config("gluepy: {run_id: fake, mine: 1}\na: 1")
    context = project.create(run_id="true")
    assert list(context) == ["a", "gluepy"]
    assert context.gluepy.mine == 1
    assert context.gluepy.run_id == "true"


def test_a_gluepy_section_that_is_none_is_told_with_its_file(project: Project) -> None:
    project.config("gluepy: 3")
    with pytest.raises(ContextError, match=r"configs/context.yaml: 'gluepy' is a int, not a sec"):
        project.create()


def test_a_context_is_loaded_as_it_was_written(project: Project) -> None:
    project.config(
        "no: yes".replace("no", "'no'") + "\nd: 2024-01-01\nt: T12:30:00\nn: [[1, [2]], null]\n"
        "big: 123456789012345678901234567890\ntexts: ['no', '1e3', '010', '12:30:00']\nü: ☃\n"
    )
    context = project.create()
    path = project.stored(f"{context.gluepy.run_folder}/context.yaml", dump_context(context))
    again = project.load(path)
    assert again.to_dict() == context.to_dict()
    assert list(again) == list(context)
    assert again.t == time(12, 30)
    assert again.d == date(2024, 1, 1)
    assert again.gluepy.created_at.tzinfo is not None
    assert dump_context(again) == dump_context(context)
    assert origin_of(again, "d") == path


def test_a_retry_reads_the_run_folder_and_not_the_project(project: Project) -> None:
    project.config("a: 1")
    path = project.stored("runs/x/context.yaml", dump_context(project.create()))
    project.config("a: 2\nb: 3")
    again = project.load(path)
    assert again.a == 1
    assert "b" not in again


def test_patches_and_params_apply_on_a_retry_under_the_same_identity(project: Project) -> None:
    project.config("a: 1\nb: 1\nc: 1")
    context = project.create()
    folder = context.gluepy.run_folder
    path = project.stored(f"{folder}/context.yaml", dump_context(context))
    project.stored("p.yaml", "a: 2\ngluepy: {run_id: fake}")
    again = project.load(path, patches=["p.yaml"], local_patches=[{"b": 3}], params=["c=4"])
    assert (again.a, again.b, again.c) == (2, 3, 4)
    assert again.gluepy == context.gluepy
    assert list(again)[-1] == "gluepy"


@pytest.mark.parametrize(
    "path", ["runs/x", "/runs/x/", "runs/x/context.yaml", "/runs/x/context.yaml"]
)
def test_the_folder_of_a_run_is_enough(project: Project, path: str) -> None:
    project.stored("runs/x/context.yaml", "a: 1\ngluepy: {run_id: y}")
    own = project.load(path).gluepy
    assert (own.run_id, own.run_folder) == ("y", "runs/x")
    assert own.created_at.tzinfo is UTC


def test_a_path_that_does_not_exist_yet_makes_a_new_run_of_that_name(project: Project) -> None:
    project.config("a: 1")
    context = project.load("runs/2024/6/25/abc/context.yaml", params=["a=2"])
    assert context.a == 2
    assert context.gluepy.run_id == "abc"
    assert context.gluepy.run_folder == "runs/2024/6/25/abc"


def test_a_torn_context_is_told_with_file_and_line(project: Project) -> None:
    project.stored("runs/x/context.yaml", "a: 1\nb: [1,")
    with pytest.raises(ContextError, match=r"^runs/x/context.yaml, line 2: did not find"):
        project.load("runs/x/context.yaml")


SECRETS = """
password: hello
api: {key: !secret sesame, url: 'https://user:pass-word@host/'}
users: [{name: x, token: token-1}, {name: y, token: token-2}]
credentials: {user: u, region: eu}
db: {main: {pin: pin-of-db, host: h}}
aws: !setting AWS_SECRET_ACCESS_KEY
note: 'the key is wJalrXUtnFEMI.'
empty_password: ''
token: null
tokens: 5
"""


@pytest.fixture
def secretive(project: Project) -> Project:
    project.set(AWS_SECRET_ACCESS_KEY="wJalrXUtnFEMI", CONTEXT_SECRETS=["db.*.pin"])
    project.config(SECRETS)
    return project


def test_secrets_are_readable_but_never_written_or_shown(secretive: Project) -> None:
    context = secretive.create()
    assert (context.password, context.api.key, context.db.main.pin) == (
        "hello",
        "sesame",
        "pin-of-db",
    )
    assert context.aws == "wJalrXUtnFEMI"
    assert secrets(context) == [
        "api.key",
        "api.url",
        "aws",
        "credentials.region",
        "credentials.user",
        "db.main.pin",
        "note",
        "password",
        "users.0.token",
        "users.1.token",
    ]
    assert secrets(context.api) == ["key", "url"]
    words = ("hello", "sesame", "pass-word", "token-1", "token-2", "pin-of-db", "wJalrXUtnFEMI")
    for text in (dump_context(context), str(context), repr(context), repr(context.api)):
        for secret in words:
            assert secret not in text
    written = pyyaml.safe_load(dump_context(context))
    assert written["password"] == MASK
    assert written["db"] == {"main": {"pin": MASK, "host": "h"}}
    assert written["api"]["url"] == f"https://user:{MASK}@host/"
    assert written["empty_password"] == ""
    assert written["token"] is None
    assert written["tokens"] == 5


def test_a_lazy_name_of_a_context_is_dumped_like_it(secretive: Project) -> None:
    assert dump_context(default_context) == dump_context(default_context._resolve())


def test_a_retry_takes_secrets_anew_from_the_project(secretive: Project) -> None:
    context = secretive.create()
    path = secretive.stored("runs/x/context.yaml", dump_context(context))
    secretive.config(SECRETS.replace("hello", "changed"))
    again = secretive.load(path)
    assert again.password == "changed"
    assert again.users[1].token == "token-2"
    assert origin_of(again, "password") == "configs/context.yaml"
    assert {**again.to_dict(), "password": "hello", "gluepy": None} == {
        **context.to_dict(),
        "gluepy": None,
    }
    assert secrets(again) == secrets(context)
    assert "sesame" not in dump_context(again)


def test_a_secret_that_is_nowhere_is_asked_for(project: Project) -> None:
    path = project.stored("runs/x/context.yaml", f"db: {{password: '{MASK}'}}")
    with pytest.raises(ContextError) as error:
        project.load(path)
    assert str(error.value) == (
        "The value of 'db.password' is secret, so the run folder does not hold it, and the"
        " project's files have none. Give it with --param db.password=VALUE"
    )
    assert project.load(path, params=["db.password=x"]).db.password == "x"


def test_a_text_of_stars_in_a_patch_is_no_masked_value(project: Project) -> None:
    project.config("a: x")
    path = project.stored("runs/x/context.yaml", dump_context(project.create()))
    assert project.load(path, local_patches=[{"a": MASK}]).a == MASK


def test_a_param_may_be_tagged_secret(project: Project) -> None:
    project.config("a: x")
    context = project.create(params=["a=!secret hidden"])
    assert context.a == "hidden"
    assert "hidden" not in dump_context(context)


def test_the_value_of_a_secret_param_is_not_in_its_origin(project: Project) -> None:
    project.config("a: x")
    context = project.create(params=["+db={password: hunter2, host: h}", "a=b=c"])
    assert origins(context)["db.password"] == f"--param +db={MASK}"
    assert origins(context)["db.host"] == f"--param +db={MASK}"
    assert origins(context)["a"] == "--param a=b=c"


def test_secrets_of_users_under_gluepy_are_masked_but_not_the_identity(project: Project) -> None:
    project.config("gluepy: {token: hunter2}")
    context = project.create(run_id="token-password")
    assert secrets(context) == ["gluepy.token"]
    assert pyyaml.safe_load(dump_context(context))["gluepy"]["run_id"] == "token-password"
    assert "hunter2" not in dump_context(context)


def test_secrets_under_keys_with_dots_come_back_on_a_retry(project: Project) -> None:
    project.config("hosts: {api.example.org: {token: token-1}, api: {example: {token: token-2}}}")
    context = project.create()
    path = project.stored("runs/x/context.yaml", dump_context(context))
    assert project.load(path).hosts == context.hosts


def test_an_unknown_setting_is_told_with_file_line_and_close_names(project: Project) -> None:
    project.config("a: 1\nb: !setting AWS_SECRET_ACESS_KEY")
    with pytest.raises(ContextError) as error:
        project.create()
    assert str(error.value).startswith(
        "configs/context.yaml, line 2: There is no setting 'AWS_SECRET_ACESS_KEY'."
        " Did you mean 'AWS_SECRET_ACCESS_KEY'"
    )


def test_context_secrets_must_be_a_list(project: Project) -> None:
    project.set(CONTEXT_SECRETS="db.pin")
    with pytest.raises(SettingsError, match=r"CONTEXT_SECRETS = 'db.pin' is no list"):
        project.create()


def test_evaluate_lazy_is_accepted_for_1_6(project: Project) -> None:
    project.config("a: 1")
    assert project.create(evaluate_lazy=True).a == 1


def test_the_manager_makes_contexts() -> None:
    assert DefaultContextManager.__module__ == Context.__module__.replace("document", "manager")


@pytest.mark.parametrize(
    "heavy", ["pandas", "numpy", "logging", "tempfile", "dataclasses", "pathlib", "difflib"]
)
def test_importing_the_manager_imports_nothing_heavy(heavy: str) -> None:
    code = f"import sys, gluepy.context.manager; sys.exit({heavy!r} in sys.modules)"
    done: Any = subprocess.run([sys.executable, "-S", "-c", _PATH + code], check=False)
    assert done.returncode == 0


_PATH = f"import sys; sys.path[:] = {sys.path!r}; "
