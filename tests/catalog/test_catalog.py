from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gluepy import signals
from gluepy.catalog import Catalog, FileDataset, catalog
from gluepy.catalog.base import Dataset, Preview
from gluepy.context import templates
from gluepy.context.current import current
from gluepy.exceptions import (
    ArtifactNotFoundError,
    CatalogError,
    DatasetError,
    MissingDependencyError,
    PlaceholderError,
    UnknownArtifactError,
)
from gluepy.files.storages import default_storage
from gluepy.test import override_settings


@pytest.fixture(autouse=True)
def types(project):
    class Note(FileDataset):
        type = ("note", "memo")
        upper: bool = False
        level: int | None = None

        def load(self) -> Any:
            text = self.source().open("r")
            return text.upper() if self.upper else text

        def save(self, data: Any) -> None:
            self.target().touch(data)

        def preview(self, rows: int = 5) -> Preview:
            return Preview(head="\n".join(self.load().splitlines()[:rows]))

    class Login(Dataset):
        type = "login"
        connection: str
        port: int | None = 1
        user: str = ""
        password: str = ""

        def load(self) -> Any:
            raise RuntimeError(f"{self.connection} refuses")

    return Note, Login


def test_an_artifact_is_saved_and_loaded_by_its_name(write):
    write("- {name: hello, type: note, path: a/hello.txt}")
    catalog.save("hello", "world")
    assert catalog.load("hello") == "world"
    assert default_storage.open("a/hello.txt", "r") == "world"


def test_a_mapping_names_artifacts_too(write):
    write("hello: {type: memo, path: hello.txt, upper: yes}\n")
    catalog.save("hello", "world")
    assert catalog.load("hello") == "WORLD"


def test_fields_may_stand_under_extra(write):
    write("- {name: hello, type: note, extra: {path: a.txt, upper: true}}")
    assert catalog.dataset("hello").path == "a.txt"
    assert catalog.dataset("hello").upper is True


def test_placeholders_keep_data_apart(write):
    write("- {name: coeffs, type: note, path: 'coeffs/!{samples}.txt'}")
    catalog.save("coeffs", "few", samples=100)
    catalog.save("coeffs", "many", samples=500)
    assert catalog.load("coeffs", samples=100) == "few"
    assert catalog.load("coeffs", samples=500) == "many"
    assert not catalog.exists("coeffs", samples=3)


def test_values_may_have_any_name_but_run(write):
    names = ("name", "data", "self", "values_", "element_", "day")
    write("- {name: x, type: note, path: '" + "-".join(f"!{{{n}}}" for n in names) + "'}")
    values = dict(zip(names, [*"abcde", date(2026, 1, 2)], strict=True))
    catalog.save("x", "all", **values)
    assert catalog.load("x", **values) == "all"
    assert catalog.exists("x", **values)
    assert default_storage.exists("a-b-c-d-e-2026-01-02")


def test_a_value_that_fills_a_field_keeps_its_type(write):
    write("- {name: x, type: note, path: x.txt, level: '!{level}'}")
    assert catalog.dataset("x", level=3).level == 3
    assert catalog.dataset("x", level=None).level is None
    with pytest.raises(CatalogError, match="'level' of the artifact 'x'"):
        catalog.dataset("x", level="high")


def test_values_may_come_from_a_function(write):
    write("- {name: x, type: note, path: '!{a}/!{b}'}")
    assert catalog.dataset("x", values={"a": "1", "b": "2"}.__getitem__, b=3).path == "1/3"
    assert catalog.dataset("x", values={"a": "1", "b": "2"}, b=3).path == "1/3"


def test_options_are_left_as_they_are(write):
    write("- {name: x, type: note, path: x, load_options: {sep: '!{sep}'}}")
    assert catalog.dataset("x", sep=";").load_options == {"sep": "!{sep}"}
    assert catalog.entry("x").placeholders == set()


def test_a_missing_value_names_artifact_field_and_variable(write):
    write("\n- name: x\n  type: note\n  path: '!{samples}.txt'\n")
    with pytest.raises(PlaceholderError) as caught:
        catalog.load("x", sample=3)
    assert str(caught.value) == (
        "The field 'path' of the artifact 'x' (configs/catalog/data.yaml, line 2): !{samples} "
        "needs a value of 'samples', and none was given. Did you mean 'sample'?"
    )


