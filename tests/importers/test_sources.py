"""Code of statisfactory becomes code of gluepy, by its syntax, and all else stays as it is."""

from __future__ import annotations

import ast
from textwrap import dedent
from typing import Any

import pytest

from gluepy.importers.notes import Note
from gluepy.importers.sources import CELL, MODULE, TAGGED, Code

HEAD = "from statisfactory import Artifact, Craft, Pipeline, Session, Volatile\n"


def convert(text: str, module: str = "lib.mod", **known: set[str]) -> tuple[str, list[Note]]:
    crafts = {name.replace("__", "."): names for name, names in known.items()}
    (done,) = Code([(MODULE, dedent(text).lstrip("\n"))], module).convert(crafts)
    ast.parse(done.text)
    return done.text, done.notes


def converted(text: str, **known: set[str]) -> str:
    """Return converted code of which nothing is left to do."""
    made, notes = convert(text, **known)
    assert notes == []
    assert "statisfactory" not in made
    return made


def body(text: str, **known: set[str]) -> str:
    """Return converted code without the imports in front of it."""
    made = converted(HEAD + dedent(text).lstrip("\n"), **known)
    return "".join(
        line for line in made.splitlines(keepends=True) if not line.startswith(("from", "import"))
    )


def test_code_that_does_not_name_statisfactory_is_not_touched() -> None:
    text = "import os\nx=   1 # Craft\n\n\nsess = os.environ;y='Session()'\n"
    assert convert(text) == (text, [])


def test_a_craft_becomes_a_task_and_formatting_and_comments_stay() -> None:
    text = '''
        """Doc."""
        from statisfactory import Craft, Artifact, Volatile  # the library


        @Craft()  # a craft
        def clean( a:Artifact, n = 1, *, last: Volatile=None ) -> [Artifact('a'),Volatile("b")]:
            # why
            return   a, n
        '''
    made = converted(text)
    assert made.startswith(
        '"""Doc."""\nfrom gluepy.exec import Artifact, Volatile, task  # the library\n\n\n'
        "@task  # a craft\ndef clean( a:Artifact, n = 1, *, last: Volatile=None )"
    )
    assert made.endswith("    # why\n    return   a, n\n")


@pytest.mark.parametrize(
    ("head", "decorator", "annotation"),
    [
        ("from statisfactory import Craft as C, Artifact as A", "@C()", "A"),
        ("import statisfactory", "@statisfactory.Craft()", "statisfactory.Artifact"),
        ("import statisfactory as st", "@st.Craft()", "st.Artifact"),
        ("from statisfactory import (\n    Artifact,\n    Craft,\n)", "@Craft", "Artifact"),
        ("from statisfactory.operator import Craft, Artifact", "@Craft()", "Artifact"),
    ],
)
def test_names_are_known_however_they_are_imported(
    head: str, decorator: str, annotation: str
) -> None:
    made = converted(f"{head}\n{decorator}\ndef f(x: {annotation}): ...\n")
    names: dict[str, object] = {}
    exec(compile(made, "made", "exec"), names)
    assert list(names["f"].spec.signature.inputs) == ["x"]


def test_other_imports_of_the_same_line_stay() -> None:
    made = converted("import os, statisfactory as st, sys\n@st.Craft()\ndef f(): ...\n")
    assert made.startswith("import os, sys\nfrom gluepy.exec import task\n@task\n")


def test_a_name_that_the_code_has_already_is_not_taken() -> None:
    made = converted("from statisfactory import Craft\ntask = 3\n\n@Craft()\ndef f(): ...\n")
    assert "from gluepy.exec import task as gluepy_task\n" in made
    assert "@gluepy_task\ndef f()" in made


@pytest.mark.parametrize(
    ("imports", "other"),
    [
        (["Craft", "Artifact as A"], "A"),
        (["Artifact as A", "Craft"], "A"),
        (["Artifact as A", "Artifact, Craft"], "Artifact"),
        (["Artifact", "Artifact as A, Craft"], "Artifact"),
        (["Craft, Artifact, Artifact as A"], "Artifact"),
    ],
)
def test_aliases_are_known_whichever_import_brings_them(imports: list[str], other: str) -> None:
    head = "".join(f"from statisfactory import {one}\n" for one in imports)
    made = converted(f"{head}@Craft()\ndef f(x: A, y: {other}): ...\n")
    names: dict[str, Any] = {}
    exec(compile(made, "made", "exec"), names)
    assert list(names["f"].spec.signature.inputs) == ["x", "y"]


