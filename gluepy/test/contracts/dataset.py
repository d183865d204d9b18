"""The contract of a type of artifacts: what each has to do, gluepy's own and yours.

::

    class TestShapes(FileDatasetContract):
        type = "shapes"
        path = "map.shapes"
        fields = {"layer": 2}

        def data(self):           # what can be saved; anew each time
            return [Shape("größe", 1.5)]

        def other(self):          # other data, smaller
            return [Shape("x", 0)]

``DatasetContract`` is for types that do not lie in files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, ClassVar

import pytest

from gluepy import signals
from gluepy.catalog import access
from gluepy.catalog.base import REGISTRY, Dataset, FileDataset, Preview
from gluepy.catalog.datasets import find
from gluepy.conf import default_context_manager
from gluepy.context.current import using_context
from gluepy.context.ids import new_run_id
from gluepy.exceptions import CatalogError, DatasetError
from gluepy.files.storages import default_storage
from gluepy.test.settings import override_settings

WHERE = "configs/catalog/data.yaml, line 7"
PATHS = ["größe 数据/a b", "a[1]*?", "100%#1", "{a,b}", "plain"]


class DatasetContract:
    """Tests to inherit from.

    Attributes:
        type: Name of the type in the catalog, or its class.
        fields: Fields of the entry.
        is_refusing: Whether there is data that the type refuses; `refused` returns it.
        is_reproducible: Whether equal data give equal files.
    """

    type: ClassVar[str | type[Dataset]]
    fields: ClassVar[dict[str, Any]] = {}
    is_refusing: ClassVar[bool] = True
    is_reproducible: ClassVar[bool] = True

    @pytest.fixture
    def settings(self, tmp_path: Path) -> dict[str, Any]:
        """Return the settings to run under; a project with files on the disk by default."""
        return {"STORAGE_ROOT": str(tmp_path / "data")}

    @pytest.fixture(autouse=True)
    def project(self, tmp_path: Path, settings: dict[str, Any]) -> Iterator[None]:
        """Run each test in an empty project of its own."""
        known = dict(REGISTRY)
        folders = {"BASE_DIR": str(tmp_path), "CONFIG_PATH": str(tmp_path / "configs")}
        with override_settings(**{**folders, **settings}):
            yield
        REGISTRY.clear()
        REGISTRY.update(known)

    def data(self) -> Any:
        """Return what can be saved, made anew; subclasses define this."""
        raise NotImplementedError

    def other(self) -> Any:
        """Return other data, smaller than the first; subclasses define this."""
        raise NotImplementedError

    def refused(self) -> Any:
        """Return data that cannot be saved."""
        return object()

    def content(self, data: Any) -> Any:
        """Return what is saved or loaded as something to compare."""
        return data

    def dataset(self, name: str = "things", **fields: Any) -> Dataset:
        """Return an artifact of the type."""
        cls = find(self.type) if isinstance(self.type, str) else self.type
        return cls(name, {**self.fields, **fields}, WHERE)

    # --- Loading and saving ----------------------------------------------------------------

    def test_what_is_saved_is_loaded(self) -> None:
        access.save(self.dataset(), self.data())
        assert self.content(access.load(self.dataset())) == self.content(self.data())

    def test_saving_again_leaves_nothing_of_the_former_data(self) -> None:
        access.save(self.dataset(), self.data())
        access.save(self.dataset(), self.other())
        assert self.content(access.load(self.dataset())) == self.content(self.other())
        access.save(self.dataset(), self.data())
        assert self.content(access.load(self.dataset())) == self.content(self.data())

    def test_what_was_never_saved_is_missing(self) -> None:
        assert not access.exists(self.dataset())
        with pytest.raises(FileNotFoundError, match="things") as caught:
            access.load(self.dataset())
        assert WHERE in str(caught.value)
        with pytest.raises(FileNotFoundError, match="things"):
            access.preview(self.dataset())

    def test_what_is_removed_is_gone(self) -> None:
        self.dataset().remove()
        access.save(self.dataset(), self.data())
        assert access.exists(self.dataset())
        self.dataset().remove()
        assert not access.exists(self.dataset())

    def test_data_that_cannot_be_saved_leave_the_former(self) -> None:
        if not self.is_refusing:
            return
        access.save(self.dataset(), self.data())
        with pytest.raises(DatasetError, match="things") as caught:
            access.save(self.dataset(), self.refused())
        assert WHERE in str(caught.value)
        assert self.content(access.load(self.dataset())) == self.content(self.data())

    def test_there_is_something_to_show(self) -> None:
        access.save(self.dataset(), self.data())
        preview = access.preview(self.dataset(), rows=1)
        assert isinstance(preview, Preview)
        assert preview.head
        if isinstance(preview.head, list):
            assert len(preview.head) == 1
            assert all(isinstance(row, Mapping) for row in preview.head)

    # --- Fields ----------------------------------------------------------------------------

    def test_a_field_that_is_misspelt_is_told_with_file_and_line(self) -> None:
        with pytest.raises(CatalogError, match=r"things.*line 7.*'load_optoins'"):
            self.dataset(load_optoins={})

    def test_two_artifacts_do_not_share_the_values_of_fields(self) -> None:
        one, other = self.dataset(), self.dataset()
        one.load_options["some"] = 1
        assert other.load_options == self.fields.get("load_options", {})


class FileDatasetContract(DatasetContract):
    """Tests of types whose artifacts lie at a path.

    Attributes:
        path: Path of the artifact.
    """

    path: ClassVar[str]

    def dataset(self, name: str = "things", **fields: Any) -> FileDataset:
        """Return an artifact of the type."""
        found = super().dataset(name, **{"path": self.path, **fields})
        assert isinstance(found, FileDataset)
        return found

    def files(self) -> dict[str, bytes]:
        """Return the content of all files of the default storage but gluepy's own."""
        return {
            path: default_storage.open(path)
            for path in default_storage.walk()
            if not path.startswith(".gluepy/")
        }

    def test_saving_again_leaves_the_files_of_saving_once(self) -> None:
        access.save(self.dataset(), self.other())
        once = self.files()
        self.dataset().remove()
        assert self.files() == {}
        access.save(self.dataset(), self.data())
        access.save(self.dataset(), self.other())
        assert self.files().keys() == once.keys()
        if self.is_reproducible:
            assert self.files() == once

    def test_equal_data_give_equal_files(self) -> None:
        if not self.is_reproducible:
            return
        access.save(self.dataset(path=f"one/{self.path}"), self.data())
        access.save(self.dataset(path=f"two/{self.path}"), self.data())
        files = self.files()
        found = {path[4:]: content for path, content in files.items() if path[:4] == "one/"}
        assert found
        assert found == {path[4:]: one for path, one in files.items() if path[:4] == "two/"}

    @pytest.mark.parametrize("folder", PATHS)
    def test_a_path_is_taken_literally(self, folder: str) -> None:
        one, other = self.dataset(path=f"{folder}/{self.path}"), self.dataset(path=f"b/{self.path}")
        access.save(other, self.other())
        access.save(one, self.data())
        assert self.content(access.load(one)) == self.content(self.data())
        assert self.content(access.load(other)) == self.content(self.other())
        assert all(path.startswith((f"{folder}/", "b/")) for path in self.files())

    def test_a_run_writes_into_its_folder_and_any_other_can_be_read(self) -> None:
        runs = [new_run_id(), new_run_id()]
        for run, data in zip(runs, (self.data(), self.other()), strict=True):
            with _in_run(run):
                access.save(self.dataset(), data)
                assert self.content(access.load(self.dataset())) == self.content(data)
        assert self.content(access.load(self.dataset())) == self.content(self.other())
        first = self.dataset()
        first.run = runs[0]
        assert self.content(access.load(first)) == self.content(self.data())

    def test_versions_are_kept(self) -> None:
        runs = [new_run_id(), new_run_id()]
        for run, data in zip(runs, (self.data(), self.other()), strict=True):
            with _in_run(run):
                access.save(self.dataset(versioned=True), data)
        newest, first = self.dataset(versioned=True), self.dataset(versioned=True)
        first.run = runs[0]
        assert self.content(access.load(newest)) == self.content(self.other())
        assert self.content(access.load(first)) == self.content(self.data())

    def test_elements_of_a_mapped_task_are_a_list(self) -> None:
        whole = self.dataset()
        if not whole.supports_elements:
            return
        for number, data in enumerate((self.data(), self.other(), self.data())):
            access.save(whole.of_element(number), data)
        assert list(whole.elements()) == [0, 1, 2]
        found = [self.content(one) for one in access.load(self.dataset())]
        assert found == [self.content(self.data()), self.content(self.other()), found[0]]

    def test_reading_and_writing_is_announced(self) -> None:
        heard: list[tuple[str, str, str]] = []

        def on_read(kind: str, name: str, **_: Any) -> None:
            heard.append(("read", kind, name))

        def on_write(kind: str, name: str, **_: Any) -> None:
            heard.append(("write", kind, name))

        signals.read.connect(on_read)
        signals.write.connect(on_write)
        try:
            access.save(self.dataset(), self.data())
            wrote = set(heard)
            heard.clear()
            access.load(self.dataset())
            read = set(heard)
        finally:
            signals.read.disconnect(on_read)
            signals.write.disconnect(on_write)
        files = {name for verb, kind, name in wrote if (verb, kind) == ("write", "storage")}
        # A view of a folder names the path in the storage underneath.
        names = sorted(f"/{name}" for name in files)
        paths = sorted(f"/{path}" for path in self.files())
        assert [one.endswith(other) for one, other in zip(names, paths, strict=True)] == [
            True for _ in paths
        ]
        assert ("write", "artifact", "things") in wrote
        assert ("read", "artifact", "things") in read


def _in_run(run: str) -> AbstractContextManager[Any]:
    """Enter a run, as far as the catalog can tell: its context."""
    context: Any = default_context_manager.create_context(run_id=run)
    return using_context(context)
