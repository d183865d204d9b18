from __future__ import annotations

from typing import Any

import pytest

from gluepy import signals
from gluepy.catalog import places
from gluepy.catalog.base import FileDataset
from gluepy.conf import default_settings
from gluepy.context.current import current
from gluepy.exceptions import ArtifactNotFoundError, CatalogError, SettingsError, UnsafePathError
from gluepy.files.storages import default_storage, storages
from gluepy.test import override_settings
from tests.catalog.conftest import MEMORY


class Text(FileDataset, register=False):
    def load(self) -> str:
        return self.source().open("r")

    def save(self, data: str) -> None:
        self.target().touch(data)


def text(path: str, **more: Any) -> Text:
    how = {name: more.pop(name) for name in ("run", "element") if name in more}
    return Text("note", {"path": path, **more}, "configs/catalog/a.yaml, line 1", **how)


@pytest.fixture(params=["local", "memory"], autouse=True)
def storage(request, project):
    if request.param == "local":
        yield
        return
    with override_settings(STORAGE_BACKEND=MEMORY, STORAGE_ROOT=""):
        yield


def test_outside_a_run_a_relative_path_lies_at_the_root():
    text("a/note.txt").save("hello")
    assert default_storage.open("a/note.txt", "r") == "hello"
    assert text("a/note.txt").load() == "hello"


def test_a_run_writes_into_its_folder_and_reads_that_before_the_root(a_run):
    text("note.txt").save("of the root")
    with a_run():
        assert text("note.txt").load() == "of the root"
        text("note.txt").save("of the run")
        assert default_storage.open(default_storage.runpath("note.txt"), "r") == "of the run"
        assert text("note.txt").load() == "of the run"
    assert text("note.txt").load() == "of the root"


def test_a_path_from_the_root_is_the_same_in_a_run_and_out_of_it(a_run):
    with a_run():
        text("note.txt", root=True).save("hello")
    assert default_storage.open("note.txt", "r") == "hello"


def test_outside_a_run_the_newest_run_that_has_it_is_read(a_run):
    with a_run():
        text("note.txt").save("first")
    with a_run():
        text("note.txt").save("second")
    with a_run():
        pass
    assert text("note.txt").load() == "second"
    assert text("note.txt", run="latest").load() == "second"


def test_a_run_reads_nothing_of_other_runs_by_itself(a_run):
    with a_run():
        text("note.txt").save("first")
    with a_run():
        assert not text("note.txt").exists()


def test_any_run_is_read_by_its_id_or_its_folder(a_run):
    with a_run():
        text("note.txt").save("first")
        run_id, folder = current().gluepy.run_id, current().gluepy.run_folder
    with a_run():
        text("note.txt").save("second")
    assert text("note.txt", run=run_id).load() == "first"
    assert text("note.txt", run=f"/{folder}/").load() == "first"


def test_a_run_with_an_id_of_its_own_is_found_by_it():
    default_storage.touch("runs/2024/6/25/hand-made/note.txt", "old")
    assert text("note.txt", run="hand-made").load() == "old"


def test_versions_are_kept_under_the_id_of_the_run(a_run):
    with a_run():
        text("m.txt", versioned=True).save("first")
        first = current().gluepy.run_id
    with a_run():
        text("m.txt", versioned=True).save("second")
        assert text("m.txt", versioned=True).load() == "second"
        assert text("m.txt", versioned=True, run=first).load() == "first"
    assert default_storage.open(f"m.txt/{first}/m.txt", "r") == "first"
    assert text("m.txt", versioned=True).load() == "second"
    assert text("m.txt", versioned=True, run="latest").load() == "second"


def test_a_version_written_outside_a_run_gets_an_id_of_its_own():
    for value in ("first", "second"):
        text("m.txt", versioned=True).save(value)
    assert len(default_storage.ls("m.txt")[1]) == 2
    assert text("m.txt", versioned=True).load() == "second"


def test_what_is_missing_is_named_with_where_it_was_looked_for(a_run):
    with a_run(), pytest.raises(FileNotFoundError) as caught:
        text("note.txt").load()
    assert isinstance(caught.value, ArtifactNotFoundError)
    message = str(caught.value)
    assert message.startswith(
        "Nothing is stored of the artifact 'note' (configs/catalog/a.yaml, line 1): "
        "there is nothing at '"
    )
    assert default_storage.abspath("note.txt") in message
    assert "/runs/" in message


def test_the_run_that_lacks_it_is_named():
    with pytest.raises(ArtifactNotFoundError, match=r"the run 'nobody' has no 'note\.txt'"):
        text("note.txt", run="nobody").load()
    with pytest.raises(ArtifactNotFoundError, match=r"no run has 'note\.txt'"):
        text("note.txt", run="latest").load()


def test_elements_of_a_mapped_task_stand_in_a_folder_of_the_name(a_run):
    with a_run():
        for index in (0, 1, 10):
            text("clean.csv.gz", element=index).save(str(index))
        assert default_storage.exists(default_storage.runpath("clean/10.csv.gz"))
        assert list(text("clean.csv.gz").elements()) == [0, 1, 10]
        assert text("clean.csv.gz").exists()
        assert not text("clean.csv.gz", element=2).exists()
        with pytest.raises(places.ElementsError):
            text("clean.csv.gz").source()


@pytest.mark.parametrize("path", ["parts", "parts/", ".hidden"])
def test_elements_of_a_path_without_suffix_stand_in_it(path):
    for index in (0, 1):
        text(path.rstrip("/"), element=index).save(str(index))
    assert list(text(path).elements()) == [0, 1]
    default_storage.touch(f"{path.rstrip('/')}/other.txt", "")
    assert list(text(path).elements()) == []
    assert text(path).exists()