def test_a_value_never_leads_out_of_a_path(write):
    write("- {name: x, type: note, path: '!{samples}.txt'}")
    with pytest.raises(PlaceholderError, match="leads out of its folder"):
        catalog.load("x", samples="../secret")


def test_an_unknown_name_is_answered_with_close_ones(write):
    write("- {name: orders, type: note, path: x}")
    with pytest.raises(UnknownArtifactError) as caught:
        catalog.load("ordres")
    assert str(caught.value) == "The catalog has no artifact 'ordres'. Did you mean 'orders'?"
    assert isinstance(caught.value, KeyError)


def test_an_empty_catalog_says_so():
    assert len(catalog) == 0
    with pytest.raises(UnknownArtifactError, match="The catalog is empty"):
        catalog.load("x")


def test_names_are_listed_sorted(write):
    write("b: {type: note, path: b}\n", "2.yaml")
    write("- {name: c, type: note, path: c}\n- {name: a, type: note, path: a}\n", "1/x.yml")
    assert list(catalog) == ["a", "b", "c"]
    assert len(catalog) == 3
    assert "b" in catalog
    assert "d" not in catalog
    assert 3 not in catalog
    assert str(catalog) == "Catalog entries :\n\t- a\n\t- b\n\t- c"


def test_a_name_given_twice_names_both_places(write):
    write("- {name: a, type: note, path: a}\n- {name: b, type: note, path: b}\n", "1.yaml")
    write("\nb: {type: note, path: c}\n", "2.yaml")
    with pytest.raises(CatalogError) as caught:
        catalog.load("a")
    assert str(caught.value) == (
        "The artifact 'b' stands in the catalog twice: configs/catalog/1.yaml, line 2, and "
        "configs/catalog/2.yaml, line 2. Give one of them another name."
    )


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- {type: note}", "configs/catalog/data.yaml, line 1: the entry has no name."),
        ("- note", "line 1: the entry is 'note', no mapping."),
        ("- {name: 3, type: note}", "line 1: the name of an artifact is 3."),
        ("- {name: '', type: note}", "line 1: the name of an artifact is ''."),
    ],
)
def test_an_entry_needs_a_name(write, text, says):
    write(text)
    with pytest.raises(CatalogError) as caught:
        list(catalog)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("said", "says"),
    [
        ("{path: x}", "lacks the field 'type'."),
        ("{type: 3}", "has the type 3. It takes a text."),
        ("", "is empty."),
        ("note", "is 'note', no mapping."),
        ("{type: note, tags: 3}", "has tags: 3. Write it like tags: [a, b]."),
        ("{type: note, secret: [3]}", "has secret: [3]."),
        ("{type: note, description: [a]}", "has the description ['a']."),
        ("{type: note, extra: 3}", "has extra: 3. It takes a mapping of fields."),
        ("{type: note, path: x, extra: {path: y}}", "'path' under 'extra', but it stands beside"),
        ("{type: note, extra: {name: y}}", "'name' under 'extra', but it is not one of the type's"),
        ("{type: note, path: x, pth: y}", "has an unknown field 'pth'. Did you mean 'path'?"),
        ("{type: note}", "lacks the field 'path'."),
        ("{type: note, path: 3}", "is 3. It takes a text. Put it in quotes."),
        ("{type: note, path: '!{a'}", "'!{' in '!{a' is not closed"),
    ],
)
def test_an_entry_that_makes_no_sense_is_told_when_it_is_used(write, said, says):
    write(f"other: {{type: note, path: other}}\nx: {said}\n")
    catalog.save("other", "is not affected")
    with pytest.raises(CatalogError) as caught:
        catalog.load("x")
    assert says in str(caught.value)
    assert "artifact 'x' (configs/catalog/data.yaml, line 2)" in str(caught.value)


def test_nothing_that_was_saved_is_a_missing_file_with_its_name(write):
    write("- {name: x, type: note, path: x.txt}")
    with pytest.raises(ArtifactNotFoundError) as caught:
        catalog.load("x")
    assert isinstance(caught.value, FileNotFoundError)
    assert "the artifact 'x' (configs/catalog/data.yaml, line 1)" in str(caught.value)


def test_what_goes_wrong_names_the_artifact_and_keeps_the_cause(write):
    write("\n- {name: x, type: login, connection: 'db://me:hunter2@host'}")
    with pytest.raises(DatasetError) as caught:
        catalog.load("x")
    assert str(caught.value) == (
        "The artifact 'x' (configs/catalog/data.yaml, line 2) cannot be loaded: "
        "RuntimeError: db://me:********@host refuses."
    )
    assert isinstance(caught.value.__cause__, RuntimeError)


