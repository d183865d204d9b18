"""A tree of notebooks becomes a package."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from gluepy.exceptions import CommandError, SettingsError
from gluepy.modules.cells import NotebookError
from gluepy.modules.notebooks import INIT, carry_out, plan
from gluepy.test import override_settings
from tests.modules.notebook_files import code, write_notebook

TASK = code("A = 1", "task")


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "notebooks").mkdir()
    with override_settings(BASE_DIR=str(tmp_path), NOTEBOOKS_PATH=str(tmp_path / "notebooks")):
        yield tmp_path


def run(*paths: Path) -> dict[str, str]:
    """Compile, and return what was done to each file."""
    changes = plan([str(path) for path in paths])
    carry_out(changes)
    return {change.path: change.action for change in changes}


def content(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(file.relative_to(folder)): (file.stat().st_mtime_ns, file.read_bytes())
        for file in folder.rglob("*")
        if file.is_file()
    }


def error(*paths: Path) -> str:
    with pytest.raises((NotebookError, CommandError, SettingsError)) as caught:
        plan([str(path) for path in paths])
    return str(caught.value)


# --- Names ---------------------------------------------------------------------------------


def test_modules_have_the_tree_of_the_notebooks_without_numbers_and_blanks(project: Path) -> None:
    write_notebook(project / "notebooks/10_Raw data/20_clean the\torders.ipynb", TASK)
    assert run() == {
        "compiled/__init__.py": "new",
        "compiled/Raw_data/__init__.py": "new",
        "compiled/Raw_data/clean_the_orders.py": "new",
    }
    text = (project / "compiled/Raw_data/clean_the_orders.py").read_text("utf-8")
    assert text == (
        '# Compiled by "manage.py notebooks compile" from '
        "notebooks/10_Raw data/20_clean the?orders.ipynb\n\nA = 1\n"
    )


def test_the_package_may_lie_deep(project: Path) -> None:
    write_notebook(project / "notebooks/a.ipynb", TASK)
    with override_settings(NOTEBOOK_TARGET="jobs.made"):
        assert list(run()) == ["jobs/__init__.py", "jobs/made/__init__.py", "jobs/made/a.py"]


def test_hidden_folders_and_checkpoints_are_passed_over(project: Path) -> None:
    for name in (".ipynb_checkpoints/a", "a-checkpoint", ".hidden", "b"):
        write_notebook(project / f"notebooks/{name}.ipynb", TASK)
    assert list(run()) == ["compiled/__init__.py", "compiled/b.py"]


def test_a_notebook_without_tags_becomes_nothing_whatever_its_name(project: Path) -> None:
    write_notebook(project / "notebooks/Untitled-1 (copy).ipynb", code("x ="))
    assert run() == {}
    assert not (project / "compiled").exists()


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("a-b", "a-b"),
        ("10_class", "class"),
        ("10_", ""),
        ("10_20_x", "20_x"),
        ("x.y", "x.y"),
        ("__init__", "__init__"),
        ("my-folder/a", "my-folder"),
    ],
)
def test_a_name_python_cannot_import_is_an_error(project: Path, name: str, part: str) -> None:
    write_notebook(project / f"notebooks/{name}.ipynb", TASK)
    assert error() == (
        f"'notebooks/{name}.ipynb' cannot become a module: '{part}' is no name Python can import. "
        "Rename it: letters, digits and _, as in 10_clean_orders.ipynb."
    )


@pytest.mark.parametrize("other", ["20_a b", "A_B"])
def test_two_notebooks_that_become_one_module_are_an_error(project: Path, other: str) -> None:
    write_notebook(project / "notebooks/10_a_b.ipynb", TASK)
    write_notebook(project / f"notebooks/{other}.ipynb", TASK)
    message = error()
    assert f"'notebooks/{other}.ipynb'" in message
    assert "'notebooks/10_a_b.ipynb'" in message
    assert "become one module" in message
    assert "become one module" in error(project / "notebooks/10_a_b.ipynb")


def test_a_notebook_and_a_folder_of_one_name_are_an_error(project: Path) -> None:
    write_notebook(project / "notebooks/a.ipynb", TASK)
    write_notebook(project / "notebooks/10_a/b/c.ipynb", TASK)
    assert error() == (
        "'notebooks/a.ipynb' and the folder of 'notebooks/10_a/b/c.ipynb' get one name, a. "
        "Rename one of them."
    )


# --- Files that are there already ------------------------------------------------------------


def test_compiling_twice_changes_nothing(project: Path) -> None:
    write_notebook(project / "notebooks/a/b.ipynb", TASK)
    run()
    before = content(project / "compiled")
    assert set(run().values()) == {"unchanged"}
    assert content(project / "compiled") == before


def test_only_what_changed_is_written(project: Path) -> None:
    write_notebook(project / "notebooks/a.ipynb", TASK)
    write_notebook(project / "notebooks/b.ipynb", TASK)
    run()
    before = content(project / "compiled")
    write_notebook(project / "notebooks/b.ipynb", code("B = 2", "task"), code("other"))
    assert run() == {
        "compiled/__init__.py": "unchanged",
        "compiled/a.py": "unchanged",
        "compiled/b.py": "changed",
    }
    after = content(project / "compiled")
    assert {name for name in after if after[name] != before[name]} == {"b.py"}
    assert after["b.py"][1].endswith(b"\n\nB = 2\n")


def test_an_init_that_is_there_is_never_written(project: Path) -> None:
    init = project / "compiled/__init__.py"
    init.parent.mkdir()
    init.write_text("MINE = 1\n")
    write_notebook(project / "notebooks/a.ipynb", TASK)
    assert run()["compiled/__init__.py"] == "unchanged"
    assert init.read_text() == "MINE = 1\n"


def test_a_file_somebody_wrote_is_not_overwritten(project: Path) -> None:
    mine = project / "compiled/a.py"
    mine.parent.mkdir()
    mine.write_text("MINE = 1\n")
    write_notebook(project / "notebooks/a.ipynb", TASK)
    assert error() == (
        "'notebooks/a.ipynb' would become 'compiled/a.py', but that file was not compiled. "
        "Rename the notebook or the file."
    )


def test_nothing_is_written_if_one_notebook_is_broken(project: Path) -> None:
    write_notebook(project / "notebooks/a.ipynb", TASK)
    write_notebook(project / "notebooks/b.ipynb", code("x =", "task"))
    assert "notebooks/b.ipynb, cell 1, line 1" in error()
    assert not (project / "compiled").exists()


def test_modules_whose_notebook_is_gone_are_removed_and_nothing_else(project: Path) -> None:
    for name in ("a", "sub/b", "untagged"):
        write_notebook(project / f"notebooks/{name}.ipynb", TASK)
    run()
    mine = project / "compiled/mine.py"
    mine.write_text("MINE = 1\n")
    (project / "notebooks/sub/b.ipynb").unlink()
    write_notebook(project / "notebooks/untagged.ipynb", code("A = 1"))
    changes = run()
    assert {path for path, action in changes.items() if action == "removed"} == {
        "compiled/sub/__init__.py",
        "compiled/sub/b.py",
        "compiled/untagged.py",
    }
    assert sorted(content(project / "compiled")) == ["__init__.py", "a.py", "mine.py"]
    assert not (project / "compiled/sub").exists()


def test_an_init_that_was_edited_stays_when_its_notebooks_are_gone(project: Path) -> None:
    notebook = write_notebook(project / "notebooks/sub/b.ipynb", TASK)
    run()
    init = project / "compiled/sub/__init__.py"
    init.write_text(f"{INIT}MINE = 1\n")
    notebook.unlink()
    assert run() == {"compiled/sub/b.py": "removed"}
    assert init.exists()


def test_a_notebook_can_take_the_place_of_a_folder(project: Path) -> None:
    notebook = write_notebook(project / "notebooks/a/b.ipynb", TASK)
    run()
    notebook.rename(project / "notebooks/a.ipynb")
    run()
    assert sorted(content(project / "compiled")) == ["__init__.py", "a.py"]


def test_a_file_that_cannot_be_written_leaves_the_former_one_and_no_other(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_notebook(project / "notebooks/a.ipynb", TASK)
    run()
    before = content(project / "compiled")
    write_notebook(project / "notebooks/a.ipynb", code("B = 2", "task"))

    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space"):
        run()
    assert content(project / "compiled") == before


# --- Some notebooks only ---------------------------------------------------------------------


def test_single_notebooks_and_folders_can_be_compiled(project: Path) -> None:
    first = write_notebook(project / "notebooks/a.ipynb", TASK)
    write_notebook(project / "notebooks/b.ipynb", code("x =", "task"))
    write_notebook(project / "notebooks/sub/c.ipynb", TASK)
    done = run(first, project / "notebooks/sub")
    assert [path for path in done if "__init__" not in path] == [
        "compiled/a.py",
        "compiled/sub/c.py",
    ]


def test_compiling_some_removes_nothing(project: Path) -> None:
    first = write_notebook(project / "notebooks/a.ipynb", TASK)
    second = write_notebook(project / "notebooks/b.ipynb", TASK)
    run()
    second.unlink()
    assert "removed" not in run(first).values()
    assert (project / "compiled/b.py").exists()


def test_a_path_that_is_no_notebook_offers_close_ones(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_notebook(project / "notebooks/clean.ipynb", TASK)
    monkeypatch.chdir(project)
    assert error(Path("notebooks/claen.ipynb")) == (
        "'notebooks/claen.ipynb' is no notebook below 'notebooks'. "
        "Did you mean 'notebooks/clean.ipynb'?"
    )


# --- Settings --------------------------------------------------------------------------------


def test_a_folder_of_notebooks_that_is_not_there_is_an_error(project: Path) -> None:
    (project / "notebooks").rmdir()
    assert "which is no folder. Make it, or set it to where the notebooks lie." in error()


@pytest.mark.parametrize("target", ["", "a-b", "a..b", "a/b", "class", None])
def test_a_package_of_no_possible_name_is_an_error(target: object) -> None:
    with override_settings(NOTEBOOK_TARGET=target):
        assert error().startswith(f"NOTEBOOK_TARGET is {target!r}, which is no name of a package.")


def test_a_relative_folder_is_relative_to_the_project(project: Path) -> None:
    write_notebook(project / "notebooks/a.ipynb", TASK)
    with override_settings(NOTEBOOKS_PATH="notebooks"):
        assert "compiled/a.py" in run()
