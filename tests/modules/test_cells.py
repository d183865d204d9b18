"""What one notebook becomes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gluepy.modules.cells import Notebook, NotebookError
from tests.modules.notebook_files import code, text, write_notebook


@pytest.fixture
def source_of(tmp_path: Path) -> Any:
    def compiled(*cells: dict[str, Any], **changes: Any) -> str:
        file = write_notebook(tmp_path / "n.ipynb", *cells, **changes)
        return Notebook(str(file), "notebooks/n.ipynb").source()

    return compiled


@pytest.fixture
def error_of(source_of: Any) -> Any:
    def message(*cells: dict[str, Any], **changes: Any) -> str:
        with pytest.raises(NotebookError) as caught:
            source_of(*cells, **changes)
        return str(caught.value)

    return message


# --- Cells ---------------------------------------------------------------------------------


def test_tagged_cells_are_kept_in_order_and_as_they_are(source_of: Any) -> None:
    second = "def f():\n\n    return 'ä'  # kept"
    source = source_of(code("A = 1", "task"), code("print(A)"), code(second, "CRAFT", "other"))
    assert source == f"A = 1\n\n\n{second}\n"


@pytest.mark.parametrize("tag", ["task", "craft", "export", "Task", "EXPORT "])
def test_each_of_the_tags_keeps_a_cell_in_any_case(source_of: Any, tag: str) -> None:
    assert source_of(code("A = 1", tag)) == "A = 1\n"


def test_tagged_text_becomes_comments(source_of: Any) -> None:
    assert source_of(text("# Clean\n\nthe *orders*", "task")) == "# # Clean\n#\n# the *orders*\n"


def test_sources_may_be_one_text_and_end_lines_as_windows_does(source_of: Any) -> None:
    cell = code("", "task") | {"source": "A = 1\r\nB = 2\r\n"}
    assert source_of(cell) == "A = 1\nB = 2\n"


# --- Imports -------------------------------------------------------------------------------


def test_imports_of_other_cells_are_kept_if_their_names_are_used(source_of: Any) -> None:
    untagged = "import os, sys\nimport a.b\nfrom m import n as k, unused\nimport plots\nx = 1"
    source = source_of(
        code(untagged), code("def f(v: 'k.T'):\n    return sys.path, a.b.c(v)", "task")
    )
    assert source.startswith("import sys\nimport a.b\nfrom m import n as k\n\n\ndef f")


def test_a_relative_import_stays_relative(source_of: Any) -> None:
    source = source_of(code("from . import shared"), code("shared.go()", "task"))
    assert source == "from . import shared\n\n\nshared.go()\n"


def test_what_a_kept_cell_imports_itself_is_not_imported_twice(source_of: Any) -> None:
    kept = "import json\nX = json.dumps(1)"
    assert source_of(code("import json"), code(kept, "task")) == f"{kept}\n"


def test_a_name_used_before_the_kept_cell_that_imports_it_is_imported(source_of: Any) -> None:
    cells = [code("import json"), code("json.dumps(1)", "task"), code("import json", "task")]
    assert source_of(*cells).startswith("import json\n\n\njson.dumps(1)")


def test_magics_beside_an_import_do_not_hide_it(source_of: Any) -> None:
    untagged = "%matplotlib inline\n!pip install x\nfiles = !ls\nimport json\njson?"
    assert source_of(code(untagged), code("json.dumps(1)", "task")).startswith("import json\n")
    assert source_of(code("%%time\nimport json"), code("json.dumps(1)", "task"))[:6] == "import"


def test_a_cell_in_another_language_is_passed_over(source_of: Any) -> None:
    cells = [code("%%writefile x.py\nimport json"), code("%%bash\nls *"), code("A = 1", "task")]
    assert source_of(*cells) == "A = 1\n"


def test_optional_imports_are_kept_whole(source_of: Any) -> None:
    guarded = "try:\n    import fast as j\nexcept ImportError:\n    j = None"
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import frames"
    kept = "def f(x: 'frames.F'):\n    return j"
    source = source_of(code(f"{guarded}\n{typed}"), code(kept, "task"))
    assert source == f"{guarded}\n{typed}\n\n\n{kept}\n"


def test_imports_from_the_future_move_to_the_top(source_of: Any) -> None:
    kept = '"""Doc."""\nfrom __future__ import annotations; X = 1'
    source = source_of(code("import os"), code("os.getcwd()", "task"), code(kept, "task"))
    top, _, rest = source.partition("\n")
    assert top == "from __future__ import annotations"
    assert rest == '\nimport os\n\n\nos.getcwd()\n\n\n"""Doc."""\nX = 1\n'
    compile(source, "n.py", "exec")


def test_a_star_import_is_kept_only_if_a_name_is_left_that_nothing_else_gives(
    source_of: Any,
) -> None:
    assert source_of(code("from m import *"), code("given()", "task"))[:15] == "from m import *"
    assert source_of(code("from m import *"), code("print(1)", "task")) == "print(1)\n"


def test_names_of_the_extension_are_imported(source_of: Any) -> None:
    source = source_of(code("%load_ext gluepy"), code("X = catalog.load('x')", "task"))
    assert source == "from gluepy.catalog import catalog\n\n\nX = catalog.load('x')\n"


def test_names_of_the_extension_that_the_notebook_gives_otherwise_are_its_own(
    source_of: Any,
) -> None:
    source = source_of(code("def f(runs):\n    return runs", "task"))
    assert source == "def f(runs):\n    return runs\n"


# --- Errors --------------------------------------------------------------------------------


def test_a_syntax_error_names_notebook_cell_and_line(error_of: Any) -> None:
    message = error_of(text("# Title"), code("A = 1\nB = = 2", "task"))
    assert message == "notebooks/n.ipynb, cell 2, line 2: invalid syntax: 'B = = 2'."


def test_code_that_only_runs_in_a_function_is_a_syntax_error(error_of: Any) -> None:
    assert "cell 1, line 1: 'return' outside function" in error_of(code("return 1", "task"))


@pytest.mark.parametrize("line", ["%time f()", "!ls", "x = !ls", "x = %sql q", "f?", "  %time x"])
def test_a_magic_in_a_kept_cell_is_an_error(error_of: Any, line: str) -> None:
    assert error_of(code(f"A = 1\n{line}", "task")) == (
        f"notebooks/n.ipynb, cell 1, line 2: '{line.strip()}' works in notebooks only, not in a "
        "module. Move it to a cell without the tag."
    )


def test_a_percent_sign_that_is_python_is_no_magic(source_of: Any) -> None:
    kept = 'X = (7\n%2)\nT = """\n%time\n!ls\n"""'
    assert source_of(code(kept, "task")) == f"{kept}\n"


def test_a_name_that_only_a_cell_without_tag_defines_is_an_error(error_of: Any) -> None:
    cells = [code("def helper():\n    pass"), code("def f():\n    return helper()", "task")]
    assert error_of(*cells) == (
        "notebooks/n.ipynb, cell 2 needs 'helper', which cell 1 defines, and that has no tag. "
        "Tag cell 1 too, or define it in a cell that is tagged."
    )


def test_a_name_inside_a_function_of_another_cell_is_nobodys_business(source_of: Any) -> None:
    kept = "def f():\n    return df"
    assert source_of(code("def g():\n    df = 1"), code(kept, "task")) == f"{kept}\n"


def test_other_versions_of_the_format_are_refused(error_of: Any) -> None:
    assert error_of(nbformat=3, worksheets=[]) == (
        "'notebooks/n.ipynb' has the format 3; gluepy reads 4. "
        "Open and save it in a current Jupyter."
    )
    assert error_of(nbformat=5) == "'notebooks/n.ipynb' has the format 5; gluepy reads 4."


@pytest.mark.parametrize("cells", [None, {}, ["text"]])
def test_a_notebook_without_cells_is_none(error_of: Any, cells: Any) -> None:
    assert error_of(cells=cells) == "'notebooks/n.ipynb' is no notebook: it has no list of 'cells'."


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "it is not JSON (line 1)"),
        (b"{\n<<<<", "it is not JSON (line 2)"),
        (b'"\xff"', "it is not JSON"),
        (b"[]", "it is JSON without 'nbformat'"),
        (b"{}", "it is JSON without 'nbformat'"),
    ],
)
def test_a_file_that_is_no_notebook_says_so(tmp_path: Path, content: bytes, reason: str) -> None:
    file = tmp_path / "n.ipynb"
    file.write_bytes(content)
    with pytest.raises(NotebookError) as caught:
        Notebook(str(file), "n.ipynb")
    assert str(caught.value).startswith(f"'n.ipynb' is no notebook: {reason}.")


def test_tagged_cells_in_another_language_are_refused(error_of: Any) -> None:
    message = error_of(code("x <- 1", "task"), metadata={"language_info": {"name": "R"}})
    assert message == ("'notebooks/n.ipynb' has tagged cells, but is written in R, not in Python.")


def test_characters_that_no_file_holds_are_an_error(error_of: Any) -> None:
    assert "cannot be compiled: cell 1" in error_of(code("X = '\ud800'", "task"))
    assert "a character that no file can hold" in error_of(text("\ud800", "task"))
