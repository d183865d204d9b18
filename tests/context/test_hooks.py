from __future__ import annotations

import datetime
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gluepy.conf import default_context
from gluepy.context.origins import origin_of, secrets
from gluepy.context.yaml import dump_context
from gluepy.exceptions import ContextError
from gluepy.test.context import override_context

from .conftest import Project

MODULE = "tests.context.test_hooks"
calls: list[Any] = []


@pytest.fixture(autouse=True)
def no_calls() -> Iterator[None]:
    calls.clear()
    yield
    calls.clear()


def echo(*args: Any, **kwargs: Any) -> Any:
    calls.append((args, kwargs))
    return {"args": args, "kwargs": kwargs}


def double(number: int) -> int:
    calls.append(number)
    return 2 * number


def today() -> datetime.date:
    return datetime.date(2026, 11, 21)


def broken() -> None:
    raise ZeroDivisionError("no way")


def opaque() -> Any:
    return {"x": [object()]}


def nosy() -> Any:
    return default_context.a


@pytest.fixture
def hooks(project: Project) -> Project:
    project.set(CONTEXT_HOOKS=[f"{MODULE}.*"])
    return project


def hook(name: str, rest: str = "") -> str:
    return f"{{hook: {{name: {MODULE}.{name}{rest}}}}}"


def test_a_hook_is_replaced_by_the_result_of_its_function(hooks: Project) -> None:
    hooks.config(
        f"a: {{b: {hook('echo', ', args: [1, x], kwargs: {k: [2]}')}}}\nd: {hook('today')}"
    )
    context = hooks.create()
    assert context.a.b.to_dict() == {"args": [1, "x"], "kwargs": {"k": [2]}}
    assert context.d == datetime.date(2026, 11, 21)
    assert origin_of(context, "d") == f"hook {MODULE}.today"
    assert origin_of(context, "a.b.args") == f"hook {MODULE}.echo"


def test_hooks_stand_in_lists_and_in_the_arguments_of_hooks(hooks: Project) -> None:
    inner = hook("double", ", args: 2")
    hooks.config(f"a:\n  - 1\n  - {hook('double', f', args: [{inner}]')}")
    assert hooks.create().a == [1, 8]
    assert calls == [2, 4]


def test_a_scalar_argument_is_one_argument(hooks: Project) -> None:
    hooks.config(f"a: {hook('double', ', args: 1')}")
    assert hooks.create().a == 2


def test_a_retry_reads_the_result_and_does_not_call_again(hooks: Project) -> None:
    hooks.config(f"a: {hook('double', ', args: 1')}\nb: 1")
    context = hooks.create()
    text = dump_context(context)
    assert "hook" not in text
    path = hooks.stored(f"{context.gluepy.run_folder}/context.yaml", text)
    again = hooks.load(path, params=["b=2"])
    assert (again.a, again.b) == (2, 2)
    assert calls == [1]


def test_a_hook_of_a_patch_is_called_on_a_retry(hooks: Project) -> None:
    hooks.config("a: 1")
    path = hooks.stored("runs/x/context.yaml", dump_context(hooks.create()))
    again = hooks.load(
        path, local_patches=[{"a": {"hook": {"name": f"{MODULE}.double", "args": 4}}}]
    )
    assert again.a == 8


def test_what_looks_like_a_hook_in_a_run_folder_is_data(hooks: Project) -> None:
    path = hooks.stored("runs/x/context.yaml", f"a: {hook('double', ', args: 1')}")
    assert hooks.load(path).a.hook.args == 1
    assert calls == []


def test_a_value_takes_the_place_of_a_hook_which_is_then_not_called(hooks: Project) -> None:
    hooks.config(f"a: {hook('double', ', args: 1')}")
    assert hooks.create(params=["a=[1]"]).a == [1]
    assert hooks.create(local_patches=[{"a": {"x": 1}}]).a == {"x": 1}
    assert calls == []


def test_a_hook_takes_the_place_of_a_value(hooks: Project) -> None:
    hooks.config("a: [1]\nb: {c: 1}", "a.yaml")
    hooks.config(f"a: {hook('double', ', args: 2')}\nb: {hook('double', ', args: 3')}", "b.yaml")
    context = hooks.create()
    assert (context.a, context.b) == (4, 6)


