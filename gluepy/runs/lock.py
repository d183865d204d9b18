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

    def acquire(self) -> None:
        """Take the lock, from a dead holder too.

        Raises:
            RunLockedError: A live process has it; the message names host, process and time.
        """
        if not getattr(default_storage, "supports_exclusive", False):
            return
        record = json.dumps(_holder_record())
        for _ in range(3):
            try:
                default_storage.touch(self.path, record, exclusive=True)
                return
            except FileExistsError:
                holder = holder_of(self.folder)
                if holder is not None and is_alive(holder):
                    raise _locked(self.folder, holder) from None
                self.release()
        raise _locked(self.folder, holder_of(self.folder) or {})

    def release(self) -> None:
        """Give the lock back."""
        try:
            default_storage.rm(self.path)
        except FileNotFoundError:
            return

    def __enter__(self) -> RunLock:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def holder_of(folder: str) -> dict[str, Any] | None:
    """Return who holds a run folder: host, pid, since; None if nobody does."""
    try:
        holder = json.loads(default_storage.open(f"{folder}/{NAME}"))
    except (FileNotFoundError, ValueError):
        return None
    return holder if isinstance(holder, dict) else None


def is_alive(holder: dict[str, Any]) -> bool:
    """Tell whether a holder may still be at work; one on another host may."""
    if holder.get("host") != platform.node():
        return True
    pid = holder.get("pid", 0)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OSError):
        return True
    return bool(_born(pid) == holder.get("born"))


def _holder_record() -> dict[str, Any]:
    pid = os.getpid()
    return {"host": platform.node(), "pid": pid, "since": isoformat(now()), "born": _born(pid)}


def _born(pid: int) -> str | None:
    """Return when a process started, in ticks since boot, where /proc tells it."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            return file.read().rpartition(")")[2].split()[19]
    except (OSError, IndexError):
        return None


def _locked(folder: str, holder: dict[str, Any]) -> RunLockedError:
    return RunLockedError(
        f"The run folder '{folder}' is in use by process {holder.get('pid', '?')} on "
        f"{holder.get('host', '?')} since {holder.get('since', '?')}.",
        hint=f"Wait for it; if it is gone for certain, remove {folder}/{NAME}.",
    )
