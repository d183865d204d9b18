"""What a check has to say."""

from __future__ import annotations

from typing import ClassVar


class Message:
    """One finding.

    Args:
        msg: What is wrong, in one line.
        hint: What to do about it.
        obj: The setting, class, file or label it is about.
        id: Stable name such as ``settings.E001``, for SILENCED_CHECKS and the reference.
    """

    level: ClassVar[str] = "info"

    def __init__(self, msg: str, *, hint: str = "", obj: object = None, id: str = "") -> None:
        self.msg = msg
        self.hint = hint
        self.obj = obj
        self.id = id

    def __str__(self) -> str:
        about = f"{self.obj}: " if self.obj else ""
        number = f" ({self.id})" if self.id else ""
        return f"{self.level.upper()}{number} {about}{self.msg} {self.hint}".rstrip()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.id or self.msg}>"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Message) and vars(self) == vars(other)

    __hash__ = object.__hash__

    def to_dict(self) -> dict[str, str]:
        """Return the finding as plain texts, for ``--json``."""
        return {
            "level": self.level,
            "id": self.id,
            "object": str(self.obj or ""),
            "message": self.msg,
            "hint": self.hint,
        }


class Info(Message):
    """Good to know."""

    level = "info"


class Warning(Message):
    """Probably not what was meant; nothing is stopped."""

    level = "warning"


class Error(Message):
    """Cannot work; ``dag`` does not start."""

    level = "error"
