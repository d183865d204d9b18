"""Making contexts: new ones from the project's files, old ones from their run folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from gluepy.conf.settings import default_settings
from gluepy.context.current import being_made, current, overrides
from gluepy.context.document import Context, Provenance
from gluepy.context.draft import Draft
from gluepy.context.hooks import is_hook, resolve
from gluepy.context.ids import created_from_id, folder_of, new_run_id
from gluepy.context.loader import (
    Configuration,
    lay_configuration,
    lay_files,
    lay_local_patches,
    lay_overrides,
    lay_params,
    lay_patches,
    lay_text,
    nested,
)
from gluepy.context.masking import (
    OWN_KEYS,
    OWN_SECTION,
    check_patterns,
    find_secrets,
    hide_values,
    masked_origins,
    masked_paths,
)
from gluepy.context.yaml import dump_context
from gluepy.exceptions import ContextError

__all__ = ["Context", "DefaultContextManager", "dump_context"]

Params = Iterable[str] | Mapping[str, Any] | None


class DefaultContextManager:
    """Makes contexts from the YAML files of CONFIG_PATH, and knows the current one."""

    def current(self) -> Context:
        """Return the context of the current run, or the one of this process outside a run."""
        return current(self.create_context)

    def create_context(
        self,
        run_id: str | None = None,
        run_folder: str | None = None,
        patches: Iterable[Any] | None = None,
        local_patches: Iterable[Any] | None = None,
        evaluate_lazy: bool = False,
        params: Params = None,
        strict: bool = False,
        configuration: Configuration | None = None,
    ) -> Context:
        """Return the context of a new run.

        Args:
            run_id: Id of the run; by default a new UUIDv7.
            run_folder: Folder of the run; by default ``runs/YYYY/MM/DD/<run id>``.
            patches: YAML files on the default storage, laid over in this order.
            local_patches: YAML files on this machine or mappings, laid over after them.
            evaluate_lazy: Accepted for gluepy 1.6; everything is evaluated at once.
            params: Texts ``a.b=3`` or ``+a.b=3``, or a mapping of dotted paths, laid over last.
            strict: Whether a missing patch is an error; else it is a logged warning.
            configuration: Values of a parameter set, laid over the project's files and under
                the patches.

        Raises:
            ContextError: Something cannot be read or merged; with file and line or flag.
        """
        draft = Draft()
        lay_files(draft)
        lay_configuration(draft, configuration)
        _lay_over(draft, patches, local_patches, params, strict)
        with being_made():
            draft.evaluate()
        return _finished(draft, *_identity(run_id, run_folder))

    def load_context(
        self,
        path: str,
        patches: Iterable[Any] | None = None,
        local_patches: Iterable[Any] | None = None,
        params: Params = None,
        strict: bool = False,
        configuration: Configuration | None = None,
    ) -> Context:
        """Return the context that a run folder holds, to run again under the same id.

        Args:
            path: The ``context.yaml`` of the run, on the default storage. If it does not
                exist, a new context is made for a run of this folder, named like it.
            patches: See :meth:`create_context`.
            local_patches: See :meth:`create_context`.
            params: See :meth:`create_context`.
            strict: See :meth:`create_context`.
            configuration: See :meth:`create_context`.

        Raises:
            ContextError: A value that was masked is not in the project's files any more.
        """
        path = _file_of(path)
        folder = path.rpartition("/")[0]
        text = _read(path)
        if text is None:
            run_id = folder.rpartition("/")[2] or None
            return self.create_context(
                run_id,
                folder or None,
                patches,
                local_patches,
                params=params,
                strict=strict,
                configuration=configuration,
            )
        draft = Draft()
        lay_text(draft, text, path)
        own = _own_section(draft)
        lay_configuration(draft, configuration)
        _lay_over(draft, patches, local_patches, params, strict)
        with being_made():
            draft.evaluate(settled=path)
            _unmask(draft, path)
        return _finished(draft, *_known_identity(own, folder))


def _lay_over(draft: Draft, patches: Any, local_patches: Any, params: Any, strict: bool) -> None:
    lay_patches(draft, patches, strict=strict)
    lay_local_patches(draft, local_patches, strict=strict)
    lay_params(draft, params)
    lay_overrides(draft, overrides())


def _identity(run_id: str | None, run_folder: str | None) -> tuple[str, datetime, str]:
    """Return id, moment and folder of a new run."""
    run_id = run_id or new_run_id()
    if "/" in run_id or run_id in (".", ".."):
        raise ContextError(
            f"The run id '{run_id}' is no name of a folder.", hint="Leave out slashes."
        )
    created_at = created_from_id(run_id) or datetime.now(UTC)
    return run_id, created_at, (run_folder or "").strip("/") or folder_of(run_id, created_at)


def _known_identity(own: dict[str, Any], folder: str) -> tuple[str, datetime, str]:
    """Return id, moment and folder of a run that left its context in ``folder``."""
    run_id = str(own.get("run_id") or folder.rpartition("/")[2])
    created_at = own.get("created_at")
    if not isinstance(created_at, datetime):
        created_at = created_from_id(run_id) or datetime.now(UTC)
    if created_at.tzinfo is None:
        created_at = created_at.replace(tzinfo=UTC)
    return run_id, created_at.astimezone(UTC), folder


def _own_section(draft: Draft) -> dict[str, Any]:
    own = draft.values.get(OWN_SECTION)
    if own is None:
        return {}
    if isinstance(own, dict):
        return own
    raise ContextError(
        f"{draft.origin(OWN_SECTION)}: '{OWN_SECTION}' is a {type(own).__name__}, not a section.",
        hint=f"gluepy writes {', '.join(OWN_KEYS)} there; use another key.",
    )


def _finished(draft: Draft, run_id: str, created_at: datetime, run_folder: str) -> Context:
    """Return the context of a draft; the section of gluepy itself comes last."""
    own = {key: value for key, value in _own_section(draft).items() if key not in OWN_KEYS}
    identity = {"run_id": run_id, "created_at": created_at, "run_folder": run_folder}
    draft.values = {key: value for key, value in draft.values.items() if key != OWN_SECTION}
    draft.put({OWN_SECTION: {**own, **identity}}, "gluepy")
    patterns = check_patterns(default_settings.CONTEXT_SECRETS)
    secrets = find_secrets(draft.values, draft.tagged, patterns)
    hide_values(draft.values, secrets)
    return Context(draft.values, Provenance(masked_origins(draft.origins(), secrets), secrets))


def _unmask(draft: Draft, file: str) -> None:
    """Take what was masked in the run folder anew from the project's files."""
    fresh: Draft | None = None
    for keys, value in list(_leaves(draft.values)):
        path = ".".join(keys)
        secrets = masked_paths(value, path)
        if secrets and draft.origin(path) == file:
            fresh = fresh or _project()
            draft.put(nested(keys, _take(fresh, keys)), fresh.origin(path), secrets)


