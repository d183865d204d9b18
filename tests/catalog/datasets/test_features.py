"""What single types do beside what all do."""

from __future__ import annotations

import json
import logging
import pickle
import subprocess
import sys
from typing import Any

import numpy as np
import pytest
import yaml

from gluepy.catalog import access, trust
from gluepy.catalog.base import REGISTRY, FileDataset
from gluepy.catalog.datasets import TYPES, find
from gluepy.exceptions import (
    CatalogError,
    DatasetError,
    MissingDependencyError,
    UntrustedPickleError,
)
from gluepy.files.data import BaseDataManager
from gluepy.files.storages import default_storage
from gluepy.test import override_settings
from gluepy.test.contracts.dataset import WHERE
from tests.architecture.sources import ROOT
from tests.catalog.datasets.conftest import backend
from tests.files.data.engines import ARROW, PANDAS, POLARS, Engine


def make(kind: str, path: str = "data", **fields: Any) -> Any:
    return find(kind)("things", {"path": path, **fields}, WHERE)


@pytest.fixture(autouse=True)
def project_engine(request: pytest.FixtureRequest, project):
    engine = PANDAS
    if "engine" in request.fixturenames:
        engine = request.getfixturevalue("engine")
    with override_settings(**backend(engine)):
        yield


# --- The table of types -----------------------------------------------------------------------


@pytest.mark.parametrize("name", sorted(TYPES))
def test_every_type_is_found_by_its_names(name):
    cls = find(name)
    assert name in ((cls.type,) if isinstance(cls.type, str) else cls.type)
    assert cls.__doc__


def test_an_unknown_type_has_close_names():
    with pytest.raises(CatalogError, match=r"line 7: there is no type 'parkuet'.*'parquet'"):
        find("parkuet", WHERE)


def test_own_types_are_found_beside_those_of_gluepy():
    class Shapes(FileDataset):
        """Shapes."""

        type = "shapes"

    assert find("shapes") is Shapes
    with pytest.raises(CatalogError, match="Did you mean 'shapes'"):
        find("shape")
    del REGISTRY["shapes"]


def test_the_entries_of_the_page_on_types_make_sense():
    page = (ROOT / "docs/topics/datasets.md").read_text("utf-8")
    entries: dict[str, Any] = {}
    for block in page.split("```yaml\n")[1:]:
        entries |= yaml.safe_load(block.partition("```")[0])
    kinds = set()
    for name, entry in entries.items():
        kinds.add(entry["type"])
        find(entry["type"])(name, {key: entry[key] for key in entry if key != "type"}, WHERE)
    assert len(kinds) > 15
    assert {name for name in TYPES if f"`{name}`" not in page} == set()


