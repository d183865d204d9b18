from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gluepy.files.folder import current_run_folder, run_folder
from gluepy.files.storages import default_storage
from gluepy.files.storages.utils import plot
from gluepy.test import override_settings

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def run(tmp_path: Path) -> Iterator[None]:
    token = run_folder.set("runs/1")
    with override_settings(STORAGE_ROOT=str(tmp_path)):
        yield
    run_folder.reset(token)


def test_the_run_folder_is_that_of_the_run() -> None:
    assert current_run_folder() == "runs/1"


@pytest.mark.parametrize(
    ("path", "start"), [("a.png", b"\x89PNG"), ("b", b"\x89PNG"), ("c/d.svg", b"<?xml")]
)
def test_a_plot_is_saved_to_the_run_folder(path: str, start: bytes) -> None:
    with plot(path) as plt:
        plt.plot([1, 2])
    assert default_storage.open(f"runs/1/{path}").startswith(start)
    assert pyplot.get_fignums() == []


def test_a_plot_is_saved_at_the_root_if_told() -> None:
    with plot("a.png", root=True) as plt:
        plt.subplots()
    assert default_storage.ls() == (["a.png"], [])
    assert pyplot.get_fignums() == []


def test_a_plot_that_fails_is_not_saved() -> None:
    with pytest.raises(ZeroDivisionError), plot("a.png"):
        raise ZeroDivisionError
    assert default_storage.ls() == ([], [])
    assert pyplot.get_fignums() == []


def test_figures_that_were_open_stay_open_and_empty() -> None:
    figure = pyplot.figure()
    with plot("a.png") as plt:
        plt.plot([1, 2])
    assert pyplot.get_fignums() == [figure.number]
    assert figure.axes == []
    pyplot.close(figure)
