from __future__ import annotations

import subprocess
import sys

import pytest

from gluepy.catalog import FileDataset, catalog
from gluepy.checks import run_checks
from gluepy.context import templates
from gluepy.test import override_settings


@pytest.fixture(autouse=True)
def types(project):
    class Note(FileDataset):
        type = "note"
        level: int = 0


def said(deep: bool = True) -> list[str]:
    found = run_checks(deep=deep)
    return [str(one) for one in found if one.id.startswith("catalog.")]


def test_a_sound_catalog_has_no_messages(write):
    write(
        "x: {type: note, path: '!{day}', level: '!{level}'}\n"
        "'{layer}_x': {type: note, path: '{layer}', level: '{layer}'}\n"
    )
    assert said() == []


def test_a_file_that_cannot_be_read_is_found_before_a_run(write):
    write("x: [")
    (message,) = said(deep=False)
    assert message.startswith("ERROR (catalog.E001) configs/catalog/data.yaml, line 1:")


def test_all_names_given_twice_are_found_before_a_run(write):
    write("- {name: x, type: note, path: x}\n- {name: y, type: note, path: y}\n", "1.yaml")
    write("- {name: x, type: note, path: x}\n- {name: y, type: note, path: y}\n", "2.yaml")
    write("- {type: note}", "3.yaml")
    messages = said(deep=False)
    assert len(messages) == 3
    assert all(message.startswith("ERROR (catalog.E002)") for message in messages)


@pytest.mark.parametrize(
    ("text", "number", "says"),
    [
        ("x: {type: nte, path: x}", "E003", "Did you mean 'note'"),
        ("x: {path: x}", "E004", "lacks the field 'type'"),
        ("x: {type: note, pth: x, path: y}", "E004", "Did you mean 'path'?"),
        ("x: {type: note}", "E004", "lacks the field 'path'"),
        ("x: {type: note, path: x, level: high}", "E004", "It takes a whole number."),
        ("x: {type: note, path: '!{day'}", "E004", "is not closed"),
        ("'{layer}_x': {type: note, pth: '{layer}'}", "E004", "Did you mean 'path'?"),
        ("x: {type: note, path: x, storage: archve}", "E005", "Did you mean 'archive'?"),
        ("x: {type: note, path: s4://b/x}", "E005", "Nothing is known that reads 's4://'"),
        ("x: {type: note, path: 's4://b/!{day}'}", "E005", "reads 's4://'"),
        ("x: {type: sql_table, table: t, database: wharehouse}", "E005", "mean 'warehouse'?"),
    ],
)
def test_what_is_wrong_with_an_entry_is_found_by_a_deep_check(write, text, number, says):
    write(f"\n{text}\n")
    entry = {"BACKEND": "gluepy.files.storages.local.LocalStorage", "ROOT": "x"}
    with override_settings(STORAGES={"archive": entry}, DATABASES={"warehouse": "sqlite://"}):
        assert said(deep=False) == []
        messages = said()
    assert messages[0].startswith(f"ERROR (catalog.{number}) ")
    assert says in " ".join(messages)
    assert "configs/catalog/data.yaml, line 2" in messages[0]


def test_the_files_are_read_once_for_the_checks_and_the_run_after_them(write, monkeypatch):
    write("x: {type: note, path: x}")
    reads = []
    rendered = templates.rendered
    monkeypatch.setattr(templates, "rendered", lambda *a: reads.append(a) or rendered(*a))
    assert said(deep=False) == []
    assert "x" in catalog
    assert len(reads) == 1


def test_without_a_catalog_the_checks_before_a_run_import_nothing(tmp_path):
    program = (
        "import sys\n"
        "from gluepy.test import override_settings\n"
        f"with override_settings(BASE_DIR={str(tmp_path)!r}, CONFIG_PATH={str(tmp_path)!r}):\n"
        "    from gluepy.catalog.checks import readable\n"
        "    import gluepy.runs.checks\n"
        "    assert list(readable()) == []\n"
        "print([n for n in sys.modules if n.startswith(('gluepy.catalog.', 'jinja2'))])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.strip() == "['gluepy.catalog.checks']", done.stderr
