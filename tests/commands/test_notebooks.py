"""`manage.py notebooks compile` in a project."""

from __future__ import annotations

from tests.modules.notebook_files import code, write_notebook
from tests.projects.factory import Project

TASKS = (
    "@task\ndef double(n: int = 2) -> Volatile('twice'):\n    return 2 * n\n"
    "class Doubling(DAG):\n    label = 'doubling'\n    tasks = [double]"
)


def test_compiled_tasks_run_once_the_module_is_installed(project: Project) -> None:
    notebook = project.root / "notebooks/10_double it.ipynb"
    imports = code("%matplotlib inline\nfrom gluepy.exec import DAG, Volatile, task, Artifact")
    write_notebook(notebook, imports, code(TASKS, "task"), code("double(3)"))
    done = project.manage("notebooks", "compile")
    assert done.returncode == 0, done.stderr
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [
        ["file", "action"],
        ["compiled/__init__.py", "new"],
        ["compiled/double_it.py", "new"],
    ]
    project.settings("INSTALLED_MODULES = [*INSTALLED_MODULES, 'compiled.double_it']")
    assert project.run("doubling").name


def test_check_fails_if_something_would_change_and_writes_nothing(project: Project) -> None:
    write_notebook(project.root / "notebooks/a.ipynb", code("A = 1", "task"))
    done = project.manage("notebooks", "compile", "--check")
    assert done.returncode == 1
    assert done.stderr == (
        "Error: 2 files differ from their notebooks: compiled/__init__.py, compiled/a.py. "
        "Run: python manage.py notebooks compile\n"
    )
    assert not (project.root / "compiled").exists()
    project.manage("notebooks", "compile")
    assert project.manage("notebooks", "compile", "--check").returncode == 0


def test_json_says_what_was_done(project: Project) -> None:
    write_notebook(project.root / "notebooks/a.ipynb", code("A = 1", "task"))
    assert project.json("notebooks", "compile") == [
        {"path": "compiled/__init__.py", "action": "new", "notebook": None},
        {"path": "compiled/a.py", "action": "new", "notebook": "notebooks/a.ipynb"},
    ]


def test_a_broken_notebook_is_one_line_with_cell_and_line(project: Project) -> None:
    write_notebook(project.root / "notebooks/a.ipynb", code("A = 1\nB = = 2", "task"))
    done = project.manage("notebooks", "compile")
    assert done.returncode == 1
    assert done.stderr == ("Error: notebooks/a.ipynb, cell 1, line 2: invalid syntax: 'B = = 2'.\n")
