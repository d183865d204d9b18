from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from gluepy.context.ids import new_run_id
from gluepy.exceptions import RunNotFoundError, UnsafePathError
from gluepy.files.storages import default_storage
from gluepy.runs import folder

UUID7 = "01a1fc42-6725-7086-9295-d30bf7b12c8e"  # of 2026-11-21
pytestmark = pytest.mark.usefixtures("any_storage")


def make(path: str, file: str = "run.json") -> str:
    default_storage.touch(f"{path}/{file}", "{}")
    return path


def test_a_uuid_of_version_7_tells_its_folder_without_a_search(monkeypatch) -> None:
    made = make(f"runs/2026/11/21/{UUID7}")
    monkeypatch.setattr(folder, "iterate", lambda: pytest.fail("searched"))
    assert folder.find(UUID7) == made


@pytest.mark.parametrize("where", ["runs/2024/06/25", "runs/2024/6/25", "runs/2024/6/5"])
@pytest.mark.parametrize("run_id", ["0f8fad5b-d9cb-469f-a165-70867728950e", "nightly", "42"])
def test_ids_that_are_not_ours_are_searched_for(where: str, run_id: str) -> None:
    make("runs/2025/01/01/other")
    made = make(f"{where}/{run_id}")
    assert folder.find(run_id) == made


def test_a_uuid_of_version_7_in_another_days_folder_is_searched_for() -> None:
    made = make(f"runs/2025/01/01/{UUID7}")
    assert folder.find(UUID7) == made


@pytest.mark.parametrize("form", ["{}", "{}/", "/{}", "/{}/", " {} "])
def test_a_folder_is_found_with_slashes_and_without(form: str) -> None:
    made = make("runs/2024/6/25/abc")
    assert folder.find(form.format(made)) == made
    assert folder.find(form.format("abc")) == made


def test_a_folder_anywhere_in_the_storage_is_found_by_its_path() -> None:
    made = make("experiments/first")
    assert folder.find(made) == made


def test_a_folder_at_the_top_is_found_by_its_name() -> None:
    assert folder.find(make("alone")) == "alone"


def test_a_context_alone_makes_a_folder_a_run() -> None:
    made = make("runs/2024/6/25/abc", "context.yaml")
    assert folder.is_run(made)
    assert folder.find("abc") == made
    assert not folder.is_run("runs/2024/6/25")
    assert not folder.is_run("nowhere")


def test_runs_are_iterated_newest_day_first_by_number_not_by_text() -> None:
    days = ["2024/06/25", "2024/6/9", "2024/10/1", "2025/1/1"]
    for day in days:
        make(f"runs/{day}/run")
    assert list(folder.iterate()) == [
        "runs/2025/1/1/run",
        "runs/2024/10/1/run",
        "runs/2024/06/25/run",
        "runs/2024/6/9/run",
    ]


def test_within_a_day_the_newest_id_comes_first() -> None:
    made = [make(f"runs/2026/11/21/{new_run_id()}") for _ in range(5)]
    assert list(folder.iterate()) == made[::-1]


def test_latest_is_the_newest_run() -> None:
    make("runs/2024/06/25/old")
    newest = make("runs/2025/01/01/new")
    make("runs/2025/01/02/no-run", "something.txt")
    assert folder.find("latest") == newest


@pytest.mark.parametrize("reference", ["latest", "abc", "runs/2024/6/25/abc", "", "  ", "/"])
def test_without_any_run_nothing_is_found(reference: str) -> None:
    with pytest.raises(RunNotFoundError) as error:
        folder.find(reference)
    assert str(error.value) == (
        f"There is no run '{reference}'. There are no runs yet. See: runs ls"
    )


def test_an_unknown_id_names_the_closest() -> None:
    make(f"runs/2026/11/21/{UUID7}")
    with pytest.raises(RunNotFoundError, match=f"Did you mean '{UUID7}'"):
        folder.find(UUID7[:-1] + "0")
    with pytest.raises(RunNotFoundError, match=f"The newest is '{UUID7}'"):
        folder.find("zzz")


def test_for_a_retry_a_path_may_be_new_but_an_id_may_not() -> None:
    assert folder.for_retry("runs/2024/06/25/new/") == "runs/2024/06/25/new"
    with pytest.raises(RunNotFoundError, match="There is no run 'new'"):
        folder.for_retry("new")


def test_a_path_out_of_the_storage_is_refused() -> None:
    with pytest.raises(UnsafePathError):
        folder.find("../../etc")


def test_a_path_on_this_machine_into_the_storage_is_understood(
    any_storage: str, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make("runs/2024/6/25/abc")
    monkeypatch.chdir(project)
    if any_storage == "memory":
        with pytest.raises(RunNotFoundError):
            folder.find(f"data/{made}")
        return
    for path in (f"data/{made}", f"./data/{made}/", str(project / "data" / made)):
        assert folder.find(path) == made
    monkeypatch.chdir(project / "data" / "runs" / "2024")
    assert folder.find("6/25/abc") == made
    assert folder.find("./6/25/abc") == made


@pytest.mark.parametrize("front", ["data", "some-bucket/prefix", "s3://some-bucket/prefix"])
def test_what_stands_in_front_of_a_folder_does_not_hide_the_run(front: str) -> None:
    made = make(f"runs/2026/11/21/{UUID7}")
    assert folder.find(f"{front}/{made}/") == made
    assert folder.for_retry(f"{front}/{made}") == made
    copy = make(f"{front.removeprefix('s3://')}/{made}")
    assert folder.find(copy) == copy


def test_a_url_makes_no_new_run() -> None:
    with pytest.raises(RunNotFoundError, match="There is no run 's3://bucket/runs/1'"):
        folder.for_retry("s3://bucket/runs/1")


def test_only_so_many_ids_are_looked_at_for_a_hint(monkeypatch) -> None:
    seen = []

    def many():
        for number in itertools.count():
            seen.append(number)
            yield f"runs/1/1/1/{number:05}-abc"

    monkeypatch.setattr(folder, "locate", lambda reference: None)
    monkeypatch.setattr(folder, "iterate", many)
    with pytest.raises(RunNotFoundError, match="00007-abc"):
        folder.find("00007-abcd")
    assert len(seen) <= 201
