"""Types of single values: the contract, on each storage."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from gluepy.test.contracts.dataset import DatasetContract, FileDatasetContract
from tests.catalog.datasets.conftest import backend
from tests.files.data.engines import PANDAS

PICTURE = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
    b"\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\x0f\x04\x0c\x00\t\xfb\x03\xfd\xe3U\xf2\x9c"
    b"\x00\x00\x00\x00IEND\xaeB`\x82"
)


class Values(FileDatasetContract):
    """What all types of values in files are tested for."""

    @pytest.fixture
    def settings(self, storage_settings: dict[str, Any]) -> dict[str, Any]:
        return storage_settings


class TestJson(Values):
    type = "json"
    path = "data.json"

    def data(self):
        return {"größe": [1, 1.5, None, True, "1"], "数据": {"a": []}}

    def other(self):
        return [1]


class TestCompressedJson(TestJson):
    path = "data.json.gz"
    fields = {"content": "data"}

    def data(self):
        return [{"a": 1}, {"größe": 2}]


class TestYaml(Values):
    type = "yaml"
    path = "data.yaml"

    def data(self):
        moment = datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC)
        texts = ["no", "1e3", "010", "12:30:00", "größe\n数据", "", "!secret x", "null"]
        return {"texts": texts, "when": [moment, date(2026, 1, 2), time(12, 30)], "n": [1, 0.5]}

    def other(self):
        return [None]


class TestText(Values):
    type = "text"
    path = "note.txt"

    def data(self):
        return "größe\r\n数据\n"

    def other(self):
        return ""


class TestLatin(TestText):
    fields = {"encoding": "latin-1"}

    def data(self):
        return "größe"

    def refused(self):
        return "数据"


class TestBinary(Values):
    type = "binary"
    path = "blob"

    def data(self):
        return bytes(range(256))

    def other(self):
        return b""


class TestPickle(Values):
    type = "pickle"
    path = "object.pkl"

    def data(self):
        return {1: ("größe", {"数据"}), None: b"\0"}

    def other(self):
        return ()

    def refused(self):
        return lambda: None


class TestJoblib(TestPickle):
    type = "joblib"


class TestModel(TestPickle):
    type = "model"


class TestModelByPickle(TestPickle):
    type = "model"
    fields = {"format": "pickle"}


class TestImage(Values):
    type = "image"
    path = "picture.png"
    fields = {"content": "array"}

    def data(self):
        import numpy as np

        return np.arange(48, dtype="uint8").reshape(4, 4, 3)

    def other(self):
        import numpy as np

        return np.zeros((1, 1, 3), dtype="uint8")

    def content(self, data):
        return data.tolist()


class TestImageAsBytes(Values):
    type = "image"
    path = "picture.png"

    def data(self):
        return PICTURE

    def other(self):
        return PICTURE[:8]


class TestPlot(Values):
    type = "plot"
    path = "plot.svg"

    def data(self):
        return self.figure([1, 2, 3])

    def other(self):
        return self.figure([1])

    def figure(self, values):
        from matplotlib.figure import Figure

        figure = Figure()
        figure.subplots().plot(values, label="größe")
        return figure

    def content(self, data):
        from gluepy.catalog.datasets.figures import drawn

        return data if isinstance(data, str) else drawn(data, "svg", {}).decode()


class TestReport(Values):
    type = "datapane"
    path = "page.html"

    def data(self):
        return "<h1>größe 数据</h1>"

    def other(self):
        return "<p>"


class TestPartitioned(Values):
    type = "partitioned"
    path = "parts"
    fields = {"of": {"type": "json"}, "suffix": ".json"}

    def data(self):
        return {"2024": {"größe": 1}, "2025": lambda: [2], "a/b": "数据"}

    def other(self):
        return {"2024": 1}

    def refused(self):
        return {"2024": 3, "x": object()}

    def content(self, data):
        return {key: value() if callable(value) else value for key, value in data.items()}


class TestIncremental(Values):
    type = "incremental"
    path = "rows.parquet"
    fields = {"key": ["day"]}

    @pytest.fixture
    def settings(self, storage_settings):
        return {**storage_settings, **backend(PANDAS)}

    def data(self):
        return PANDAS.frame({"day": [1, 1], "text": ["größe", "数据"]})

    def other(self):
        return PANDAS.frame({"day": [1], "text": ["x"]})

    def content(self, data):
        return PANDAS.content(data)


class TestMemory(DatasetContract):
    type = "memory"
    is_refusing = False

    @pytest.fixture(autouse=True)
    def empty(self):
        self.dataset().remove()

    def data(self):
        return ["größe"]

    def other(self):
        return None