def test_finding_the_types_imports_no_engine():
    code = (
        "import sys\nfrom gluepy.catalog.datasets import TYPES, find\n"
        "for name in TYPES: find(name)\n"
        "heavy = {'pandas', 'polars', 'pyarrow', 'numpy', 'sqlalchemy', 'matplotlib', 'joblib',"
        " 'plotly', 'PIL', 'openpyxl'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


# --- Dataframes -------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
def test_chunks_are_loaded_one_by_one(engine: Engine, kind):
    access.save(make(kind), engine.frame({"a": list(range(10))}))
    found = access.load(make(kind, chunks=4))
    assert iter(found) is found
    pieces = [engine.content(piece)["a"] for piece in found]
    assert max(map(len, pieces)) <= 4
    assert [number for piece in pieces for number in piece] == list(range(10))


def test_chunks_of_what_is_missing_are_missing_at_once():
    with pytest.raises(FileNotFoundError):
        access.load(make("csv", chunks=4))


@pytest.mark.parametrize("chunks", [0, -1])
def test_chunks_have_rows(chunks):
    with pytest.raises(CatalogError, match=r"'chunks'.*line 7"):
        make("csv", chunks=chunks)


def test_options_go_to_reader_and_writer():
    access.save(make("csv", save_options={"sep": ";"}), PANDAS.frame({"a": [1], "b": [2]}))
    assert default_storage.open("data", "r") == "a;b\n1;2\n"
    loaded = access.load(make("csv", load_options={"sep": ";", "dtype": {"a": str}}))
    assert PANDAS.content(loaded) == {"a": ["1"], "b": [2]}


@pytest.mark.parametrize("option", ["columns", "storage", "root", "partition_by"])
def test_a_field_among_the_options_is_told(option):
    with pytest.raises(CatalogError, match=rf"'{option}' is no option.*line 7.*{option}: …"):
        make("parquet", load_options={option: ["a"]})


def test_an_option_the_engine_does_not_know_names_the_artifact():
    access.save(make("csv"), PANDAS.frame({"a": [1]}))
    with pytest.raises(DatasetError, match=r"'things'.*line 7.*nosuch"):
        access.load(make("csv", load_options={"nosuch": 1}))


def test_row_numbers_of_pandas_are_not_written_and_other_indexes_are():
    frame = PANDAS.frame({"a": [1, 2, 3]})
    access.save(make("csv"), frame[frame["a"] > 1])
    assert default_storage.open("data", "r") == "a\n2\n3\n"
    access.save(make("csv"), frame.set_index("a"))
    assert default_storage.open("data", "r").startswith("a")
    access.save(make("csv"), frame.rename_axis("row"))
    assert default_storage.open("data", "r").startswith("row,a\n0,1\n")
    access.save(make("csv", save_options={"index": True}), frame)
    assert default_storage.open("data", "r").startswith(",a\n0,1\n")


def test_three_engines_write_one_csv():
    texts = set()
    for engine in (PANDAS, POLARS, ARROW):
        with override_settings(**backend(engine)):
            access.save(make("csv"), engine.frame({"a": [1, 2], "b": [0.5, 1.5]}))
            texts.add(default_storage.open("data", "r").replace('"', ""))
    assert texts == {"a,b\n1,0.5\n2,1.5\n"}


@pytest.mark.parametrize("kind", ["csv", "tsv", "jsonl", "parquet"])
def test_missing_text_is_missing_with_every_engine(engine: Engine, kind):
    access.save(make(kind), engine.frame({"n": [1, 2], "text": ["a", None]}))
    assert engine.content(access.load(make(kind))) == {"n": [1, 2], "text": ["a", None]}


def test_a_manager_that_only_reads_and_writes_is_enough(monkeypatch):
    class Rows(BaseDataManager):
        def read(self, path: str, root: bool = False, **options: Any) -> Any:
            assert not options
            return default_storage.open(path, "r").splitlines()

        def write(self, path: str, df: Any, root: bool = False, **options: Any) -> None:
            assert not options
            default_storage.touch(path, "\n".join(df))

    monkeypatch.setattr("gluepy.catalog.datasets.frame.data_manager", Rows())
    access.save(make("csv", "data.csv"), ["a", "b"])
    assert access.load(make("csv", "data.csv")) == ["a", "b"]


def test_partitions_of_parquet_are_folders(engine: Engine):
    data = {"key": [1, 2, 1], "name": ["a", "b", "c"]}
    kind = make("parquet", "table/", partition_by=["key"])
    access.save(kind, engine.frame(data))
    assert [path.split("/")[1] for path in default_storage.walk("table")] == ["key=1", "key=2"]
    found = engine.content(access.load(make("parquet", "table/", columns=["name"])))
    assert sorted(found["name"]) == ["a", "b", "c"]
    assert access.preview(kind).rows == 3
    access.save(kind, engine.frame({"key": [3], "name": ["d"]}))
    assert [path.split("/")[1] for path in default_storage.walk("table")] == ["key=3"]


# --- Previews of large files ------------------------------------------------------------------


@pytest.fixture
def read_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every file for a large one."""
    monkeypatch.setattr("gluepy.catalog.datasets.frame.SMALL", 0)


@pytest.mark.parametrize(
    ("kind", "path"),
    [("csv", "a.csv"), ("csv", "a.csv.gz"), ("tsv", "a.tsv"), ("jsonl", "a.jsonl")],
)
@pytest.mark.usefixtures("read_bytes")
def test_the_rows_of_text_are_estimated(engine: Engine, kind, path, monkeypatch):
    monkeypatch.setattr("gluepy.catalog.datasets.lines._SAMPLE", 64 * 1024)
    access.save(make(kind, path), engine.frame({"number": list(range(100_000, 200_000))}))
    found = access.preview(make(kind, path), rows=2)
    assert found.is_estimated
    assert found.rows == pytest.approx(100_000, rel=0.1)
    assert found.head == [{"number": "100000"}, {"number": "100001"}]


@pytest.mark.parametrize("kind", ["parquet", "feather", "excel"])
@pytest.mark.usefixtures("read_bytes")
def test_other_files_say_how_many_rows_they_have(engine: Engine, kind):
    path = f"data.{'xlsx' if kind == 'excel' else kind}"
    access.save(make(kind, path), engine.frame({"n": list(range(3000)), "t": ["ü"] * 3000}))
    found = access.preview(make(kind, path), rows=2)
    assert found.rows == 3000
    assert found.head == [{"n": "0", "t": "ü"}, {"n": "1", "t": "ü"}]
    assert list(found.columns) == ["n", "t"]


# --- JSON -------------------------------------------------------------------------------------


def test_json_tells_frames_from_data(engine: Engine):
    data = {"a": [1, 2], "b": ["x", "ü"]}
    access.save(make("json"), engine.frame(data))
    assert json.loads(default_storage.open("data")) == [{"a": 1, "b": "x"}, {"a": 2, "b": "ü"}]
    assert engine.content(access.load(make("json"))) == data
    access.save(make("json"), {"a": [{"b": 1}]})
    assert access.load(make("json")) == {"a": [{"b": 1}]}


def test_json_asks_what_a_list_of_mappings_is():
    with pytest.raises(DatasetError, match=r"back as a dataframe.*content: data"):
        access.save(make("json"), [{"a": 1}])
    access.save(make("json", content="data"), [{"a": 1}])
    assert access.load(make("json", content="data")) == [{"a": 1}]
    assert PANDAS.content(access.load(make("json"))) == {"a": [1]}
    with pytest.raises(DatasetError, match=r"empty list.*content: frame"):
        access.save(make("json"), PANDAS.frame({"a": []}))


@pytest.mark.parametrize("value", [{1: 2}, [{"a": {None: 1}}, 1], {"a": float("nan")}, {"a": {1}}])
def test_json_refuses_what_would_come_back_changed(value):
    with pytest.raises(DatasetError, match="'things'"):
        access.save(make("json", content="data"), value)
    assert not access.exists(make("json"))


def test_json_takes_the_scalars_of_numpy_for_what_they_hold():
    access.save(
        make("json"), {"rows": np.int64(3), "is_fine": np.bool_(True), "mean": np.float32(2)}
    )
    assert default_storage.open("data", "r") == '{"rows": 3, "is_fine": true, "mean": 2.0}'
    with pytest.raises(DatasetError, match="type ndarray is not JSON"):
        access.save(make("json"), {"rows": np.arange(3)})


def test_options_of_json_are_those_of_json():
    access.save(make("json", save_options={"indent": 1, "sort_keys": True}), {"b": 1, "a": 2})
    assert default_storage.open("data", "r") == '{\n "a": 2,\n "b": 1\n}'


# --- YAML -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["!setting SECRET_KEY", "!secret x", "!!python/object/apply:os.system [echo]", "a: [1"],
)
def test_yaml_makes_no_objects_and_reads_no_settings(text):
    default_storage.touch("data", text)
    with pytest.raises(DatasetError, match=r"'things'.*line [12]"):
        access.load(make("yaml"))


# --- Pickles ----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["pickle", "joblib", "model"])
def test_a_pickle_from_elsewhere_is_not_loaded(kind):
    default_storage.touch("data", pickle.dumps(print))
    with pytest.raises(UntrustedPickleError, match=r"'things'.*line 7.*allow_pickle: true"):
        access.load(make(kind))
    assert access.load(make(kind, allow_pickle=True)) is print
    with override_settings(CATALOG_ALLOW_PICKLE=True):
        assert access.load(make(kind)) is print


def test_a_pickle_that_was_changed_is_not_loaded():
    access.save(make("pickle"), [1])
    content = default_storage.open("data")
    default_storage.touch("data", content + b"\0")
    with pytest.raises(UntrustedPickleError):
        access.load(make("pickle"))


def test_arrays_of_joblib_are_compressed_on_demand():

    access.save(make("joblib", save_options={"compress": 3}), np.zeros(100_000))
    assert default_storage.size("data") < 10_000
    assert access.load(make("joblib")).shape == (100_000,)


# --- Models -----------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["joblib", "pickle"])
def test_a_model_stands_beside_what_it_is_made_of(form, caplog):
    from sklearn.linear_model import LinearRegression

    model = LinearRegression().fit([[1.0], [2.0]], [2.0, 4.0])
    access.save(make("model", "m.pkl", format=form), model)
    found = json.loads(default_storage.open("m.pkl.versions.json"))
    assert found["format"] == form
    assert {"sklearn", "numpy"} <= set(found["libraries"])
    assert found["digest"] == trust.digest_of(default_storage.open("m.pkl"))
    assert access.load(make("model", "m.pkl")).predict([[3.0]])[0] == pytest.approx(6.0)
    assert caplog.records == []


def test_a_model_of_other_versions_is_told(caplog):
    import numpy as np

    access.save(make("model", "m.pkl"), np.arange(3))
    found = json.loads(default_storage.open("m.pkl.versions.json"))
    found["libraries"]["numpy"] = "1.0"
    found["libraries"]["gone"] = "2.0"
    default_storage.touch("m.pkl.versions.json", json.dumps(found))
    with caplog.at_level(logging.WARNING):
        assert access.load(make("model", "m.pkl")).tolist() == [0, 1, 2]
    (record,) = caplog.records
    assert "numpy 1.0 (now " in record.getMessage()
    assert "gone 2.0 (now not installed)" in record.getMessage()


@pytest.mark.parametrize("text", ["{}", "no json", '{"digest": "of another", "python": "2.7"}'])
def test_a_record_that_is_not_of_the_model_counts_for_nothing(text, caplog):
    access.save(make("model", "m.pkl"), [1])
    default_storage.touch("m.pkl.versions.json", text)
    assert access.load(make("model", "m.pkl")) == [1]
    assert caplog.records == []


def test_elements_of_a_mapped_task_may_be_models():
    whole = make("model", "m.pkl")
    for number in range(3):
        access.save(whole.of_element(number), {"number": number})
    assert list(whole.elements()) == [0, 1, 2]
    assert [one["number"] for one in access.load(whole)] == [0, 1, 2]


# --- Pictures and pages -----------------------------------------------------------------------


@pytest.mark.parametrize(("path", "magic"), [("a.png", b"\x89PNG"), ("a.jpg", b"\xff\xd8")])
def test_figures_arrays_and_images_become_pictures(path, magic):
    import numpy as np
    from matplotlib.figure import Figure
    from PIL import Image

    array = np.zeros((4, 4, 3), dtype="uint8")
    figure = Figure()
    for picture in (array, Image.fromarray(array), figure, figure.subplots()):
        access.save(make("image", path), picture)
        assert access.load(make("image", path)).startswith(magic)
    access.save(make("image", path), array)
    assert access.load(make("image", path, content="pillow")).size == (4, 4)
    assert access.load(make("image", path, content="array")).shape == (4, 4, 3)


def test_the_format_of_a_plot_is_its_suffix_or_what_the_entry_says():
    from matplotlib.figure import Figure

    figure = Figure()
    figure.subplots().plot([1, 2])
    access.save(make("plot", "a.pdf"), figure)
    assert access.load(make("plot", "a.pdf")).startswith(b"%PDF")
    access.save(make("plot", "a.b", format="svg", save_options={"dpi": 50}), figure)
    assert "<svg" in access.load(make("plot", "a.b", format="svg"))
    access.save(make("plot", "a.html"), figure)
    assert "data:image/png;base64," in access.load(make("plot", "a.html"))


def test_plotly_makes_pages_that_are_always_the_same():
    import plotly.graph_objects as go

    figure = go.Figure(go.Scatter(y=[1, 2]))
    options = {"include_plotlyjs": "cdn"}
    pages = set()
    for _ in range(2):
        access.save(make("plot", "a.html", save_options=options), figure)
        pages.add(access.load(make("plot", "a.html")))
    assert len(pages) == 1
    assert "plotly" in pages.pop()
    access.save(make("plot", "a.json"), figure)
    assert json.loads(access.load(make("plot", "a.json")))["data"][0]["type"] == "scatter"


def test_plotly_needs_kaleido_for_pictures(monkeypatch):
    import plotly.graph_objects as go

    monkeypatch.setattr("gluepy.catalog.datasets.figures.find_spec", lambda name: None)
    with pytest.raises(MissingDependencyError, match=r"kaleido.*gluepy\[plotly\]"):
        access.save(make("plot", "a.png"), go.Figure())


class Saves:
    def save(self, path: str, open: bool = True, title: str = "") -> None:
        assert not open
        with __builtins__["open"](path, "w") as file:
            file.write(f"<title>{title}")


class Shows:
    def _repr_html_(self) -> str:
        return "<i>"


class Converts:
    def to_html(self) -> str:
        return "<b>"


def test_reports_are_made_by_what_an_object_can_do():
    options = {"title": "größe"}
    access.save(make("datapane", "a.html", save_options=options), Saves())
    assert access.load(make("report", "a.html")) == "<title>größe"
    for maker, page in ((Shows(), "<i>"), (Converts(), "<b>")):
        access.save(make("report", "a.html"), maker)
        assert access.load(make("report", "a.html")) == page


# --- Folders and growing files ----------------------------------------------------------------


def test_values_of_a_folder_are_made_and_loaded_one_by_one(engine: Engine):
    made: list[str] = []

    def value(key: str) -> Any:
        made.append(key)
        return engine.frame({"key": [key]})

    folder = make("partitioned", "parts", of={"type": "csv", "columns": ["key"]}, suffix=".csv")
    access.save(folder, {"a": lambda: value("a"), "b/c": lambda: value("b")})
    assert made == ["a", "b"]
    assert list(default_storage.walk("parts")) == ["parts/a.csv", "parts/b/c.csv"]
    found = access.load(folder)
    assert list(found) == ["a", "b/c"]
    assert engine.content(found["b/c"]) == {"key": ["b"]}
    default_storage.rm("parts/a.csv")
    with pytest.raises(FileNotFoundError):
        found["a"]
    with pytest.raises(KeyError):
        found["nosuch"]


@pytest.mark.parametrize("key", ["", "..", "../x", "a//b", 1, "."])
def test_keys_are_names_of_files(key):
    with pytest.raises(DatasetError, match="cannot be the name of a file"):
        access.save(make("partitioned", "parts", of="text"), {key: "x"})


@pytest.mark.parametrize(
    ("of", "what"),
    [
        ({}, "has no type in `of`"),
        ("memory", "'memory', which does not lie in files"),
        ("csw", "no type 'csw'.*'csv'"),
        ({"type": "csv", "path": "x"}, "says 'path' in `of`"),
        ({"type": "csv", "colums": ["x"]}, "'colums'"),
    ],
)
def test_the_type_inside_is_checked(of, what):
    with pytest.raises(CatalogError, match=rf"line 7.*{what}|{what}"):
        access.save(make("partitioned", "parts", of=of), {"a": "x"})


@pytest.mark.parametrize("of", ["csv", "parquet", {"type": "feather"}])
def test_rows_of_a_known_key_are_replaced_and_others_added(engine: Engine, of):
    rows = make("incremental", of=of, key=["day", "shop"])
    access.save(rows, engine.frame({"day": [1, 1, 2], "shop": ["a", "b", "a"], "n": [1, 2, 3]}))
    access.save(rows, engine.frame({"day": [1, 3], "shop": ["b", "a"], "n": [20, 30]}))
    found = engine.content(access.load(rows))
    table = list(zip(found["day"], found["shop"], found["n"], strict=True))
    assert table == [(1, "a", 1), (2, "a", 3), (1, "b", 20), (3, "a", 30)]


def test_an_empty_key_is_a_key_and_new_columns_are_added(engine: Engine):
    rows = make("incremental", key=["shop"])
    access.save(rows, engine.frame({"shop": [None, "b"], "n": [1, 2]}))
    access.save(rows, engine.frame({"shop": [None], "n": [3], "more": [1.5]}))
    found = engine.content(access.load(rows))
    assert found == {"shop": ["b", None], "n": [2, 3], "more": [None, 1.5]}


def test_without_a_key_rows_are_added(engine: Engine):
    rows = make("incremental")
    access.save(rows, engine.frame({"n": [1]}))
    access.save(rows, engine.frame({"n": [1]}))
    assert engine.content(access.load(rows)) == {"n": [1, 1]}


def test_a_key_that_is_missing_or_of_another_kind_leaves_the_old_rows(engine: Engine):
    rows = make("incremental", key=["day"])
    with pytest.raises(DatasetError, match=r"'day'.*'dya'"):
        access.save(rows, engine.frame({"dya": [1]}))
    assert not access.exists(rows)
    access.save(rows, engine.frame({"day": [1]}))
    with pytest.raises(DatasetError, match=r"'day' of the key holds"):
        access.save(rows, engine.frame({"day": ["1"]}))
    assert engine.content(access.load(rows)) == {"day": [1]}


# --- Memory -----------------------------------------------------------------------------------


def memory(**fields: Any) -> Any:
    return find("memory")("kept", fields, WHERE)


def test_memory_keeps_the_object_itself_by_name_and_key():
    value = object()
    access.save(memory(key="100"), value)
    assert access.load(memory(key="100")) is value
    assert not access.exists(memory(key="500"))


@pytest.mark.parametrize("verb", ["save", "load"])
def test_a_worker_process_is_told_that_it_shares_no_memory(verb):
    from gluepy.executors.processes import ProcessExecutor

    with ProcessExecutor(workers=1) as executor:
        executor.submit("one", in_worker, verb)
        ((_, outcome),) = list(executor.wait())
    assert isinstance(outcome.error, DatasetError)
    assert "shares none" in str(outcome.error)
    assert WHERE in str(outcome.error)


def in_worker(verb: str) -> None:
    getattr(access, verb)(memory(), *([1] if verb == "save" else []))