def _leaves(values: dict[str, Any], *above: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield every leaf with its keys, which may have dots in them."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from _leaves(value, *above, key)
        else:
            yield (*above, key), value


def _project() -> Draft:
    draft = Draft()
    lay_files(draft)
    return draft


def _take(fresh: Draft, keys: tuple[str, ...]) -> Any:
    """Return the value at ``keys`` in the project's files; a hook there is called.

    Raises:
        ContextError: There is none.
    """
    value: Any = fresh.values
    for end, key in enumerate(keys, start=1):
        value = value.get(key) if isinstance(value, dict) else None
        if is_hook(value):
            value = resolve(value, ".".join(keys[:end]), fresh.origin, {})
    path = ".".join(keys)
    if value is None or masked_paths(value, path):
        raise ContextError(
            f"The value of '{path}' is secret, so the run folder does not hold it,"
            " and the project's files have none.",
            hint=f"Give it with --param {path}=VALUE",
        )
    return value


def _file_of(path: str) -> str:
    path = str(path).strip("/")
    return path if path.endswith((".yaml", ".yml")) else f"{path}/context.yaml".lstrip("/")


def _read(path: str) -> bytes | None:
    from gluepy.files.storages import default_storage

    try:
        content: bytes = default_storage.open(path)
    except FileNotFoundError:
        return None
    return content
