"""Mistakes that people make in YAML, Jinja, placeholders, types, inheritance and credentials.

Each is made in a project and met by the command that meets it first. What comes out is one line
on stderr that says where, what is wrong and what to do, and an exit code that is not 0.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from gluepy.commands import cli
from gluepy.commands._errors import reported
from gluepy.exec import Artifact, bootstrap, task
from gluepy.test import override_settings
from tests.projects.factory import Project, start_project

SECRET = "hunter-2-hunter"
SHOP = "configs/catalog/shop.yaml"
SETS = "configs/parameters/sets.yaml"
DAGS = "configs/dags/shop.yaml"
GLOBALS = "configs/variables/globals.yaml"

PROJECT = {
    GLOBALS: f"bucket: lake\ndatastore:\n  user: reader\n  password: {SECRET}\n",
    SHOP: "- {name: orders, type: json, path: orders.json}\n- {name: model, type: json, path: m}\n",
    DAGS: "nightly:\n  operators: [train]\n",
    "data/orders.json": "[1, 2]",
    "data/a.csv": "n\n1\n",
}


class Mistake(NamedTuple):
    """A mistake.

    Attributes:
        file: The file it is made in.
        text: What is in that file then.
        line: The line that is told; None if the mistake has no line.
        problem: What is told to be wrong.
        advice: What is told to do.
        command: What meets it.
        settings: Settings of the project.
        more: Another file.
    """

    file: str
    text: str | bytes
    line: int | None
    problem: str
    advice: str
    command: str = "catalog ls"
    settings: dict[str, Any] = {}
    more: dict[str, str] = {}


def catalog(text: str, line: int | None, problem: str, advice: str, *a: Any, **kw: Any) -> Mistake:
    return Mistake(SHOP, text, line, problem, advice, *a, **kw)


def entry(rest: str, problem: str, advice: str, *values: str, **kw: Any) -> Mistake:
    """A mistake in the entry `a`, in line 2, which previewing it meets."""
    command = " ".join(("catalog preview a", *values))
    return Mistake(SHOP, f"# The shop.\n- name: a\n{rest}", 2, problem, advice, command, **kw)


def path(path: str, problem: str, advice: str, *values: str) -> Mistake:
    return entry(f"  type: text\n  path: {path}\n", problem, advice, *values)


def sets(text: str, line: int, problem: str, advice: str, command: str = "") -> Mistake:
    return Mistake(SETS, text, line, problem, advice, command or "configurations describe deep")


def dag(text: str, line: int, problem: str, advice: str, **kw: Any) -> Mistake:
    return Mistake(DAGS, text, line, problem, advice, "dag nightly", **kw)


YAML = {
    "indentation": catalog(
        "- name: a\n  type: csv\n   path: a.csv\n", 3, "mapping values are", "indentation"
    ),
    "open quote": catalog(
        'a:\n  type: csv\n  path: "a.csv\n', 3, "unexpected end", "Close the quote"
    ),
    "tab": catalog("a:\n\ttype: csv\n", 2, "cannot start any token", "not with tabs"),
    "colon in a text": catalog(
        "a:\n  type: csv\n  description: note: this\n", 3, "mapping values", "in quotes"
    ),
    "key twice": catalog(
        "a:\n  type: csv\n  path: a\n  path: b\n", 4, "'path' stands twice", "Remove one"
    ),
    "bare placeholder": catalog("a:\n  path: !{day}.csv\n", 2, "did not find", "in quotes: '!{"),
    "a text": catalog("# x\norders\n", 2, "holds a text", "Write '- ' before each entry"),
    "two documents": catalog("a: {}\n---\nb: {}\n", 2, "second document", "remove the line ---"),
    "no name": catalog("- {name: a, type: csv}\n- type: csv\n", 2, "has no name", "Add: name:"),
    "no mapping": catalog("- {name: a, type: csv}\n- orders\n", 2, "is 'orders'", "- name: …"),
    "a number for a name": catalog("- name: 2024\n", 1, "artifact is 2024", "in quotes"),
    "twice": catalog(
        "b: {type: csv}\na: {type: csv}\n", 2, "'a' stands in the catalog twice", "another name",
        more={"configs/catalog/a.yaml": "a: {type: csv}\n"},
    ),
    "no UTF-8": Mistake(SHOP, b"\n# caf\xe9\n", 2, "not UTF-8", "Save it as UTF-8"),
    "globals": Mistake(
        GLOBALS, "a: [1\n", 1, "did not find expected", "brackets",
        more={SHOP: "a: {type: csv, path: '{{ a }}'}\n"},
    ),
    "no such file": catalog(
        "a: {type: csv}\n", None, "CATALOG_PATH names 'configs/catalogs'", "Did you mean 'catalog'",
        settings={"CATALOG_PATH": "configs/catalogs"},
    ),
}  # fmt: skip

JINJA = {
    "unknown variable": catalog(
        "# x\na:\n  path: {{ buckt }}/a\n", 3, "no variable 'buckt'", "mean 'bucket'"
    ),
    "unknown key": catalog(
        "a:\n  path: {{ datastore.usr }}\n", 2, "'datastore' has no 'usr'", "'user'"
    ),
    "unknown filter": catalog("{{ bucket | uper }}:\n", 1, "No filter named 'uper'", "'upper'"),
    "unknown tag": catalog("a:\n{% fro x in [] %}\n", 2, "unknown tag 'fro'", "mean 'for'"),
    "open loop": catalog("{% for x in [1] %}\na: {}\n", 1, "end of template", "Mend the template"),
    "another file": catalog("\n{% include 'b' %}\n", 2, "cannot include", "globals.yaml"),
    "out of the sandbox": catalog(
        "\n\na: {{ ''.__class__.__mro__ }}\n", 3, "'__class__' of 'str' object is unsafe", "sandbox"
    ),
    "wrong type": catalog("a: {{ bucket + 1 }}\n", 1, "rendering failed: TypeError", "Check the"),
    "environment": catalog(
        "a:\n  path: {{ env.HOME }}\n", 2, "no environment variable 'HOME'", "VARIABLES_ENVIRONMENT"
    ),
    "settings": catalog(
        "a: {{ settings.STORAGE_ROOT }}\n", 1, "no setting 'STORAGE_ROOT'", "VARIABLES_SETTINGS"
    ),
    "in a loop": catalog(
        "{% for x in ['a', 'b: c'] %}\n- name: {{ x }}\n{% endfor %}\n",
        2, "mapping values", "Rendered, the line reads: - name: b: c",
    ),
}  # fmt: skip

PLACEHOLDERS = {
    "no value": path("out/!{samples}", "'samples', and none was given", "Pass one: samples=…"),
    "another value": path("out/!{samples}", "'samples'", "Did you mean 'sample'?", "sample=3"),
    "out of the root": path("o/!{n}", "leads out of its folder", "a name in a path", "n=../../x"),
    "absolute": path("'!{n}.txt'", "an absolute path", "a name in a path", "n=/etc/passwd"),
    "null": path("o/!{n}", "!{n} is None", "Give 'n' a value", "n=null"),
    "not closed": path("o/!{n.txt", "is not closed by a '}'", "Write !!{", "n=1"),
    "a call": path("o/!{n.upper()}", "'()' is not understood", "no calls", "n=a"),
    "a sum": path("o/!{n + 1}", "' + 1' is not understood", "Write !{name}", "n=1"),
    "private": path("o/!{n.__class__}", "asks for '__class__'", "are refused", "n=1"),
    "unknown key": path("o/!{n.idd}", "'idd' of n is not there", "'id'", "'n={id: 3}'"),
    "format": path("o/!{n:03d}", "cannot format 'a'", "such as :%Y-%m or :03d", "n=a"),
}

TYPES = {
    "unknown type": entry("  type: cvs\n  path: a.csv\n", "no type 'cvs'", "mean 'csv'"),
    "no type": entry("  path: a.csv\n", "lacks the field 'type'", "Add: type:"),
    "unknown field": entry("  type: csv\n  pth: a.csv\n", "unknown field 'pth'", "mean 'path'"),
    "no path": entry("  type: csv\n", "lacks the field 'path'", "Add: path:"),
    "wrong value": entry("  type: csv\n  path: a\n  root: maybe\n", "is 'maybe'", "true or false"),
    "options": entry(
        "  type: csv\n  path: a.csv\n  load_options: {seperator: ;}\n",
        "unexpected keyword argument 'seperator'", "Check its load_options",
    ),
    "options that are none": entry(
        "  type: csv\n  path: a.csv\n  load_options: [sep]\n", "is ['sep']", "takes a mapping"
    ),
    "twice": entry(
        "  type: csv\n  path: a\n  extra: {path: b}\n", "'path' under 'extra'", "stands beside it"
    ),
    "nothing there": entry("  type: csv\n  path: b.csv\n", "nothing at", "nor in any run"),
    "unknown storage": entry(
        "  type: csv\n  path: a\n  storage: archiv\n", "no storage 'archiv'", "Known: default"
    ),
    "unknown scheme": entry("  type: csv\n  path: s33://b/a\n", "reads 's33://'", "mean 's3'"),
    "of no run": entry(
        "  type: csv\n  path: a.csv\n  root: true\n",
        "lies at 'a.csv' for all runs", "Say versioned: true", "--run=latests",
    ),
    "unknown name": catalog(
        PROJECT[SHOP], None, "no artifact 'ordrs'", "mean 'orders'", "catalog preview ordrs"
    ),
    "a foreign pickle": Mistake(
        SHOP, "\n- {name: orders, type: pickle, path: a.pkl}\n", 2, "has not written",
        "allow_pickle", "dag nightly", more={"data/a.pkl": "cos\nsystem\n."},
    ),
    "an input that is not there": Mistake(
        SHOP, "\n\n- {name: orders, type: json, path: b.json}\n", 3, "'train' reads the artifact",
        "Put it there", "dag nightly",
    ),
    "a field in a run": Mistake(
        SHOP, f"{PROJECT[SHOP]}- {{name: report, type: text, pth: x}}\n", 3, "unknown field 'pth'",
        "mean 'path'", "dag daily", more={DAGS: "daily:\n  operators: [tell]\n"},
    ),
    "a value nobody gives": Mistake(
        SHOP, f"{PROJECT[SHOP]}- {{name: report, type: text, path: 'x/!{{client}}'}}\n", 3,
        "The task 'tell': The field 'path'", "Given:", "dag daily",
        more={DAGS: "daily:\n  operators: [tell]\n"},
    ),
}  # fmt: skip

INHERITANCE = {
    "unknown parent": sets("base: {}\ndeep:\n  _from: [bas]\n", 3, "from 'bas'", "mean 'base'"),
    "a circle": sets(
        "deep:\n  _from: [base]\nbase: {_from: [deep]}\n", 3, "deep -> base -> deep", "the circle"
    ),
    "of itself": sets("deep:\n  _from: [deep]\n", 2, "itself: deep -> deep", "Break the circle"),
    "no list": sets("deep:\n  _from: 3\n", 2, "has '_from: 3'", "Write _from: [a, b]"),
    "misspelt": sets("deep:\n  x: 1\n  _form: [a]\n", 3, "'_form', which means", "mean '_from'"),
    "both spellings": sets(
        "deep:\n  _from: []\n  +from: []\n", 3, "both '_from' and '+from'", "Keep '_from'"
    ),
    "how to merge": sets("deep:\n  +merge: deep\n", 2, "'+merge: deep'", "'override'"),
    "precedence": sets("deep: {}\nb:\n  +precedence: a\n", 3, "'+precedence: a'", "whole number"),
    "no mapping": sets("deep: 3\n", 1, "is 3, not a mapping", "'key: value' lines"),
    "a list": sets("- deep\n", 1, "holds a list", "Write 'name:'"),
    "twice": sets("\ndeep: {}\n", 2, "already defined in configs/parameters/a.yaml, line 1",
                  "Rename one")._replace(more={"configs/parameters/a.yaml": "deep: {}\n"}),
    "unknown set": sets("deep: {}\n", 0, "no parameter set 'dep'", "mean 'deep'",
                        "dag nightly -c dep")._replace(line=None),
    "unknown task": sets("deep:\n  shop.trian: {depth: 2}\n", 2, "values for 'shop.trian'",
                         "mean 'train'", "dag nightly -c deep"),
    "unknown parameter": sets("deep:\n  train:\n    dpeth: 2\n", 3, "dpeth", "mean 'depth'",
                              "dag nightly -c deep"),
    "a task that is no mapping": sets("deep:\n  <locals>.train: 3\n", 2,
                                      "gives the task 'train' the value 3", "as a mapping",
                                      "dag nightly -c deep"),
}  # fmt: skip

DEFINITIONS = {
    "no module": dag("\nnightly:\n  operators: [a.b.c]\n", 3, "no module 'a'", "dotted path"),
    "no task": dag("nightly:\n  operators:\n  - trian\n", 3, "no such task or DAG", "'train'"),
    "no such name": dag("nightly: {operators: [os.path.x]}\n", 1, "has no 'x'", "Check the name"),
    "a function": dag("nightly: {operators: [os.path.join]}\n", 1, "function join", "Write @task"),
    "no operators": dag("nightly: {tags: [a]}\n", 1, "has no operators", "Write operators:"),
    "unknown key": dag(
        "nightly:\n  operators: []\n  scedule: x\n", 3, "'scedule', which means", "'schedule'"
    ),
    "a circle": dag(
        "nightly: {operators: [b]}\nb: {operators: [nightly]}\n", 1, "nightly -> b -> nightly",
        "Break the circle",
    ),
    "twice": dag(
        "\nnightly: {operators: []}\n", 2, "defined in configs/dags/a.yaml, line 1", "Rename one",
        more={"configs/dags/a.yaml": "nightly: {operators: []}\n"},
    ),
}  # fmt: skip

CREDENTIALS = {
    "none for S3": entry(
        "  type: csv\n  path: s3://lake/a.csv\n", "no credentials for the S3 bucket 'lake'",
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
    ),
    "S3 is not there": entry(
        "  type: csv\n  path: s3://lake/a.csv\n", "was not reached", "Check AWS_S3_ENDPOINT_URL",
        settings={"AWS_ACCESS_KEY_ID": "AKIA0123", "AWS_SECRET_ACCESS_KEY": SECRET,
                  "AWS_S3_ENDPOINT_URL": "http://127.0.0.1:9"},
    ),
    "no address of lakeFS": entry(
        "  type: csv\n  path: lakefs://repo/main/a.csv\n", "cannot be reached", "Set it to the"
    ),
    "no repository of lakeFS": entry(
        "  type: csv\n  path: lakefs:///a.csv\n", "names no repository", "Set LAKEFS_REPOSITORY"
    ),
    "unknown database": entry(
        "  type: sql_table\n  table: t\n  database: shp\n", "no database 'shp'", "to DATABASES"
    ),
    "unknown dialect": entry(
        f"  type: sql_query\n  query: SELECT 1\n  database: postgres+x://me:{SECRET}@h/db\n",
        "'postgres+x://me:********@h/db'", "Write it like",
    ),
    "the database is not there": entry(
        "  type: sql_query\n  query: SELECT 1\n  database: postgresql+psycopg://me:"
        "{{ datastore.password }}@127.0.0.1:9/db\n",
        "me:********@127.0.0.1:9/db", "Check host, port, user and password",
    ),
    "a secret misspelt": entry(
        "  type: csv\n  path: a.csv\n  secret: [pth]\n", "no 'pth' to keep secret", "mean 'path'"
    )._replace(command="check"),
}  # fmt: skip

GROUPS = {
    "YAML": YAML,
    "Jinja": JINJA,
    "placeholder": PLACEHOLDERS,
    "type": TYPES,
    "inheritance": INHERITANCE,
    "DAG": DEFINITIONS,
    "credentials": CREDENTIALS,
}
ALL = [
    pytest.param(mistake, id=f"{group}: {name}")
    for group, mistakes in GROUPS.items()
    for name, mistake in mistakes.items()
]


@pytest.fixture
def tasks() -> None:
    @task
    def train(orders: Artifact, depth: int = 1) -> Artifact("model"):
        return orders

    @task
    def tell() -> Artifact("report"):
        return "told"


def files(mistake: Mistake) -> dict[str, str | bytes]:
    return {**PROJECT, **mistake.more, mistake.file: mistake.text}


def typed(command: str) -> Any:
    """Do what typing a command does, and return its exit code."""
    try:
        with reported():
            bootstrap()
            cli.main(shlex.split(command))
    except SystemExit as stop:
        return stop.code


def check_told(mistake: Mistake, code: int, stderr: str, stdout: str) -> None:
    told = [line for line in stderr.splitlines() if not line.startswith(("INFO", "WARNING"))]
    assert code in (1, 2)
    if mistake.command != "check":
        assert len(told) == 1, stderr
    text = stderr + stdout
    place = mistake.file if mistake.line is None else f"{mistake.file}, line {mistake.line}"
    if mistake.line is not None:
        assert f"{place}:" in text or f"{place})" in text or f"{place}." in text, text
    assert mistake.problem in text
    after = text.partition(mistake.problem)[2] or text
    assert mistake.advice in after
    assert SECRET not in text


@pytest.mark.usefixtures("tasks")
@pytest.mark.parametrize("mistake", ALL)
def test_a_mistake_is_told_in_one_line(
    mistake: Mistake, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, text in files(mistake).items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    folders = {"BASE_DIR": "", "CONFIG_PATH": "configs", "STORAGE_ROOT": "data"}
    settings = {name: str(tmp_path / folder) for name, folder in folders.items()}
    with override_settings(**settings, **mistake.settings):
        code = typed(mistake.command)
    said = capsys.readouterr()
    check_told(mistake, code, said.err, said.out)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return start_project(tmp_path_factory.mktemp("generated"))


@pytest.mark.parametrize(
    "mistake",
    [
        pytest.param(YAML["bare placeholder"], id="YAML"),
        pytest.param(JINJA["unknown variable"], id="Jinja"),
        pytest.param(PLACEHOLDERS["out of the root"], id="placeholder"),
        pytest.param(TYPES["unknown type"], id="type"),
        pytest.param(INHERITANCE["unknown parent"], id="inheritance"),
        pytest.param(DEFINITIONS["unknown key"], id="DAG"),
        pytest.param(CREDENTIALS["unknown dialect"], id="credentials"),
    ],
)
def test_so_it_is_for_who_types_the_command(
    mistake: Mistake, generated: Path, tmp_path: Path
) -> None:
    project = Project.copied(generated, tmp_path / "demo")
    unwanted = {} if mistake.file == DAGS else {DAGS: ""}
    for name, text in (files(mistake) | unwanted).items():
        project.write(name, str(text))
    done = project.manage(*shlex.split(mistake.command))
    check_told(mistake, done.returncode, done.stderr, done.stdout)