def test_arguments_of_a_hook_can_be_changed_alone(hooks: Project) -> None:
    hooks.config(f"a: {hook('double', ', args: 1')}")
    assert hooks.create(params=["a.hook.args=5"]).a == 10


@pytest.mark.parametrize(
    "data",
    [
        {"hook": {"name": "captain", "size": 3}},
        {"hook": {"name": "captain"}},
        {"hook": "x"},
        {"hook": {"args": [1]}},
        {"hook": {"name": "a.b"}, "other": 1},
        {"hook": {"name": "a.b", "weight": 3}},
    ],
)
def test_other_data_called_hook_is_left_alone(project: Project, data: Any) -> None:
    assert project.create(local_patches=[{"a": data}]).a == data


@pytest.mark.parametrize("allowed", [[], ["tests.context"], ["tests.contex.*"], ["tests.other.*"]])
def test_a_hook_that_is_not_allowed_says_which_entry_to_add(
    project: Project, allowed: list[str]
) -> None:
    project.set(CONTEXT_HOOKS=allowed)
    project.config(f"s: {{a: {hook('double')}}}")
    with pytest.raises(ContextError) as error:
        project.create()
    assert str(error.value) == (
        f"The hook '{MODULE}.double' at 's.a' (configs/context.yaml) is not allowed."
        f" Add '{MODULE}.double' or '{MODULE}.*' to the setting CONTEXT_HOOKS."
    )


@pytest.mark.parametrize("allowed", [f"{MODULE}.double", f"{MODULE}.*", "tests.*"])
def test_a_hook_is_allowed_by_its_path_or_a_package(project: Project, allowed: str) -> None:
    project.set(CONTEXT_HOOKS=[allowed])
    project.config(f"a: {hook('double', ', args: 1')}")
    assert project.create().a == 2


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (hook("duoble"), f"does not exist. Did you mean '{MODULE}.double'"),
        (
            "{hook: {name: tests.context.test_hoks.double}}",
            "Did you mean 'tests.context.test_hooks",
        ),
        (hook("broken"), "raised ZeroDivisionError: no way"),
        (hook("double"), "raised TypeError: double() missing 1 required positional argument"),
        (hook("opaque"), "returned a dict that is no plain data. Return texts, numbers"),
        (hook("calls"), "is a list, not a function."),
        (hook("double", ", arg: 1"), "has the unknown key 'arg'. Did you mean 'args'"),
        (hook("double", ", kwargs: 1"), "has kwargs of type int. Write {name: value}."),
        (
            hook("nosy"),
            "(configs/context.yaml) raised ContextError: The context was read while it was being",
        ),
    ],
)
def test_a_hook_that_cannot_be_called_is_told_with_key_and_file(
    project: Project, value: str, message: str
) -> None:
    project.set(CONTEXT_HOOKS=["tests.*"])
    project.config(f"s: {{a: {value}}}")
    with pytest.raises(ContextError) as error:
        project.create()
    assert "at 's.a' (configs/context.yaml)" in str(error.value)
    assert message in str(error.value)


def test_an_import_that_fails_inside_the_hooks_module_comes_out_whole(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("my_hooks.py").write_text(textwrap.dedent("import not_installed_anywhere\n"))
    monkeypatch.syspath_prepend(project.root)
    project.set(CONTEXT_HOOKS=["my_hooks.*"])
    project.config("a: {hook: {name: my_hooks.x}}")
    with pytest.raises(ModuleNotFoundError, match="not_installed_anywhere"):
        project.create()


def test_a_secret_made_by_a_hook_is_made_again_on_a_retry(hooks: Project) -> None:
    hooks.config(f"password: {hook('double', ', args: 1')}\nother: {hook('double', ', args: 7')}")
    context = hooks.create()
    assert secrets(context) == ["password"]
    path = hooks.stored("runs/x/context.yaml", dump_context(context))
    assert hooks.load(path).password == 2
    assert calls == [1, 7, 1]


def test_a_test_may_override_what_a_hook_makes(hooks: Project) -> None:
    hooks.config(f"a: {hook('double', ', args: 1')}")
    with override_context(a="text"):
        assert hooks.create().a == "text"
