"""Changelog fragments are ones that towncrier will collect."""

from __future__ import annotations

import re
import tomllib

from tests.architecture.sources import ROOT

FRAGMENTS = sorted(path for path in (ROOT / "changelog.d").iterdir() if path.name != "README.md")


def kinds() -> set[str]:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["towncrier"]
    return {kind["directory"] for kind in config["type"]}


def test_fragments_are_named_by_issue_and_kind():
    pattern = re.compile(rf"(\d+|\+[\w-]+)\.({'|'.join(sorted(kinds()))})(\.\d+)?\.md")
    assert [path.name for path in FRAGMENTS if not pattern.fullmatch(path.name)] == []


def test_fragments_are_sentences():
    for path in FRAGMENTS:
        text = path.read_text().strip()
        assert text[:1].isupper() or text[:1] == "`", path.name
        assert text.endswith("."), path.name
        assert "\n\n" not in text, path.name


def test_the_changelog_has_a_place_for_the_next_release():
    assert "<!-- towncrier release notes start -->" in (ROOT / "CHANGELOG.md").read_text()