def test_a_missing_package_stays_what_it_is(write):
    class Broken(Dataset):
        type = "broken"

        def load(self) -> Any:
            raise MissingDependencyError("xyz", "xyz", "Broken")

        def save(self, data: Any) -> None:
            Path("/nowhere/at/all").read_text()

    write("- {name: x, type: broken}")
    with pytest.raises(MissingDependencyError):
        catalog.load("x")
    with pytest.raises(ArtifactNotFoundError, match=r"'x' .* cannot be saved: .*/nowhere"):
        catalog.save("x", 1)


def test_elements_of_a_mapped_task_are_loaded_as_a_list(write, a_run):
    write("- {name: x, type: note, path: x.txt}")
    with a_run():
        for index, value in enumerate("abc"):
            catalog.dataset("x", element=index).save(value)
        assert catalog.load("x") == ["a", "b", "c"]
        assert catalog.preview("x").head == "a"
        catalog.save("x", "whole")
        assert catalog.load("x") == "whole"


def test_a_run_is_named_to_read_from_it(write, a_run):
    write("- {name: x, type: note, path: x.txt}")
    with a_run():
        catalog.save("x", "first")
        first = current().gluepy.run_id
    with a_run():
        catalog.save("x", "second")
    assert catalog.load("x", run=first) == "first"
    assert catalog.load("x", run="latest") == "second"
    assert catalog.exists("x", run=first)


def test_loading_and_saving_are_announced(write):
    write("- {name: x, type: note, path: a/x.txt}")
    heard: list[tuple] = []

    def hear(**values: Any) -> None:
        heard.append(tuple(values.items())[:2])

    watched = [signals.before_load, signals.after_save, signals.read, signals.write]
    for signal in watched:
        signal.connect(hear)
    try:
        catalog.save("x", "a")
        catalog.load("x")
    finally:
        for signal in watched:
            signal.disconnect(hear)
    assert heard == [
        (("kind", "storage"), ("name", "a/x.txt")),
        (("kind", "artifact"), ("name", "x")),
        (("name", "x"), ("path", "a/x.txt")),
        (("name", "x"),),
        (("kind", "storage"), ("name", "a/x.txt")),
        (("kind", "artifact"), ("name", "x")),
    ]


def test_the_catalog_is_read_anew_when_settings_change(write, project):
    write("- {name: x, type: note, path: x.txt}")
    assert "x" in catalog
    (project / "other.yaml").write_text("- {name: y, type: note, path: y.txt}")
    with override_settings(CATALOG_PATH="other.yaml"):
        assert list(catalog) == ["y"]
    assert list(catalog) == ["x"]


def test_the_catalog_is_read_anew_on_demand(write):
    write("- {name: x, type: note, path: x.txt}")
    assert catalog.dataset("x").path == "x.txt"
    write("- {name: x, type: note, path: y.txt}")
    assert catalog.dataset("x").path == "x.txt"
    catalog.reload()
    assert catalog.dataset("x").path == "y.txt"


def test_a_catalog_is_made_of_other_documents():
    class File:
        file = "memory"
        value: Any = [{"name": "x", "type": "note", "path": "x"}]

        def line_of(self, *keys: Any) -> int:
            return 7

    assert Catalog([File()]).entry("x").where == "memory, line 7"


# --- Patterns ------------------------------------------------------------------------------


def test_a_pattern_defines_many_artifacts(write):
    write("'{layer}_{name}': {type: note, path: '{layer}/{name}-!{day}-{other}.txt'}")
    assert catalog.dataset("raw_us_ers", day=3).path == "raw/us_ers-3-{other}.txt"
    assert "clean_x" in catalog
    assert "clean" not in catalog
    assert catalog.patterns == ["{layer}_{name}"]
    assert list(catalog) == []
    assert catalog.entry("raw_x").pattern == "{layer}_{name}"


def test_a_placeholder_of_the_same_name_is_no_part_of_the_pattern(write):
    write("'{layer}_x': {type: note, path: '!{layer}/{layer}'}")
    assert catalog.dataset("raw_x", layer="a").path == "a/raw"


