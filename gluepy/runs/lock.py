"""The lock of a run folder: one process at a time works in it.

The lock is a file that can only be created once; it names its holder. A holder that is
known to be dead (same host, and the process is gone or its number was given to another)
loses it to the next comer; a holder elsewhere cannot be judged and keeps it.
"""

from __future__ import annotations

import json
import os
import platform
from typing import Any

from gluepy.exceptions import RunLockedError
from gluepy.files.storages import default_storage
from gluepy.utils.timezone import isoformat, now

NAME = "run.lock"


class RunLock:
    """Holds a run folder from ``acquire`` to ``release``."""

    def __init__(self, folder: str) -> None:
        self.folder = folder
        self.path = f"{folder}/{NAME}"
        self._record = b""

    def acquire(self) -> None:
        """Take the lock, from a dead holder too.

        Raises:
            RunLockedError: A live process has it; the message names host, process and time.
        """
        self._record = json.dumps(_holder_record()).encode()
        _take(self.folder, self.path, self._record)

    def release(self) -> None:
        """Give the lock back; one that is another's by now stays."""
        if self._record and _content(self.path) == self._record:
            default_storage.rm(self.path)
        self._record = b""

    def __enter__(self) -> RunLock:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def holder_of(folder: str) -> dict[str, Any] | None:
    """Return who holds a run folder: host, pid, since; None if nobody does."""
    content = _content(f"{folder}/{NAME}")
    return None if content is None else _parse(content)


def _take(folder: str, path: str, record: bytes) -> None:
    """Make the file that is the lock.

    Only who holds the right to remove a dead lock may do so, and that right is a lock of the
    same kind: of two that find the same dead holder, one takes over.
    """
    former = _content(path)
    if former is not None:
        if is_alive(_parse(former)):
            raise _locked(folder, _parse(former))
        _remove_dead(folder, path, former)
    try:
        default_storage.touch(path, record, exclusive=_is_exclusive())
    except FileExistsError:
        raise _locked(folder, _parse(_content(path) or b"")) from None


def _remove_dead(folder: str, path: str, dead: bytes) -> None:
    right, record = f"{path}.takeover", json.dumps(_holder_record()).encode()
    _take(folder, right, record)
    try:
        if _content(path) == dead:
            default_storage.rm(path)
    finally:
        default_storage.rm(right)


def _is_exclusive() -> bool:
    """Tell whether the storage can refuse the second; without, the lock is a good notice."""
    return bool(getattr(default_storage, "supports_exclusive", False))


def _content(path: str) -> bytes | None:
    if not default_storage.exists(path):  # cheaper than an error that looks for close names
        return None
    try:
        content: bytes = default_storage.open(path)
    except FileNotFoundError:
        return None
    return content


def _parse(content: bytes) -> dict[str, Any]:
    """Return the holder a lock names; nobody can say that one without a name is dead."""
    try:
        holder = json.loads(content)
    except ValueError:
        return {}
    return holder if isinstance(holder, dict) else {}


def is_alive(holder: dict[str, Any]) -> bool:
    """Tell whether a holder may still be at work; one on another host may."""
    if holder.get("host") != platform.node():
        return True
    pid = holder.get("pid", 0)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it is another user's, so it is there
    return bool(_born(pid) == holder.get("born"))


def _holder_record() -> dict[str, Any]:
    pid = os.getpid()
    return {"host": platform.node(), "pid": pid, "since": isoformat(now()), "born": _born(pid)}


def _born(pid: int) -> str | None:
    """Return when a process started, in ticks since boot, where /proc tells it.

    One that has ended and was not waited for is "ended".
    """
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            facts = file.read().rpartition(b")")[2].decode().split()
    except OSError:
        return None
    return "ended" if facts[0] in "ZX" else facts[19]


def _locked(folder: str, holder: dict[str, Any]) -> RunLockedError:
    return RunLockedError(
        f"The run folder '{folder}' is in use by process {holder.get('pid', '?')} on "
        f"{holder.get('host', '?')} since {holder.get('since', '?')}.",
        hint=f"Wait for it; if it is gone for certain, remove {folder}/{NAME}.",
    )