def test_postponed_annotations_and_functions_in_functions_are_converted() -> None:
    made = converted(
        """
        from __future__ import annotations
        def make():
            from statisfactory import Craft, Volatile

            @Craft()
            def inner(n: int = 1) -> Volatile("v"):
                return n
            return inner
        """
    )
    assert "    from gluepy.exec import Volatile, task\n" in made
    assert "    @task\n    def inner" in made


# --- Pipelines ----------------------------------------------------------------------------------

CRAFTS = "@Craft()\ndef a(): ...\n@Craft()\ndef b(): ...\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('p = Pipeline("x")\n', 'p = DAG.of("x")\n'),
        ("p = Pipeline(name='x')\n", "p = DAG.of('x')\n"),
        ("p = Pipeline()\n", 'p = DAG.of("noName")\n'),
        ('p = Pipeline("x") + a + b\n', 'p = DAG.of("x", a, b)\n'),
        ('p = (\n    Pipeline("x")\n    + a\n    + b\n)\n',
         'p = (\n    DAG.of("x",\n    a,\n    b)\n)\n'),
        ('p = a + Pipeline("x")\n', 'p = a + DAG.of("x")\n'),
        ("p = (Pipeline('x') +  # one\n     a +\n     b)\n",
         "p = (DAG.of('x',  # one\n     a,\n     b))\n"),
        ("p = (Pipeline('x')  # à é\n     + a)\n", "p = (DAG.of('x',  # à é\n     a))\n"),
        ("p = Pipeline('x') \\\n    + a\n", "p = DAG.of('x', \\\n    a)\n"),
        ("p = sum([a, b], Pipeline())\n", 'p = sum([a, b], DAG.of("noName"))\n'),
        ("p = b + a\np(n=1)\n", "p = b + a\np.run(n=1)\n"),
        ("p = a + b\nq = p + a\nout = q(\n    n=1)\n",
         "p = a + b\nq = p + a\nout = q.run(\n    n=1)\n"),
        ("(a + b)(n=1)\n", "(a + b).run(n=1)\n"),
        ("x = 1 + 2\nx(3)\n", "x = 1 + 2\nx(3)\n"),
    ],
)  # fmt: skip
def test_pipelines_become_dags(before: str, after: str) -> None:
    assert body(CRAFTS + before).endswith(f"def b(): ...\n{after}")


def test_crafts_of_other_modules_are_known() -> None:
    made = body(
        "from lib.clean import tidy as t\nfrom .more import load\np = t + load\np()\n",
        lib__clean={"tidy"},
        lib__more={"load"},
    )
    assert made == "p = t + load\np.run()\n"


def test_a_pipeline_keeps_its_name_and_its_order() -> None:
    made = converted(f'{HEAD}{CRAFTS}p = Pipeline("x") + b + a\n')
    names: dict[str, object] = {"__name__": "made"}
    exec(compile(made, "made", "exec"), names)
    assert names["p"].label == "x"
    assert [task.label for task in names["p"].tasks] == ["b", "a"]


# --- Sessions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sess = Session()\n", ""),
        ("sess = Session()\ndf = sess.catalog.load('a', n=1)\n", "df = catalog.load('a', n=1)\n"),
        ("def f():\n    s = Session.get_session()\n    return s.catalog\n",
         "def f():\n    return catalog\n"),
        ("def f():\n    s = Session.get_active_session()\n", "def f():\n    pass\n"),
        ("Session().catalog.save('a', 1)\n", "catalog.save('a', 1)\n"),
        ("s = Session()\nx = s.parameters['a']['b']\n",
         "x = parameter_sets.resolve('a').values['b']\n"),
        ("s = Session()\nx = s.settings['a'], s.settings.get('b')\n",
         "x = variables()['a'], variables().get('b')\n"),
        ("s = Session()\np = s.pipelines_definitions['x']\np(n=1)\n",
         "p = DAG_REGISTRY.find('x')()\np.run(n=1)\n"),
        ("s = Session()\ns.pipelines_definitions[name](n=1)\n",
         "DAG_REGISTRY.find(name)().run(n=1)\n"),
        ("def f(s):\n    return s.catalog\ns = Session()\n", "def f(s):\n    return catalog\n"),
        ("if __name__ == '__main__':\n    s = Session()\n",
         "if __name__ == '__main__':\n    gluepy.setup()\n"),
    ],
)  # fmt: skip
def test_what_a_session_is_asked_for_is_had_without_one(before: str, after: str) -> None:
    assert body(before) == after


