"""Which context ``default_context`` stands for, here and now."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from gluepy.conf.handlers import reset_on
from gluepy.context.document import Context, lookup
from gluepy.exceptions import ContextError, SettingsError

current_context: ContextVar[Context | None] = ContextVar("current_context", default=None)

_lock = threading.RLock()
_active: list[Context] = []
_ambient: list[Context] = []
_overrides: list[dict[str, Any]] = []
_being_made: ContextVar[bool] = ContextVar("being_made", default=False)


def current(ambient: Callable[[], Context] | None = None) -> Context:
    """Return the current context.

    That is the one this thread or task works under; else, in a thread that a task started
    itself, the one of the only run in this process; else the one of the process, made once
    from CONFIG_PATH.

    Args:
        ambient: Makes the context of the process if there is none yet.

    Raises:
        ContextError: Several runs are active and this thread belongs to none of them.
    """
    context = current_context.get()
    if context is not None:
        return context
    running = active()
    if len(running) == 1:
        return running[0]
    if running:
        raise ContextError(
            f"{len(running)} runs are active in this process and this thread belongs to none.",
            hint="Start the thread's function with contextvars.copy_context().run(function).",
        )
    return _of_process(ambient)


def _of_process(make: Callable[[], Context] | None) -> Context:
    if _being_made.get():
        raise ContextError(
            "The context was read while it was being made.",
            hint="A hook must take what it needs as arguments.",
        )
    with _lock:
        if not _ambient:
            _ambient.append((make or _default)())
        return _ambient[0]


@contextmanager
def being_made() -> Iterator[None]:
    """Refuse to make the context of the process meanwhile, for a hook that reads it."""
    token = _being_made.set(True)
    try:
        yield
    finally:
        _being_made.reset(token)


def _default() -> Context:
    from gluepy.conf import default_context_manager

    made: Any = default_context_manager.create_context()
    if not isinstance(made, Context):
        raise SettingsError("CONTEXT_BACKEND made no Context.", hint="Return gluepy's Context.")
    return made


def active() -> list[Context]:
    """Return the contexts of the runs that are active in this process, each once."""
    with _lock:
        return list({id(context): context for context in _active}.values())


@contextmanager
def entering(context: Context) -> Iterator[Context]:
    """Count ``context`` among those of active runs."""
    with _lock:
        _active.append(context)
    try:
        yield context
    finally:
        with _lock:
            index = next(at for at, other in enumerate(_active) if other is context)
            del _active[index]


@contextmanager
def using_context(context: Context) -> Iterator[Context]:
    """Make ``context`` the current one of this thread, and its run folder the current one."""
    from gluepy.files.folder import run_folder

    token = current_context.set(context)
    folder = lookup(context, "gluepy", "run_folder")
    folder_token = run_folder.set(folder if folder is not None else run_folder.get())
    try:
        with entering(context):
            yield context
    finally:
        run_folder.reset(folder_token)
        current_context.reset(token)


@contextmanager
def overriding(values: dict[str, Any]) -> Iterator[None]:
    """Lay ``values`` over every context that is made in this process meanwhile."""
    with _lock:
        _overrides.append(values)
        _ambient.clear()
    try:
        yield
    finally:
        with _lock:
            _overrides[:] = [other for other in _overrides if other is not values]
            _ambient.clear()


def overrides() -> list[dict[str, Any]]:
    """Return the values that tests lay over contexts, outermost first."""
    with _lock:
        return list(_overrides)


def forget() -> None:
    """Make the context of the process anew when it is read next."""
    with _lock:
        _ambient.clear()


reset_on(forget, "*")
