from __future__ import annotations

import inspect
import re

import pytest

from gluepy import exceptions
from gluepy.exceptions import (
    DuplicateLabelError,
    GluepyError,
    MissingDependencyError,
    RunKilledError,
    UnknownParameterError,
)

CLASSES = {
    name: cls
    for name, cls in vars(exceptions).items()
    if inspect.isclass(cls) and cls.__module__ == exceptions.__name__
}


def drawn() -> dict[str, str]:
    """Return the parent of each error in the drawing of the docstring."""
    parents, path = {}, []
    for line in exceptions.__doc__.splitlines():
        found = re.match(r"^    ([│ ]*(?:[├└]── )?)(\w+Error)", line)
        if found:
            depth = len(found[1]) // 4
            path[depth:] = [found[2]]
            parents[found[2]] = path[depth - 1] if depth else "Exception"
    return parents


def test_the_drawn_tree_is_the_real_one() -> None:
    assert drawn() == {name: cls.__bases__[0].__name__ for name, cls in CLASSES.items()}


@pytest.mark.parametrize("cls", CLASSES.values())
def test_every_error_is_documented_and_ends_a_command_with_a_code(cls: type) -> None:
    assert inspect.getdoc(cls)
    assert issubclass(cls, GluepyError)
    assert cls.exit_code != 0


def test_an_error_says_what_is_wrong_and_what_to_do() -> None:
    error = GluepyError("It is broken.", hint="Mend it.")
    assert str(error) == "It is broken. Mend it."
    assert (error.message, error.hint) == ("It is broken.", "Mend it.")
    assert str(GluepyError("Alone.")) == "Alone."
    assert str(GluepyError()) == ""


@pytest.mark.parametrize("cls", [DuplicateLabelError, UnknownParameterError])
def test_errors_that_are_key_errors_show_their_text_without_quotes(cls: type) -> None:
    assert issubclass(cls, KeyError)
    assert str(cls("It is 'broken'.", hint="Mend it.")) == "It is 'broken'. Mend it."


def test_a_missing_package_names_the_extra_to_install() -> None:
    error = MissingDependencyError("boto3", "s3", "S3Storage")
    assert str(error) == (
        "S3Storage needs the package 'boto3', which is not installed. Run: pip install 'gluepy[s3]'"
    )
    assert isinstance(error, ImportError)


def test_a_killed_run_ends_with_the_code_a_shell_expects() -> None:
    assert RunKilledError("stopped", 15).exit_code == 143
