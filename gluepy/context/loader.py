"""Reading what a context is made of: files, patches and parameters of the command line."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from gluepy.conf.secrets import mask_argument
from gluepy.conf.settings import default_settings
from gluepy.context import yaml
from gluepy.context.document import thaw
from gluepy.context.draft import Draft
from gluepy.context.masking import OWN_KEYS, OWN_SECTION
from gluepy.exceptions import ContextError, MergeError, UnknownParameterError
from gluepy.utils.text import close_names, did_you_mean

_SUFFIXES = (".yaml", ".yml")


def lay_files(draft: Draft) -> None:
    """Lay all YAML files directly in CONFIG_PATH, sorted by name; no folder is no file."""
    folder = os.fspath(default_settings.CONFIG_PATH)
    try:
        names = sorted(name for name in os.listdir(folder) if _is_config(name))
    except FileNotFoundError:
        return
    except NotADirectoryError:
        raise ContextError(
            f"CONFIG_PATH = '{folder}' is a file.", hint="Name the folder it is in."
        ) from None
    for name in names:
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            with open(path, "rb") as file:
                lay_text(draft, file.read(), _shown(path))


def lay_text(draft: Draft, text: str | bytes, origin: str, file: str = "") -> None:
    """Lay one YAML document; ``file`` is its name in messages if that is not the origin."""
    document = yaml.load(text, file or origin)
    draft.lay(document.values, origin, document.secrets)


def lay_patches(draft: Draft, patches: Iterable[Any] | None, *, strict: bool) -> None:
    """Lay patches that lie on the default storage, in the order given.

    Args:
        draft: What they are laid over.
        patches: Paths relative to the storage's root, or mappings.
        strict: Whether a missing patch is an error; else it is a logged warning.
    """
    for number, patch in enumerate(_listed(patches, "patches"), start=1):
        if isinstance(patch, Mapping):
            _lay_mapping(draft, patch, f"patch {number}")
        elif (text := _stored(patch)) is not None:
            lay_text(draft, text, f"--patch {patch}", file=os.fspath(patch))
        else:
            _miss(patch, "on the storage", _stored_beside, strict=strict)


def lay_local_patches(draft: Draft, patches: Iterable[Any] | None, *, strict: bool) -> None:
    """Lay patches that lie on this machine, relative to the current folder, or mappings."""
    for number, patch in enumerate(_listed(patches, "local_patches"), start=1):
        if isinstance(patch, Mapping):
            _lay_mapping(draft, patch, f"local patch {number}")
        elif os.path.isfile(patch):
            with open(patch, "rb") as file:
                lay_text(draft, file.read(), f"--local-patch {patch}", file=os.fspath(patch))
        else:
            _miss(patch, f"in {os.getcwd()}", _beside, strict=strict)


def lay_params(draft: Draft, params: Iterable[str] | Mapping[str, Any] | None) -> None:
    """Lay ``a.b=3`` texts, YAML-typed; ``+a.b=3`` may add a key.

    A mapping of dotted paths to values does the same from Python.

    Raises:
        UnknownParameterError: There is no such key; with close dotted paths.
    """
    if isinstance(params, Mapping):
        for path, value in params.items():
            _lay_param(draft, path, thaw(value), f"param {path}", set(), str(value))
        return
    for param in _listed(params, "params"):
        path, equals, text = str(param).partition("=")
        flag = f"--param {mask_argument(str(param))}"
        if not equals or not path.strip("+ "):
            raise ContextError(
                f"{flag}: this is not KEY=VALUE.", hint="Write it like --param section.key=3"
            )
        secrets: set[str] = set()
        key = path.strip().removeprefix("+")
        value = yaml.unwrap(_parsed(text, flag), key, secrets, flag)
        _lay_param(draft, path.strip(), value, flag, secrets, text)


class Configuration(NamedTuple):
    """A parameter set, as a context takes it.

    Attributes:
        name: Its name.
        values: Dotted context key -> value; one without ``+`` in front is laid only if the
            context has it.
        origins: Dotted context key -> file and line that gave the value.
        doubts: Key -> what may have been meant, to warn of if the context has no such key.
    """

    name: str
    values: Mapping[str, Any]
    origins: Mapping[str, str]
    doubts: Mapping[str, str] = {}


def lay_configuration(draft: Draft, configuration: Configuration | None) -> None:
    """Lay the values of a parameter set."""
    if configuration is None:
        return
    for path, value in configuration.values.items():
        origin = configuration.origins.get(path, f"--configuration {configuration.name}")
        if not path.startswith("+") and not _has(draft.values, path.split(".")):
            if path in configuration.doubts:
                _warn("%s: nothing takes '%s'. %s", origin, path, configuration.doubts[path])
            continue
        _lay_param(draft, path, thaw(value), origin, set(), str(value))


def lay_overrides(draft: Draft, overrides: Iterable[dict[str, Any]]) -> None:
    """Lay what tests override."""
    for values in overrides:
        draft.put(values, "override_context")


def _lay_param(
    draft: Draft, path: str, value: Any, flag: str, secrets: set[str], text: str
) -> None:
    is_new = path.startswith("+")
    key = path.removeprefix("+")
    parts = key.split(".")
    if not all(parts):
        raise ContextError(f"{flag}: '{key}' is no dotted path.", hint="Write it like section.key")
    if parts[0] == OWN_SECTION and (len(parts) == 1 or parts[1] in OWN_KEYS):
        raise ContextError(f"{flag}: '{key}' is set by gluepy itself.", hint="Leave it out.")
    if not is_new and not _has(draft.values, parts):
        raise _unknown(draft, key, flag, text)
    document = nested(parts, value)
    # A null that is asked for is set; in a file it would leave the value that is there.
    lay = draft.put if value is None and _has(draft.values, parts) else draft.lay
    try:
        lay(document, flag, secrets)
    except MergeError as error:
        hint = f"{error.hint} {_typing_hint(value, key, text)}".strip()
        raise MergeError(error.message, hint=hint) from None


def _typing_hint(value: Any, key: str, text: str) -> str:
    """Tell how to write what YAML takes for another type than it looks like."""
    if not isinstance(value, str):
        return f"If it is a text: --param '{key}=\"{text}\"'"
    try:
        number = float(value)
    except ValueError:
        return ""
    mantissa, _, exponent = f"{number:e}".partition("e")
    return f"YAML takes '{value}' for a text; write {float(mantissa)}e{exponent}."


def nested(parts: Sequence[str], value: Any) -> dict[str, Any]:
    """Return ``{"a": {"b": value}}`` for the parts ``["a", "b"]``."""
    for part in reversed(parts):
        value = {part: value}
    document: dict[str, Any] = value
    return document


def _has(values: Any, parts: list[str]) -> bool:
    for part in parts:
        if not isinstance(values, dict) or part not in values:
            return False
        values = values[part]
    return True


def _unknown(draft: Draft, key: str, flag: str, text: str) -> UnknownParameterError:
    leaves = [leaf for leaf, _ in draft.leaves()]
    known = leaves
    if not close_names(key, leaves):
        known = sorted({path for leaf in leaves for path in _with_sections(leaf)})
    hint = f"{did_you_mean(key, known)} To add one: --param +{mask_argument(f'{key}={text}')}"
    return UnknownParameterError(f"{flag}: there is no parameter '{key}'.", hint=hint.strip())


def _with_sections(leaf: str) -> list[str]:
    parts = leaf.split(".")
    return [".".join(parts[:end]) for end in range(1, len(parts) + 1)]


def _parsed(text: str, flag: str) -> Any:
    try:
        return yaml.load_value(text, flag)
    except ContextError as error:
        problem = error.message.replace(f"{flag}, line 1: ", "", 1)
        raise ContextError(
            f"{flag}: the value is no YAML: {problem}",
            hint="Put a text with special characters in quotes: --param 'key=\"value\"'",
        ) from error


def _lay_mapping(draft: Draft, patch: Mapping[Any, Any], origin: str) -> None:
    values = thaw(patch)
    wrong = next((key for key in _keys(values) if not isinstance(key, str)), None)
    if wrong is not None:
        raise ContextError(
            f"{origin}: the key {wrong!r} is no text.", hint=f"Write it in quotes: '{wrong}'."
        )
    draft.lay(values, origin)


def _keys(value: Any) -> Iterable[Any]:
    if isinstance(value, dict):
        yield from value
        value = value.values()
    for item in value if not isinstance(value, str | bytes) and _is_many(value) else ():
        yield from _keys(item)


def _is_many(value: Any) -> bool:
    return isinstance(value, list | type({}.values()))


def _listed(values: Any, name: str) -> list[Any]:
    if values is None:
        return []
    if isinstance(values, str | os.PathLike | Mapping):
        raise ContextError(
            f"{name} = {values!r} is no list.", hint=f"Write {name}=[…], even for one."
        )
    return list(values)


def _is_config(name: str) -> bool:
    return name.endswith(_SUFFIXES) and not name.startswith(".")


def _shown(path: str) -> str:
    """Return a file's path as it is shown: relative to the project where it lies in it."""
    base = os.path.abspath(default_settings.BASE_DIR)
    path = os.path.abspath(path)
    inside = path.startswith(os.path.join(base, ""))
    return os.path.relpath(path, base).replace(os.sep, "/") if inside else path


def _stored(path: Any) -> bytes | None:
    from gluepy.files.storages import default_storage

    try:
        content: bytes = default_storage.open(os.fspath(path))
    except (FileNotFoundError, IsADirectoryError):
        return None
    return content


def _stored_beside(path: str) -> list[str]:
    from gluepy.files.storages import default_storage

    try:
        return list(default_storage.ls(os.path.dirname(path))[0])
    except OSError:
        return []


def _beside(path: str) -> list[str]:
    folder = os.path.dirname(path)
    try:
        return [os.path.join(folder, name) for name in os.listdir(folder or ".")]
    except OSError:
        return []


def _miss(patch: Any, where: str, beside: Any, *, strict: bool) -> None:
    message = f"The patch '{patch}' was not found {where}."
    if strict:
        options = [path for path in beside(os.fspath(patch)) if path.endswith(_SUFFIXES)]
        hint = did_you_mean(os.fspath(patch), options)
        if os.path.isfile(patch):
            hint = f"It is a file of this machine: --local-patch {patch}"
        raise ContextError(message, hint=hint)
    _warn("%s It changes nothing.", message)


def _warn(message: str, *args: object) -> None:
    import logging

    logging.getLogger(__name__).warning(message, *args)
