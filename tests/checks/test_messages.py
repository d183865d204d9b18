from __future__ import annotations

from gluepy.checks import Error, Info, Warning


def test_a_message_is_one_line_with_level_id_object_and_hint() -> None:
    message = Error("is wrong.", hint="Mend it.", obj="STORAGE_ROOT", id="settings.E009")
    assert str(message) == "ERROR (settings.E009) STORAGE_ROOT: is wrong. Mend it."
    assert str(Info("Good to know.")) == "INFO Good to know."
    assert repr(message) == "<Error settings.E009>"


def test_messages_are_equal_by_what_they_say() -> None:
    assert Warning("a", id="x.W001") == Warning("a", id="x.W001")
    assert Warning("a", id="x.W001") != Warning("b", id="x.W001")
    assert Warning("a") != "a"


def test_a_message_becomes_plain_texts() -> None:
    assert Warning("a", hint="b", obj=int, id="x.W001").to_dict() == {
        "level": "warning",
        "id": "x.W001",
        "object": "<class 'int'>",
        "message": "a",
        "hint": "b",
    }