def test_a_catalog_is_had_under_another_name_if_the_code_has_one() -> None:
    made = converted(f"{HEAD}s = Session()\ncatalog = [1]\nx = s.catalog.load('a')\n")
    assert "from gluepy.catalog import catalog as gluepy_catalog\n" in made
    assert made.endswith("catalog = [1]\nx = gluepy_catalog.load('a')\n")


def test_a_session_called_catalog_leaves_its_name_to_the_catalog() -> None:
    made = body("catalog = Session()\nx = catalog.catalog.load('a')\n")
    assert made == "x = catalog.load('a')\n"


def test_the_block_of_a_session_is_moved_to_the_left() -> None:
    made = body(
        '''
        s = Session()
        with s:
            # first
            text = """
              kept
            """
            if text:
                f(1,
            2)

        after = 1
        '''
    )
    assert made == '# first\ntext = """\n      kept\n    """\nif text:\n    f(1,\n2)\n\nafter = 1\n'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("with (\n    s\n):\n    x = 1\n", "x = 1\n"),
        ("with (Session()): x = 1; y = 2\n", "x = 1; y = 2\n"),
        ("with (\n    s  # : à\n) :  # why\n    x = 1\n", "# why\nx = 1\n"),
        ("with s:\n    x = 1\n    with s:  # inner\n        y = '''\n        '''\n    z = 3\n",
         "x = 1\n# inner\ny = '''\n        '''\nz = 3\n"),
        ("def f():\n    with s:\n        with s:\n            return 1\n",
         "def f():\n    return 1\n"),
        ("with s:\n    x = 1\n\n    # the end\n# after\ny = 2\n",
         "x = 1\n\n# the end\n# after\ny = 2\n"),
        ("with s:\n\tif x:\n\t\ty = 1\n", "if x:\n\ty = 1\n"),
        ("with s:\n    @d\n    def f(): ...\n", "@d\ndef f(): ...\n"),
    ],
)  # fmt: skip
def test_blocks_of_sessions_are_taken_apart_however_they_are_written(
    before: str, after: str
) -> None:
    assert body(f"s = Session()\n{before}") == after


def test_a_craft_that_is_called_in_a_session_is_run() -> None:
    made = body("@Craft()\ndef show(top=1): ...\ns = Session()\nwith s: show(top=3)\n")
    assert made.endswith('DAG.of("show", show).run(top=3)\n')


# --- Left to people -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "line", "what", "hint"),
    [
        ("from statisfactory.IO import Backend\nclass B(Backend, prefix='x'): ...\n", 2,
         "class 'B' is a place of its own", "STORAGES"),
        ("from statisfactory.IO import ArtifactInteractor as I\nclass X(I): ...\n", 2,
         "class 'X' is a type of artifacts", "FileDataset"),
        ("from statisfactory.session import BaseSession\n\n@BaseSession.hook_post_init()\n"
         "def f(s): ...\n", 3, "'hook_post_init' has no counterpart", "signals.py"),
        ("from statisfactory import Pipeline\n@Pipeline.hook_on_error()\ndef f(): ...\n", 1,
         "'hook_on_error'", "run_failed"),
        ("from statisfactory import *\n", 1, "'*' imports", "Import the names"),
        ("from statisfactory.errors import Errors\n", 1, "'Errors'", "gluepy.exceptions"),
        (f"{HEAD}s = Session()\nx = s.aws_session\n", 1, "'aws_session' of a session", "boto3"),
        (f"{HEAD}s = Session()\nf(s)\n", 1, "the session 's' is handed on", "none"),
        (f"{HEAD}s = Session(root_folder='x')\n", 1, "of a folder of its own", "gluepy.setup("),
        (f"{HEAD}s = Session()\nwith s, open('x') as f: ...\n", 1, "among others", "Take the"),
        (f"{HEAD}{CRAFTS}def f():\n    return a()\n", 7, "the craft 'a' is called", "DAG.of(…)"),
        (f"{HEAD}{CRAFTS}x = a(3)\n", 6, "the craft 'a' is called", "DAG.of(…)"),
        (f"{HEAD}{CRAFTS}p = a + b\np.plot()\n", 7, "'plot' of a pipeline", "dags show"),
        (f"{HEAD}{CRAFTS}p = a + b\np + a\n", 7, "a sum that nobody takes", "a = a + b"),
        (f"{HEAD}{CRAFTS}p = a + b\nq = p + a\np()\nq()\n", 8, "'p' was changed", "the sum"),
        (f"{HEAD}{CRAFTS}p = a + b\np({{}})\n", 7, "called with values without", "Name them"),
        (f"{HEAD}p = Pipeline('x', tags=['y'])\n", 1, "other arguments than its name", "DAG.of("),
        (f"{HEAD}x = isinstance(y, Craft)\n", 1, "'Craft' is used in a way", "gluepy's names"),
    ],
)  # fmt: skip
def test_what_has_no_counterpart_is_left_and_noted(
    text: str, line: int, what: str, hint: str
) -> None:
    _, notes = convert(text)
    found = [note for note in notes if what in note.what]
    assert [note.line for note in found] == [line], notes
    assert hint in found[0].hint