def test_a_whole_in_the_run_comes_before_elements_at_the_root(a_run):
    text("note.txt", element=0).save("element")
    assert list(text("note.txt").elements()) == [0]
    with a_run():
        text("note.txt").save("whole")
        assert list(text("note.txt").elements()) == []
        assert text("note.txt").load() == "whole"


def test_removing_takes_away_what_is_read(a_run):
    text("note.txt").save("x")
    text("note.txt").remove()
    text("note.txt").remove()
    assert not text("note.txt").exists()


def test_a_path_leaves_no_storage():
    with pytest.raises(UnsafePathError):
        text("../secret.txt").save("x")


def test_another_storage_is_named_by_its_alias(project, a_run):
    root = str(project / "archive")
    entry = {"BACKEND": "gluepy.files.storages.local.LocalStorage", "ROOT": root}
    with override_settings(STORAGES={"archive": entry}), a_run():
        text("note.txt", storage="archive", root=True).save("kept")
        text("note.txt", storage="archive").save("of the run")
        assert storages["archive"].open("note.txt", "r") == "kept"
        folder = current().gluepy.run_folder
        assert storages["archive"].open(f"{folder}/note.txt", "r") == "of the run"


def test_an_unknown_alias_is_answered_with_close_ones():
    entry = {"BACKEND": "gluepy.files.storages.local.LocalStorage", "ROOT": "x"}
    with (
        override_settings(STORAGES={"archive": entry}),
        pytest.raises(SettingsError, match="Did you mean 'archive'"),
    ):
        text("note.txt", storage="archve").save("x")


def test_a_url_and_a_storage_contradict_each_other():
    with pytest.raises(CatalogError, match=r"\(configs/catalog/a.yaml, line 1\) has the storage"):
        text("memory://note.txt", storage="archive").save("x")


@pytest.mark.parametrize("start", ["file://", ""])
def test_a_file_of_this_machine_is_named_in_full(project, start, a_run):
    path = project / "elsewhere" / "note.txt"
    with a_run():
        text(f"{start}{path}").save("hello")
    assert path.read_text() == "hello"
    assert text(f"{start}{path}").location() == str(path)


def test_a_file_below_the_root_of_the_default_storage_is_one_of_it_if_that_is_local(project):
    location = text(f"{default_settings.STORAGE_ROOT}/a/note.txt").target()
    assert (location.storage == default_storage) is default_storage.is_local
    assert location.path.endswith("a/note.txt")


def test_memory_urls_share_one_tree(a_run):
    with a_run():
        text("memory://a/note.txt").save("hello")
    assert text("memory:///a/note.txt").load() == "hello"


def test_storages_of_urls_are_kept_until_settings_change():
    first = places.storage_of("memory://")
    assert places.storage_of("memory://") is first
    with override_settings(AWS_S3_REGION_NAME="eu-west-1"):
        assert places.storage_of("memory://") is not first


def test_an_unknown_scheme_is_answered_with_close_ones():
    with pytest.raises(CatalogError, match=r"reads 'sfpt://'. Did you mean .*'sftp'"):
        text("sfpt://host/note.txt").save("x")


def test_a_url_names_a_bucket():
    with pytest.raises(CatalogError, match="names no bucket or host"):
        text("s3:///note.txt").save("x")


@pytest.mark.parametrize(
    "path", ["note.txt", "memory://a/note.txt", "a:b/note.txt", "memory://a/b:c.txt"]
)
def test_the_name_in_a_signal_leads_back_to_the_file(path):
    named = []

    def hear(*, name: str, **_: Any) -> None:
        named.append(name)

    signals.write.connect(hear)
    try:
        text(path).save("hello")
    finally:
        signals.write.disconnect(hear)
    storage, inside = places.place_of(named[0])
    assert storage.open(inside, "r") == "hello"


def test_the_name_of_a_place_that_is_gone_leads_nowhere():
    assert places.place_of("nobody://knows/this.txt") is None


def test_a_password_in_a_url_stays_out_of_names():
    assert places.storage_of("sftp://me:hunter2@host/x").alias == "sftp://me@host/"


def test_a_run_of_its_own_is_asked_only_of_what_runs_keep():
    text("note.txt", root=True).save("x")
    assert text("note.txt", root=True, run="latest").load() == "x"
    with pytest.raises(CatalogError, match=r"lies at 'note\.txt' for all runs"):
        text("note.txt", root=True, run="some-run").load()


def test_what_an_earlier_attempt_left_beyond_the_elements_is_trimmed(a_run):
    with a_run():
        text("note.txt").save("whole")
        for index in range(4):
            text("note.txt", element=index).save(str(index))
        places.trim(text("note.txt"), 2)
        assert list(text("note.txt").elements()) == [0, 1]
        places.trim(text("note.txt"), 0)
        assert list(text("note.txt").elements()) == []
        with pytest.raises(places.ElementsError):
            text("note.txt").source()


def test_a_list_of_no_elements_is_there(a_run):
    with a_run():
        places.trim(text("note.txt"), 0)
        assert text("note.txt").exists()
        assert list(text("note.txt").elements()) == []
    default_storage.mkdir("other")
    assert not text("other.txt").exists()


def test_elements_of_a_folder_are_trimmed_in_it(a_run):
    with a_run():
        for index in range(3):
            text("parts", element=index).save(str(index))
        places.trim(text("parts"), 1)
        assert list(text("parts").elements()) == [0]
