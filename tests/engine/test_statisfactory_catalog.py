"""The regression that ends the README of statisfactory, in gluepy's names, and its catalog."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gluepy.catalog import catalog
from gluepy.exec import DAG, Artifact, Volatile, task
from gluepy.graph import render
from gluepy.test import override_settings

CATALOG = """
- name: masterFile
  type: xslx
  extra:
    path: raw/!{samples}_masterfile.xlsx
- name: coeffs
  type: pickle
  extra:
    path: out/coeff_!{samples}.pkl
"""

# As its README prints it, the indentation of the second entry included.
AS_WRITTEN = """
- name: qaiData
  type: odbc
  extra:
    connection_string: DRIVER={ODBC Driver 17 for SQL Server};SERVER=myServer.com;DATABASE={{ datastore.database }};UID={{ datastore.user }};PWD={{ datastore.password }}
    query: SELECT TOP 10 * FROM SYSOBJECTS WHERE xtype = 'U';
- name: testDataset
    type: csv
    # PIPELINE is a statically defined value, interpolated at the catalog rendering. The value of Pipeline is pulled from globals|locals by Jinja2
    extra:
        path: '20_transformed/{{ PIPELINE }}/testDataset.csv'
- name: masterFile
  type: xslx
  extra:
    # s3:// trigger the use of the s3 backend.
    path: s3://{{ base_bucket }}/10_raw/foobar.xlsx
- name: coeffs
  type: pickle
  # !{samples} is a dynamically interpolated values, while executing a craft / pipeline
  extra:
    path: 30_output/model_!{samples}/coeff.pkl
"""  # noqa: E501 - as it is printed
GLOBALS = """
PIPELINE: daily
base_bucket: lake
datastore: {database: shop, user: reader, password: hunter-2-hunter}
"""


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Path]:
    for folder in ("catalog", "variables"):
        (tmp_path / "configs" / folder).mkdir(parents=True)
    with override_settings(
        BASE_DIR=str(tmp_path),
        CONFIG_PATH=str(tmp_path / "configs"),
        STORAGE_ROOT=str(tmp_path / "data"),
    ):
        yield tmp_path


@pytest.fixture
def regression(project: Path) -> DAG:
    (project / "configs/catalog/catalog.yaml").write_text(CATALOG)

    @task
    def build_dataframe(samples: int = 500) -> Artifact("masterFile"):
        random = np.random.default_rng(samples)
        x = random.normal(size=(samples, 5))
        frame = pd.DataFrame(x, columns=[str(number) for number in range(5)])
        return frame.assign(y=x @ [1.0, 2.0, 0.0, 0.0, 3.0] + 7.0)

    @task
    def train_regression(masterFile: Artifact, fit_intercept: bool = True) -> Volatile("reg"):
        x = masterFile[masterFile.columns.difference(["y"])].to_numpy()
        if fit_intercept:
            x = np.column_stack([x, np.ones(len(x))])
        return np.linalg.lstsq(x, masterFile["y"], rcond=None)[0]

    @task
    def save_coeff(reg: Volatile) -> Artifact("coeffs"):
        return reg

    return save_coeff + build_dataframe + train_regression


def test_the_order_is_solved_whatever_the_sum_says(regression: DAG) -> None:
    order = [name for name in regression.graph().order if name != "bootstraptask"]
    assert order == ["build_dataframe", "train_regression", "save_coeff"]
    assert "train_regression" in render.ascii(regression.graph())


def test_coefficients_of_two_runs_are_kept_apart_by_their_placeholder(regression: DAG) -> None:
    regression.run(samples=500)
    regression.run(samples=100, fit_intercept=False)
    small = catalog.load("coeffs", samples=100)
    large = catalog.load("coeffs", samples=500)
    assert len(small) == 5  # without intercept
    np.testing.assert_allclose(large, [1, 2, 0, 0, 3, 7], atol=1e-9)
    assert catalog.load("masterFile", samples=100).shape[0] == 100


def test_the_catalog_of_its_readme_loads_as_written(project: Path) -> None:
    (project / "configs/catalog/catalog.yaml").write_text(AS_WRITTEN)
    (project / "configs/variables/globals.yaml").write_text(GLOBALS)
    assert list(catalog) == ["coeffs", "masterFile", "qaiData", "testDataset"]
    assert catalog.dataset("testDataset").path == "20_transformed/daily/testDataset.csv"
    assert catalog.dataset("masterFile").path == "s3://lake/10_raw/foobar.xlsx"
    assert catalog.dataset("coeffs", samples=3).path == "30_output/model_3/coeff.pkl"
    said = str(catalog.describe("qaiData"))
    assert "DATABASE=shop;UID=reader" in said
    assert "hunter-2-hunter" not in said
