from __future__ import annotations

import pickle

import pytest

from gluepy import signals
from gluepy.catalog import trust
from gluepy.catalog.base import FileDataset
from gluepy.exceptions import UntrustedPickleError
from gluepy.files.storages import default_storage
from gluepy.test import override_settings
from tests.catalog.conftest import MEMORY

OWN = pickle.dumps([1, 2])
FOREIGN = pickle.dumps([3, 4])


class Thing(FileDataset, register=False):
    path: str = "x"


@pytest.fixture
def thing() -> Thing:
    return Thing("x", {}, "configs/catalog/a.yaml, line 3")


@pytest.fixture(params=["local", "memory"], autouse=True)
def storage(request, project):
    if request.param == "local":
        yield
        return
    with override_settings(STORAGE_BACKEND=MEMORY, STORAGE_ROOT=""):
        yield


def test_what_was_noted_is_trusted(thing):
    trust.note(OWN)
    trust.note(OWN)
    trust.check(OWN, thing)
    trust.check(trust.digest_of([OWN[:3], OWN[3:]]), thing)
    assert default_storage.ls(".gluepy/pickles")[0] == [f".gluepy/pickles/{trust.digest_of(OWN)}"]


def test_what_was_not_is_refused_with_what_to_do(thing):
    trust.note(trust.digest_of(OWN))
    with pytest.raises(UntrustedPickleError) as caught:
        trust.check(FOREIGN, thing)
    assert str(caught.value) == (
        "The artifact 'x' (configs/catalog/a.yaml, line 3) is a pickle this project has not "
        "written; loading it runs code. If you trust where it is from, say so in its entry: "
        "allow_pickle: true."
    )


def test_entry_and_settings_may_allow_any(thing):
    trust.check(FOREIGN, thing, allow=True)
    with override_settings(CATALOG_ALLOW_PICKLE=True):
        trust.check(FOREIGN, thing)


def test_notes_are_no_data_of_a_task(thing):
    heard = []

    def hear(**values) -> None:
        heard.append(values)

    signals.write.connect(hear)
    signals.read.connect(hear)
    try:
        trust.note(OWN)
        trust.check(OWN, thing)
    finally:
        signals.write.disconnect(hear)
        signals.read.disconnect(hear)
    assert heard == []
