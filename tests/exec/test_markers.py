from __future__ import annotations

import pytest

from gluepy.exceptions import TaskDefinitionError
from gluepy.exec import Artifact, Volatile, task


def test_several_markers_are_made_at_once_and_lists_of_them_added() -> None:
    assert Artifact.of("a", "b") + Volatile.of("c") == [Artifact("a"), Artifact("b"), Volatile("c")]
    assert Artifact("a") != Volatile("a")
    assert len({Artifact("a"), Artifact("a"), Artifact("b")}) == 2
    assert repr(Volatile("a")) == "Volatile('a')"


@pytest.mark.parametrize("name", ["", " ", "../x", "a/b", "a\\b", ".hidden", 3])
def test_a_name_that_no_file_can_have_is_refused(name: object) -> None:
    with pytest.raises(TaskDefinitionError, match=r"that is no name. A name is a text without sla"):
        Artifact(name)


def test_a_wrong_name_in_an_annotation_is_told_with_the_place() -> None:
    with pytest.raises(TaskDefinitionError, match=r"test_markers.py:\d+\) cannot.*'a.b'"):

        @task
        def made() -> Artifact("a/b"): ...
