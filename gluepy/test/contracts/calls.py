"""The calls that the contract of executors makes; light, for every worker imports them."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextvars import ContextVar
from pathlib import Path
from typing import Any

from gluepy.executors.channel import send

variable: ContextVar[str] = ContextVar("variable", default="unset")
set_ups: list[str] = []
PATIENCE = 60.0


class NeedsTwoError(Exception):
    """Can be pickled, but not read again: its ``__init__`` wants other arguments."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"{first} and {second}")


class HoldsLockError(Exception):
    """Cannot be pickled at all."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.lock = threading.Lock()


def give(value: Any) -> Any:
    """Return the value."""
    return value


def fail(error: BaseException) -> None:
    """Raise the error."""
    error.add_note("a note")
    raise error


def fail_with_two() -> None:
    """Raise an error that cannot be read again."""
    raise NeedsTwoError("this", "that")


def fail_with_lock() -> None:
    """Raise an error that cannot be pickled."""
    raise HoldsLockError("it is locked")


def leave(error_name: str) -> None:
    """Raise what is no ``Exception``."""
    raise {"SystemExit": SystemExit(3), "KeyboardInterrupt": KeyboardInterrupt()}[error_name]


def return_lock() -> Any:
    """Return what cannot be pickled."""
    return threading.Lock()


def pid() -> int:
    """Return the id of the process."""
    return os.getpid()


def die(how: int | None = None) -> None:
    """End the process, by a signal or at once."""
    if how is None:
        os._exit(3)
    os.kill(os.getpid(), how)
    time.sleep(PATIENCE)


def die_by_kill() -> None:
    """End the process as the kernel does when memory runs out."""
    die(signal.SIGKILL)


def leave_trace(folder: str, name: str) -> str:
    """Write one more byte to a file; how often shows how often this ran."""
    with (Path(folder) / name).open("a") as file:
        file.write("x")
    return name


def wait_for(folder: str, *names: str) -> bool:
    """Wait until files are there."""
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        if all((Path(folder) / name).exists() for name in names):
            return True
        time.sleep(0.01)
    return False


def meet(folder: str, mine: str, other: str) -> bool:
    """Wait for another call that does the same at the same time."""
    leave_trace(folder, mine)
    return wait_for(folder, other)


def sleep_with_pid(folder: str, name: str) -> None:
    """Leave the id of the process in a file and sleep."""
    part = Path(folder) / f"{name}.part"
    part.write_text(str(os.getpid()))
    part.replace(Path(folder) / name)
    time.sleep(PATIENCE)


def tell(name: str, count: int) -> str:
    """Send some events."""
    for number in range(count):
        send((name, number))
    return name


def tell_from_thread(name: str) -> bool:
    """Send an event from a thread that was given the context."""
    from contextvars import copy_context

    sent: list[bool] = []
    context = copy_context()
    thread = threading.Thread(target=lambda: sent.append(context.run(send, name)))
    thread.start()
    thread.join()
    return sent[0]


def write_lines(name: str) -> None:
    """Print, as tasks do."""
    import sys

    sys.stdout.write(f"{name} says größe\nand")
    sys.stderr.write(f"{name} warns\n")


def set_up(text: str) -> None:
    """Set a worker up."""
    set_ups.append(text)
    variable.set(text)


def set_up_badly() -> None:
    """Fail to set a worker up."""
    raise ValueError("no such settings")


def what_was_set_up() -> tuple[list[str], str]:
    """Return how often the worker was set up, and the variable that set."""
    return list(set_ups), variable.get()


def change_variable() -> str:
    """Return a context variable and leave another value in it."""
    before = variable.get()
    variable.set("changed")
    return before


def environment(name: str) -> str | None:
    """Return a variable of the environment."""
    return os.environ.get(name)
