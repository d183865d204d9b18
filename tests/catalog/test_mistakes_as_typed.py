"""Mistakes that are met in a generated project by who types a command: data, databases, runs.

Those that need no process are in ``test_mistakes.py``.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.projects.factory import Project, start_project

for package in ("pandas", "pyarrow", "sqlalchemy"):
    pytest.importorskip(package)

SHOP = "configs/catalog/shop.yaml"
SETS = "configs/parameters/sets.yaml"
DAGS = "configs/dags/shop.yaml"
COMPARE = "Compare the file with what its entry says."
LOCALS = "configs/variables/locals.yaml"

TASKS = """
from gluepy.exec import DAG, Artifact, task
from gluepy.catalog import catalog


@task
def train(orders: Artifact, depth: int = 1) -> Artifact("model"):
    return orders


@task
def look() -> None:
    catalog.load("orders", run="2020-01-01-nope")


class Weekly(DAG):
    label = "weekly"
    tasks = [train]
"""

BASE: dict[str, str | bytes] = {
    SHOP: "- {name: orders, type: json, path: orders.json}\n- {name: model, type: json, path: m}\n",
    DAGS: "nightly:\n  operators: [train]\n",
    "data/orders.json": "[1, 2]",
}


class Mistake(NamedTuple):
    """A mistake: the files, what is typed, what the one line says."""

    files: dict[str, str | bytes]
    command: str
    said: tuple[str, ...]
    settings: str = ""


def entry(rest: str, *said: str, values: str = "", **kw: Any) -> Mistake:
    """A mistake in the entry `a`, in line 2 of the catalog, which previewing it meets."""
    files = {SHOP: f"# The shop.\n- name: a\n{rest}", **kw.pop("files", {})}
    return Mistake(files, f"catalog preview a {values}", (f"{SHOP}, line 2", *said), **kw)


def catalog(text: str, line: int, *said: str, command: str = "catalog ls", **kw: Any) -> Mistake:
    files = {SHOP: text, **kw.pop("files", {})}
    return Mistake(files, command, (f"{SHOP}, line {line}", *said), **kw)


def dag(text: str, line: int, *said: str, **kw: Any) -> Mistake:
    files = {DAGS: text, **kw.pop("files", {})}
    return Mistake(files, "dag nightly", (f"{DAGS}, line {line}", *said), **kw)


def sets(text: str, line: int, *said: str, command: str = "dag nightly -c deep") -> Mistake:
    return Mistake({SETS: text}, command, (f"{SETS}, line {line}", *said))


def missing(package: str) -> str:
    """Return settings under which a package looks as if it were not installed."""
    return f"""
    import sys
    class Hidden:
        def find_spec(self, name, path=None, target=None):
            if name.partition(".")[0] == {package!r}:
                raise ModuleNotFoundError("No module named " + repr(name), name=name)
    sys.meta_path.insert(0, Hidden())
    """


SQLITE = 'DATABASES = {"default": "sqlite:///shop.db", "warehouse": "sqlite:///w.db"}'

WRITTEN = {
    "unknown tag": catalog("a:\n  type: !!python/name:os.system x\n", 2, "python/name", "tag"),
    "unknown alias": catalog("a:\n  type: *csv\n", 2, "alias 'csv'"),
    "key of a list twice": catalog("- name: a\n  name: b\n  type: csv\n", 2, "'name'", "twice"),
    "flow not closed": catalog("a: {type: csv\nb: {type: csv}\n", 2, "brackets"),
    "twice in one file": catalog(
        "- {name: a, type: csv}\n- {name: a, type: csv}\n", 2, "'a'", "line 1", "another name"
    ),
    "tags of a wrong type": catalog("a: {type: csv, path: a, tags: 3}\n", 1, "tags: 3", "[a, b]"),
    "type of a wrong type": catalog("a: {type: 3, path: a}\n", 1, "type 3", "text"),
    "entry that is empty": catalog("a:\nb: {type: csv, path: b}\n", 1, "'a'", "is empty", "type:"),
    "locals": Mistake(
        {LOCALS: "ok: 1\nuser: {a: 1\n", SHOP: "a: {type: csv, path: '{{ ok }}'}\n"},
        "catalog ls",
        (f"{LOCALS}, line 2", "brackets"),
    ),
    "both suffixes": Mistake(
        {LOCALS: "a: 1\n", LOCALS[:-4] + "yml": "a: 1\n", SHOP: "a: {type: '{{ a }}'}\n"},
        "catalog ls",
        ("locals.yaml'", "locals.yml'", "Keep one"),
    ),
    "undefined in a loop": catalog(
        "{% for city in ['bern'] %}\n{{ city }}:\n  type: csv\n  path: {{ citty }}.csv\n"
        "{% endfor %}\n",
        4, "'citty'", "Did you mean 'city'",
    ),
    "attribute of an undefined": catalog("\na: {{ client.name }}\n", 2, "'client'", "globals.yaml"),
    "loop over nothing": catalog("{% for x in 3 %}\na: {}\n{% endfor %}\n", 1, "not iterable"),
    "expression not closed": catalog("a:\n  path: {{ a\n", 2, "unexpected", "Mend the template"),
    "unknown test": catalog("{% if 1 is od %}a{% endif %}\n", 1, "'od'", "'odd'"),
    "import of os": catalog("\n{{ ''.format.__globals__ }}\n", 2, "__globals__", "sandbox"),
}  # fmt: skip

USED = {
    "value without a name": entry("  type: text\n  path: o/!{n}\n", values="acme")._replace(
        said=("'acme'", "no value of a placeholder", "KEY=VALUE")
    ),
    "no such attribute": entry(
        "  type: text\n  path: o/!{n.nam}\n", "'nam' of n", "'name'", values="n.name=a"
    ),
    "method": entry(
        "  type: text\n  path: o/!{n.upper}\n", "is a method", "'a'", "no calls", values="n=a"
    ),
    "list in a path": entry("  type: text\n  path: o/!{n}\n", "[1, 2]", "a text", values="n=[1,2]"),
    "misspelt value": entry(
        "  type: text\n  path: o/!{client}\n", "'client'", "'clint'", values="clint=a"
    ),
    "no such column": entry(
        "  type: csv\n  path: a.csv\n  columns: [prize]\n", "a.csv", "'prize'", COMPARE,
        files={"data/a.csv": "id,price\n1,2\n"},
    ),
    "columns of a wrong type": entry(
        "  type: csv\n  path: a.csv\n  columns: {a: 1}\n", "'columns'", "{'a': 1}", "It takes"
    ),
    "chunks of a wrong type": entry(
        "  type: csv\n  path: a.csv\n  chunks: many\n", "'chunks'", "'many'", "It takes"
    ),
    "no bucket": entry("  type: text\n  path: s3:///a.txt\n", "'s3://", "s3://bucket/path"),
    "storage beside a URL": entry(
        "  type: text\n  path: file:///etc/hosts\n  storage: archive\n", "'archive'",
        "file:///etc/hosts", "leave `storage` out",
    ),
    "out of the root in the entry": entry("  type: text\n  path: ../../etc/x\n", "../../etc/x"),
    "run that is not there": entry(
        "  type: text\n  path: a.txt\n", "'nope'", "no 'a.txt'", "runs ls", values="--run nope"
    ),
    "corrupt parquet": entry(
        "  type: parquet\n  path: a.parquet\n", "a.parquet", COMPARE,
        files={"data/a.parquet": b"PAR1 this is none PAR1"},
    ),
    "corrupt csv": entry(
        "  type: csv\n  path: a.csv\n", "a.csv", COMPARE,
        files={"data/a.csv": 'a,b\n1,2\n1,2,3,4\n"'}
    ),
    "corrupt feather": entry(
        "  type: feather\n  path: a.feather\n", "a.feather", COMPARE,
        files={"data/a.feather": b"no arrow"}
    ),
    "corrupt json": entry("  type: json\n  path: a.json\n", "'a'", "line 1 column 2", COMPARE,
                          files={"data/a.json": "{'a': 1}"}),
    "table that is not there": entry(
        "  type: sql_table\n  table: orders\n  database: warehouse\n", "orders", "no table",
        settings=SQLITE,
    ),
    "alias of a database": entry(
        "  type: sql_table\n  table: t\n  database: warehous\n", "'warehous'", "'warehouse'",
        settings=SQLITE,
    ),
    "bad SQL": entry(
        "  type: sql_query\n  query: SELEC 1\n", "syntax error", settings=SQLITE
    ),
    "parameter of a query": entry(
        "  type: sql_query\n  query: 'SELECT :shop'\n  params: {shp: 1}\n", "shop",
        settings=SQLITE,
    ),
    "no query": entry("  type: sql_query\n", "neither", "query_file", settings=SQLITE),
    "query file": entry("  type: sql_query\n  query_file: q.sql\n", "q.sql", settings=SQLITE),
    "no URL": entry(
        "  type: sql_query\n  query: SELECT 1\n  database: postgresql//h/db\n",
        "'postgresql//h/db'", "DATABASES",
    ),
    "missing extra": entry(
        "  type: csv\n  path: a.csv\n", "pandas", "pip install 'gluepy[pandas]'",
        files={"data/a.csv": "a\n1\n"}, settings=missing("pandas"),
    )._replace(said=("'pandas'", "pip install 'gluepy[pandas]'")),
    "missing extra of a database": entry(
        "  type: sql_table\n  table: t\n", settings=missing("sqlalchemy"),
    )._replace(said=("'SQLAlchemy'", "pip install 'gluepy[sql]'")),
    "missing extra of a storage": entry(
        "  type: text\n  path: s3://lake/a.txt\n", settings=missing("boto3") + missing("botocore"),
    )._replace(said=("'boto3'", "pip install 'gluepy[s3]'")),
}  # fmt: skip

RUN = {
    "corrupt yaml": catalog(
        "orders: {type: yaml, path: a.yaml}\n", 1, "'orders'", "'train'", "line 2: did not find",
        COMPARE,
        command="dag weekly", files={"data/a.yaml": "a: [1\n"},
    ),
    "text of another encoding": catalog(
        "orders: {type: text, path: a.txt}\n", 1, "'orders'", "'train'", "'utf-8' codec",
        "encoding: latin-1",
        command="dag weekly", files={"data/a.txt": b"caf\xe9"},
    ),
    "untrusted pickle": catalog(
        "orders: {type: pickle, path: a.pkl}\n", 1, "'orders'", "'train'", "allow_pickle: true",
        command="dag weekly", files={"data/a.pkl": b"cos\nsystem\n."},
    ),
    "inner type": catalog(
        "orders: {type: partitioned, path: a, of: {type: cvs}}\n", 1, "'cvs'", "'csv'",
        command="dag weekly", files={"data/a/x.csv": "n\n1\n"},
    ),
    "module that fails": dag(
        "nightly:\n  operators:\n  - broken.tasks.a\n", 3, "'broken.tasks'", "ZeroDivisionError",
        "Mend that module", files={"broken/__init__.py": "", "broken/tasks.py": "1 / 0\n"},
    ),
    "label of a DAG in Python": Mistake(
        {DAGS: "\nweekly:\n  operators: [train]\n"}, "dag weekly",
        (f"{DAGS}, line 2", "'weekly'", "shop/tasks.py", "another label"),
    ),
    "operator that is no text": dag(
        "nightly:\n  operators:\n  - 3\n", 3, "lists 3", "in quotes"
    ),
    "itself": dag("nightly: {operators: [nightly]}\n", 1, "nightly -> nightly", "circle"),
    "on_failure": dag(
        "nightly:\n  operators: [train]\n  on_failure: stp\n", 3, "on_failure: stp", "'stop'"
    ),
    "misspelt task": dag("nightly: {operators: [shop.tasks.trian]}\n", 1, "'trian'", "'train'"),
    "configuration": Mistake(
        {SETS: "deep: {}\n"}, "configurations describe dep", ("'dep'", "'deep'")
    ),
    "parents within parents": sets("deep: {_from: [[a]]}\n", 1, "_from", "_from: [a, b]"),
    "undefined in a set": sets("deep:\n  a: {{ dept }}\n", 2, "'dept'", "globals.yaml"),
    "no such task": sets("deep:\n  shop.tasks.trian: {depth: 1}\n", 2, "'shop.tasks.trian'",
                         "shop.tasks.train"),
    "no such parameter": sets("deep:\n  train: {dpth: 1}\n", 2, "'dpth'", "'depth'"),
}  # fmt: skip

GROUPS = {"as written": WRITTEN, "as used": USED, "in a run": RUN}
ALL = [
    pytest.param(mistake, id=f"{group}: {name}")
    for group, mistakes in GROUPS.items()
    for name, mistake in mistakes.items()
]


def test_there_are_more_than_fifty_different_mistakes() -> None:
    assert len({str(mistake) for group in GROUPS.values() for mistake in group.values()}) > 50


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = start_project(tmp_path_factory.mktemp("generated"))
    Project(root).module("shop", tasks=TASKS)
    return root


@pytest.mark.parametrize("mistake", ALL)
def test_a_mistake_is_answered_by_one_line_and_a_code(
    mistake: Mistake, generated: Path, tmp_path: Path
) -> None:
    project = Project.copied(generated, tmp_path / "demo")
    if mistake.settings:
        project.settings(mistake.settings)
    for name, content in (BASE | mistake.files).items():
        file = project.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    done = project.manage(*shlex.split(mistake.command))

    lines = done.stderr.splitlines()
    errors = [line for line in lines if line.startswith("Error: ")]
    assert errors == lines[-1:], done.stderr
    assert len(lines) == 1 or mistake.command.startswith("dag"), done.stderr
    assert "Traceback" not in done.stderr
    assert [one for one in mistake.said if one not in errors[0]] == [], errors[0]
    assert errors[0].count(mistake.said[0]) == 1
    assert done.returncode in (1, 2)
    assert done.stdout == ""
