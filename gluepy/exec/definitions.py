"""DAGs in YAML: a name, and what runs under it.

::

    nightly:
      operators: [shop.tasks.clean, top, weekly]
      schedule: "0 6 * * *"
      description: What the shop sold yesterday.

An operator is the name of another DAG, the label of a task, or the dotted path of a task; what
it stands for is looked up when the DAG is first used. ``bootstrap`` registers them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any

from gluepy.conf import default_settings
from gluepy.conf.handlers import closest_paths
from gluepy.context.templates import Document, read
from gluepy.exceptions import DuplicateLabelError, GraphError
from gluepy.exec.dags import DAG, REGISTRY, DagType
from gluepy.exec.specs import TaskSpec
from gluepy.exec.tasks import REGISTRY as TASKS
from gluepy.utils.registry import place
from gluepy.utils.text import close_names, did_you_mean, either

_OPERATORS = ("operators", "+operators")
_TAGS = ("tags", "+tags")
_TEXTS = ("schedule", "executor", "on_failure", "description")
_KEYS = (*_OPERATORS, *_TAGS, *_TEXTS)
_ON_FAILURE = ("stop", "continue")


class Definition:
    """A DAG as it is written.

    Args:
        name: Its name.
        document: The file it stands in.
        given: What stands under its name.

    Raises:
        GraphError: A key is unknown, missing, or has a value that makes no sense.
    """

    def __init__(self, name: str, document: Document, given: Any) -> None:
        self.name = name
        self.document = document
        self.given = given
        if not isinstance(given, dict):
            raise self.wrong(f"is {given!r}, not a mapping", hint="Write 'operators:' below it.")
        for key in given:
            if key not in _KEYS:
                raise self.wrong(f"has '{key}', which means nothing", key, hint=_close(key))
        self.operators_key = self._spelling(_OPERATORS)
        if self.operators_key not in given:
            raise self.wrong("has no operators", hint="Write operators: [package.module.task].")
        self.operators = self._listed(self.operators_key)
        self.attributes = {"tags": tuple(self._listed(self._spelling(_TAGS))), **self._texts()}

    def _spelling(self, spellings: tuple[str, str]) -> str:
        found = [key for key in spellings if key in self.given]
        if len(found) > 1:
            problem = f"has both '{found[0]}' and '{found[1]}'"
            raise self.wrong(problem, found[1], hint=f"Keep '{found[0]}'.")
        return found[0] if found else spellings[0]

    def _listed(self, key: str) -> list[str]:
        value = self.given.get(key) or []
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list):
            raise self.wrong(f"has '{key}: {value}'", key, hint=f"Write {key}: [a, b].")
        for at, one in enumerate(listed):
            if not isinstance(one, str) or not one:
                problem = f"lists {one!r} under '{key}', which is no text"
                raise self.wrong(problem, key, at, hint="Put it in quotes if it is a name.")
        return list(listed)

    def _texts(self) -> dict[str, str]:
        found = {key: self.given[key] for key in _TEXTS if self.given.get(key) is not None}
        for key, value in found.items():
            if not isinstance(value, str):
                raise self.wrong(f"has '{key}: {value}', which is no text", key)
        on_failure = found.get("on_failure", _ON_FAILURE[0])
        if on_failure not in _ON_FAILURE:
            hint = f"Write {either(_ON_FAILURE)}."
            raise self.wrong(f"has 'on_failure: {on_failure}'", "on_failure", hint=hint)
        return found

    def where(self, *keys: str | int) -> str:
        """Return ``configs/dags/a.yaml, line 3``."""
        return self.document.where(self.name, *keys)

    def wrong(self, problem: str, *keys: str | int, hint: str = "") -> GraphError:
        """Return the error that the DAG, or the value at ``keys`` in it, makes no sense."""
        return GraphError(f"{self.where(*keys)}: the DAG '{self.name}' {problem}.", hint=hint)

    def made(self, siblings: dict[str, Definition]) -> type[DAG]:
        """Return the class, not registered; its tasks are looked up when they are asked for."""
        members = {
            **self.attributes,
            "label": self.name,
            "tasks": Operators(self, siblings),
            "__module__": self.document.file,
            "__doc__": self.attributes.get("description"),
        }
        made: Any = DagType(self.name, (DAG,), members, register=False)
        dag: type[DAG] = made
        return dag


class Operators(Sequence[Any]):
    """The tasks of a DAG in YAML, looked up on first use."""

    def __init__(self, definition: Definition, siblings: dict[str, Definition]) -> None:
        self.definition = definition
        self._siblings = siblings
        self._entries: list[Any] | None = None

    def _resolved(self) -> list[Any]:
        if self._entries is None:
            _refuse_cycle(self.definition, self._siblings)
            self._entries = [
                _entry(self.definition, at, name)
                for at, name in enumerate(self.definition.operators)
            ]
        return self._entries

    def __getitem__(self, index: Any) -> Any:
        return self._resolved()[index]

    def __len__(self) -> int:
        return len(self._resolved())

    def __repr__(self) -> str:
        return repr(self.definition.operators)


def register() -> None:
    """Register the DAGs of DAGS_PATH; all of them anew if one has changed.

    Raises:
        TemplateError: A file cannot be read.
        GraphError: A DAG makes no sense.
        DuplicateLabelError: Two DAGs have one name; with where both are.
    """
    found = definitions(read(default_settings.DAGS_PATH, "dags"))
    known = _registered()
    if {name: one.given for name, one in found.items()} == known:
        return
    for label in known:
        del REGISTRY[label]
    for name, definition in found.items():
        if name in REGISTRY:
            raise DuplicateLabelError(
                f"{definition.where()}: the DAG label '{name}' is taken by"
                f" {place(REGISTRY[name])}.",
                hint="Give one of them another label.",
            )
        REGISTRY[name] = definition.made(found)


def _registered() -> dict[str, Any]:
    """Return what is written of the DAGs in YAML that are in the registry."""
    tasks = {label: dag.__dict__.get("tasks") for label, dag in REGISTRY.items()}
    return {name: one.definition.given for name, one in tasks.items() if type(one) is Operators}


def definitions(documents: Iterable[Document]) -> dict[str, Definition]:
    """Return the DAGs that some files define, by name.

    Raises:
        GraphError: A DAG makes no sense, or a file holds none.
        DuplicateLabelError: Two have one name; with both files and lines.
    """
    found: dict[str, Definition] = {}
    for document in documents:
        if isinstance(document.value, list):
            raise GraphError(
                f"{document.where()}: the file holds a list, not DAGs.",
                hint="Write 'name:', and 'operators:' below it.",
            )
        for name, given in (document.value or {}).items():
            definition = Definition(name, document, given)
            if name in found:
                raise DuplicateLabelError(
                    f"{definition.where()}: the DAG '{name}' is already defined in"
                    f" {found[name].where()}.",
                    hint="Rename one of them.",
                )
            found[name] = definition
    return found


def _refuse_cycle(definition: Definition, siblings: dict[str, Definition]) -> None:
    """Refuse a DAG that contains itself, with the way round."""
    done: set[str] = set()
    way: dict[str, Iterator[str]] = {definition.name: iter(definition.operators)}
    while way:
        last = next(reversed(way))
        inner = next(way[last], None)
        if inner is None:
            done.add(way.popitem()[0])
        elif inner in way and not (inner == last and inner in TASKS):
            names = [*list(way)[list(way).index(inner) :], inner]
            first = siblings[names[0]]
            raise first.wrong(
                f"contains itself: {' -> '.join(names)}",
                *(first.operators_key, first.operators.index(names[1])),
                hint="Break the circle.",
            )
        elif inner in siblings and inner not in done and inner != last:
            way[inner] = iter(siblings[inner].operators)


def _entry(definition: Definition, at: int, name: str) -> Any:
    """Return what an operator stands for: a DAG, a task by label, or what is at a dotted path."""
    known: Any = REGISTRY.get(name) if name != definition.name else None
    known = known or TASKS.get(name)
    found = known or _imported(definition, at, name)
    if isinstance(getattr(found, "spec", None), TaskSpec) or isinstance(found, DAG | DagType):
        return found
    raise _bad_operator(
        definition,
        at,
        f"which is {_described(found)}, not a task or DAG",
        hint="Write @task above the function, or name a Task class.",
    )


def _imported(definition: Definition, at: int, path: str) -> Any:
    module_path, dot, attribute = path.rpartition(".")
    if not dot:
        known = {*TASKS, *REGISTRY} - {definition.name}
        hint = did_you_mean(path, known) or "Write its dotted path: package.module.task."
        raise _bad_operator(definition, at, "but there is no such task or DAG", hint=hint)
    try:
        module = import_module(module_path)
    except Exception as error:
        raise _failed_import(definition, at, path, module_path, error) from error
    if not hasattr(module, attribute):
        raise _bad_operator(
            definition,
            at,
            f"but the module '{module_path}' has no '{attribute}'",
            hint=did_you_mean(attribute, _tasks_of(module) or vars(module)) or "Check the name.",
        )
    return getattr(module, attribute)


def _failed_import(
    definition: Definition, at: int, path: str, module_path: str, error: Exception
) -> GraphError:
    """Tell a module that is not there from one that fails."""
    absent = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
    if absent is not None and f"{module_path}.".startswith(f"{absent}."):
        close = closest_paths(path) or close_names(path, {*TASKS, *REGISTRY})
        hint = f"Did you mean {either(close)}?" if close else "Check the dotted path."
        if f"{path}.".startswith(f"{default_settings.NOTEBOOK_TARGET}."):
            hint = "If it is made of a notebook, run: python manage.py notebooks compile"
        return _bad_operator(definition, at, f"but there is no module '{absent}'", hint=hint)
    return _bad_operator(
        definition,
        at,
        f"but importing '{module_path}' failed: {type(error).__name__}: {error}".rstrip("."),
        hint="Mend that module.",
    )


def _bad_operator(definition: Definition, at: int, problem: str, hint: str) -> GraphError:
    name = definition.operators[at]
    return definition.wrong(f"lists '{name}', {problem}", definition.operators_key, at, hint=hint)


def _tasks_of(module: Any) -> list[str]:
    entries = vars(module).items()
    return [name for name, one in entries if isinstance(getattr(one, "spec", None), TaskSpec)]


def _described(value: Any) -> str:
    if callable(value):
        return f"the {type(value).__name__} {getattr(value, '__qualname__', value)!s}"
    return f"a {type(value).__name__}"


def _close(key: str) -> str:
    close = ["operators"] if key == "tasks" else close_names(key, _KEYS)
    known = (*_OPERATORS[:1], *_TAGS[:1], *_TEXTS)
    return f"Did you mean {either(close)}?" if close else f"Known: {', '.join(known)}."