def test_an_entry_of_its_own_comes_before_a_pattern(write):
    write("'{layer}_{name}': {type: note, path: p}\nraw_x: {type: note, path: own}\n")
    assert catalog.dataset("raw_x").path == "own"
    assert catalog.dataset("raw_y").path == "p"


def test_the_pattern_with_most_literal_characters_wins(write):
    write("'{a}_{b}': {type: note, path: short}\n'raw_{b}': {type: note, path: long}\n")
    assert catalog.dataset("raw_x").path == "long"


def test_two_patterns_that_match_alike_are_both_named(write):
    write("'{a}_x': {type: note, path: a}\n'y_{a}': {type: note, path: b}\n")
    with pytest.raises(CatalogError) as caught:
        catalog.entry("y_x")
    assert str(caught.value).startswith(
        "The artifact 'y_x' matches two patterns: '{a}_x' (configs/catalog/data.yaml, line 1) "
        "and 'y_{a}' (configs/catalog/data.yaml, line 2)."
    )


@pytest.mark.parametrize("name", ["raw_..", "raw_.", "raw_a/../b", "raw_a b", "raw_!{x}", "raw_"])
def test_no_name_leads_out_of_a_path(write, name):
    write("'raw_{b}': {type: note, path: 'x/{b}/y'}")
    assert name not in catalog
    with pytest.raises(UnknownArtifactError):
        catalog.entry(name)


def test_a_part_that_stands_twice_is_the_same(write):
    write("'{a}-{a}': {type: note, path: '{a}'}")
    assert "x-x" in catalog
    assert "x-y" not in catalog


def test_two_patterns_of_one_text_are_duplicates(write):
    write("- {name: '{a}_x', type: note, path: a}\n- {name: '{a}_x', type: note, path: b}\n")
    with pytest.raises(CatalogError, match="stands in the catalog twice"):
        catalog.entry("y_x")


# --- Describing ----------------------------------------------------------------------------


def test_an_artifact_is_described(write):
    write(
        "x:\n  type: note\n  path: '!{day}.txt'\n  description: Notes of a day.\n  tags: [a, b]\n"
    )
    assert catalog.describe("x") == {
        "name": "x",
        "type": "note",
        "description": "Notes of a day.",
        "tags": ["a", "b"],
        "file": "configs/catalog/data.yaml",
        "line": 1,
        "pattern": None,
        "placeholders": ["day"],
        "fields": {"path": "!{day}.txt"},
    }


@pytest.mark.parametrize(
    "said",
    [
        "connection: 'db://me:hunter2@host'",
        "connection: 'Driver=X;UID=me;PWD=hunter2;'",
        "connection: 'Driver=X;UID=me; Password = hunter2'",
        "connection: 'Driver=X;PWD={hunter2 with blanks};'",
        "connection: 'https://host/?token=hunter2&x=1'",
        "connection: c, password: hunter2",
        "connection: c, user: hunter2, secret: user",
        "connection: c, load_options: {login: {api_key: hunter2}}",
        "connection: c, load_options: {login: [{who: hunter2}]}, secret: [load_options.login]",
    ],
)
def test_secrets_are_masked(write, said):
    write(f"- {{name: x, type: login, {said}}}")
    described = catalog.describe("x")
    assert "hunter2" not in str(described)
    assert "********" in str(described)


def test_a_secret_that_was_used_is_masked_wherever_it_appears(write):
    from gluepy.conf.secrets import mask

    write("- {name: x, type: login, connection: c, user: '!{who}', secret: [user]}")
    catalog.dataset("x", who="Rumpelstilzchen")
    assert "Rumpelstilzchen" not in mask("it is Rumpelstilzchen")


def test_a_preview_shows_the_head(write):
    write("- {name: x, type: note, path: x.txt}")
    catalog.save("x", "1\n2\n3\n")
    assert catalog.preview("x", rows=2).head == "1\n2"


def test_the_line_of_an_entry_is_looked_for_only_for_an_error(write, monkeypatch):
    write("- {name: x, type: note, path: '!{day}.txt'}")
    asked = []
    line_of = templates.Document.line_of
    monkeypatch.setattr(
        templates.Document, "line_of", lambda *args: asked.append(args) or line_of(*args)
    )
    catalog.save("x", "a", day=1)
    catalog.load("x", day=1)
    assert asked == []
    with pytest.raises(PlaceholderError, match="line 1"):
        catalog.load("x")
    assert asked
