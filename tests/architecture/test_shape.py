"""The size and tidiness that docs/internals/contributing.md promises."""

from __future__ import annotations

import ast
import re
import statistics

import pytest

from tests.architecture.sources import definitions, functions, sources

SWAPPABLE = ("files/storages", "files/data", "executors", "context", "ops")
SILENCER = re.compile(r"#\s*(noqa|type:\s*ignore)(.*)")


def percentile(values: list[int], share: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[share - 1]


def test_modules_are_small():
    sizes = sorted((source.lines, source.name) for source in sources())
    lines = [size for size, _ in sizes]
    assert [(size, name) for size, name in sizes if size > 500] == []
    assert statistics.median(lines) <= 120
    assert percentile(lines, 95) <= 350


def test_functions_are_small():
    sizes = {found.place: found.lines for found in functions()}
    assert {place: lines for place, lines in sizes.items() if lines > 70} == {}
    assert statistics.median(sizes.values()) <= 9
    assert percentile(list(sizes.values()), 95) <= 36


def test_silenced_warnings_are_rare_and_name_what_they_silence():
    silenced = [
        (source.name, number, kind, rest)
        for source in sources()
        for number, line in enumerate(source.text.splitlines(), start=1)
        for kind, rest in SILENCER.findall(line)
    ]
    without_code = [
        (name, number)
        for name, number, _, rest in silenced
        if not re.match(r"\[\S|:\s*[A-Z]", rest)
    ]
    assert without_code == []
    assert 1000 * len(silenced) / sum(source.lines for source in sources()) <= 1.5


def test_public_names_have_docstrings():
    public = [found for found in definitions() if found.is_public]
    bare = [found.place for found in public if not ast.get_docstring(found.node)]
    assert len(bare) <= 0.1 * len(public), bare


def test_every_module_says_what_it_is_for():
    assert [s.name for s in sources() if s.text.strip() and not ast.get_docstring(s.tree)] == []


@pytest.mark.parametrize("name", ["helpers", "misc", "common"])
def test_no_module_has_a_name_that_says_nothing(name):
    stems = [part for source in sources() for part in source.path.with_suffix("").parts]
    assert name not in stems


@pytest.mark.parametrize("package", SWAPPABLE)
def test_a_swappable_package_has_a_short_init_and_a_base(package):
    found = {source.name: source.lines for source in sources()}
    assert found[f"gluepy/{package}/__init__.py"] <= 40


def test_the_library_never_prints():
    calls = [
        f"{source.name}:{node.lineno}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "print"
    ]
    assert calls == []


def test_the_library_never_asserts():
    found = [
        f"{source.name}:{node.lineno}"
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Assert) and not source.is_contract
    ]
    assert found == []


def test_nothing_is_left_to_be_done():
    found = [
        f"{source.name}:{number}"
        for source in sources()
        for number, line in enumerate(source.text.splitlines(), start=1)
        if re.search(r"\b(TODO|FIXME|XXX)\b", line)
    ]
    assert found == []