@pytest.mark.parametrize(
    ("sum_", "changed"),
    [("p + a + q", "p"), ("a + p", "p"), ("q + p", "q"), ("a + b + p", ""), ("P() + p", "")],
)
def test_only_the_pipeline_that_a_sum_changed_is_noted(sum_: str, changed: str) -> None:
    head = "from statisfactory import Craft, Pipeline as P\n"
    _, notes = convert(f"{head}{CRAFTS}p = a + b\nq = b + a\nx = {sum_}\np()\nq()\n")
    assert [note.what.split("'")[1] for note in notes] == [changed] * bool(changed)


def test_what_is_left_fails_when_it_is_imported() -> None:
    made, _ = convert("from statisfactory.IO import Backend\nfrom statisfactory import Craft\n")
    assert made == "from statisfactory.IO import Backend\n"


def test_what_is_no_python_is_copied_and_noted() -> None:
    text = "from statisfactory import Craft\n@Craft()\ndef f(:\n"
    (done,) = Code([(MODULE, text)], "m").convert()
    assert done.text == text
    assert done.notes[0].line == 3


# --- Labels and notebooks -----------------------------------------------------------------------


def test_crafts_of_one_name_get_labels() -> None:
    code = Code([(MODULE, f"{HEAD}{CRAFTS}")], "lib.mod")
    assert code.crafts() == ["a", "b"]
    (done,) = code.convert({}, {"a"})
    assert '@task(label="lib.mod.a")\ndef a()' in done.text
    assert "@task\ndef b()" in done.text


def test_cells_share_their_names_and_magics_stay() -> None:
    cells = [
        (CELL, f"%matplotlib inline\n{HEAD}sess = Session()"),
        (TAGGED, "@Craft()\ndef w(x: Artifact):\n    return x"),
        (CELL, "@Craft()\ndef draft(): ...\nwith sess:\n    w()\n    !ls\n"
               "p = w + draft\np()\np.plot()"),
        (CELL, "%%bash\nls"),
    ]  # fmt: skip
    code = Code(cells, "jupyter.m")
    assert code.crafts() == ["w"]
    first, second, third, fourth = code.convert()
    assert first.text == (
        "%matplotlib inline\nfrom gluepy.exec import Artifact, task\n%load_ext gluepy"
    )
    assert second.text.startswith("@task\ndef w")
    assert third.text.endswith("w()\n!ls\np = w + draft\np.run()\np")
    assert fourth.text == "%%bash\nls"
    assert [note for done in (first, second, third, fourth) for note in done.notes] == []


def test_a_session_in_a_tagged_cell_goes() -> None:
    (done,) = Code([(TAGGED, f"{HEAD}sess = Session()\nx = sess.catalog")], "m").convert()
    assert done.text == "from gluepy.catalog import catalog\nx = catalog"


def test_a_session_in_a_cell_becomes_a_magic_that_stands_alone() -> None:
    cells = [f"{HEAD}s = Session()  # go\ns.catalog", f"{HEAD}s = Session(); s.catalog"]
    with_comment, with_more = (Code([(CELL, cell)], "m").convert()[0].text for cell in cells)
    assert with_comment.endswith("\n# go\n%load_ext gluepy\ncatalog")
    assert with_more.endswith("\npass; catalog")


def test_a_craft_that_is_called_without_names_in_a_cell_is_noted() -> None:
    (done,) = Code([(CELL, f"{HEAD}{CRAFTS}a(5)\nb(x=5)\n")], "m").convert()
    assert [(note.line, note.hint[:9]) for note in done.notes] == [(6, "Name them")]
