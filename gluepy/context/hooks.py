"""Hooks: values of the context that a function computes when the context is made.

::

    holidays:
      hook:
        name: shop.calendar.holidays
        args: [2026]
        kwargs: {country: NL}

The function must be allowed by CONTEXT_HOOKS, because whoever may write YAML could otherwise
run any code.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from gluepy.conf.settings import default_settings
from gluepy.context.document import thaw
from gluepy.context.yaml import is_plain
from gluepy.exceptions import ContextError
from gluepy.utils.loading import import_string
from gluepy.utils.text import close_names, either

_PARTS = ("name", "args", "kwargs")
Origin = Callable[[str], str]


def is_hook(value: Any) -> bool:
    """Tell whether a value is ``{hook: {name: dotted.path, args: …, kwargs: …}}``."""
    if not isinstance(value, dict) or list(value) != ["hook"]:
        return False
    hook = value["hook"]
    if not isinstance(hook, dict) or not isinstance(hook.get("name"), str):
        return False
    return "." in hook["name"].strip(".") and _is_meant(hook)


def _is_meant(hook: dict[str, Any]) -> bool:
    """Tell a hook, perhaps misspelt, from data that has a key of that name."""
    strangers = [key for key in hook if key not in _PARTS]
    return all(close_names(key, _PARTS) for key in strangers)


def resolve(value: Any, path: str, origin: Origin, found: dict[str, str]) -> Any:
    """Return ``value`` with every hook in it replaced by its function's result.

    Args:
        value: Plain data.
        path: Its dotted path.
        origin: Tells the file or flag that set a path; empty leaves the hooks there alone.
        found: Receives dotted path -> ``hook package.function`` of what was replaced.
    """
    if isinstance(value, list):
        return [resolve(item, f"{path}.{at}", origin, found) for at, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    if is_hook(value) and (where := origin(path)):
        return _evaluate(value["hook"], path, where, origin, found)
    return {
        key: resolve(item, f"{path}.{key}".lstrip("."), origin, found)
        for key, item in value.items()
    }


def _evaluate(
    hook: dict[str, Any], path: str, where: str, origin: Origin, found: dict[str, str]
) -> Any:
    name = hook["name"]
    title = f"The hook '{name}' at '{path}' ({where})"
    function = _function(hook, title)
    args = resolve(_listed(hook.get("args")), path, origin, found)
    kwargs = resolve(_mapping(hook.get("kwargs"), title), path, origin, found)
    try:
        result = function(*args, **kwargs)
    except Exception as error:
        raise ContextError(f"{title} raised {type(error).__name__}: {error}") from error
    result = thaw(result)
    if not is_plain(result):
        raise ContextError(
            f"{title} returned a {type(result).__name__} that is no plain data.",
            hint="Return texts, numbers, booleans, dates, times, lists and mappings.",
        )
    found[path] = f"hook {name}"
    return result


def _function(hook: dict[str, Any], title: str) -> Callable[..., Any]:
    name = hook["name"]
    for key in hook:
        if key not in _PARTS:
            hint = f"Did you mean {either(close_names(key, _PARTS))}?"
            raise ContextError(f"{title} has the unknown key '{key}'.", hint=hint)
    if not _is_allowed(name):
        package = name.rpartition(".")[0]
        raise ContextError(
            f"{title} is not allowed.",
            hint=f"Add '{name}' or '{package}.*' to the setting CONTEXT_HOOKS.",
        )
    function: Any = _imported(name, title)
    if not callable(function):
        raise ContextError(f"{title} is a {type(function).__name__}, not a function.")
    return cast(Callable[..., Any], function)


def _is_allowed(name: str) -> bool:
    allowed = default_settings.CONTEXT_HOOKS
    return any(
        name == entry or (entry.endswith(".*") and name.startswith(entry[:-1]))
        for entry in ([allowed] if isinstance(allowed, str) else allowed)
    )


def _imported(name: str, title: str) -> Any:
    from gluepy.conf.handlers import closest_paths

    try:
        return import_string(name)
    except ImportError as error:
        missing = getattr(error, "name", None)
        if missing and not f"{name}.".startswith(f"{missing}."):
            raise
        close = closest_paths(name)
        raise ContextError(
            f"{title} does not exist.",
            hint=f"Did you mean {either(close)}?" if close else "Check the dotted path.",
        ) from error


def _listed(args: Any) -> list[Any]:
    if args is None:
        return []
    return args if isinstance(args, list) else [args]


def _mapping(kwargs: Any, title: str) -> dict[str, Any]:
    if kwargs is None:
        return {}
    if isinstance(kwargs, dict):
        return kwargs
    raise ContextError(
        f"{title} has kwargs of type {type(kwargs).__name__}.", hint="Write {name: value}."
    )
