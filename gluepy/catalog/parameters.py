"""Parameter sets: named values for runs, in YAML, that inherit from each other.

A set is a mapping under its name. ``_from`` lists the sets it starts from; they are laid over
each other from left to right, and its own keys over them. Mappings are merged at any depth;
everything else, null included, replaces what was there::

    base:
      customers: 100
      train: {depth: 3, rate: 0.1}      # values of the task `train` alone

    deep:
      _from: [base]
      train: {depth: 9}

``dag LABEL -c deep`` runs with ``customers: 100`` and ``train: {depth: 9, rate: 0.1}``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from gluepy.catalog.inheritance import Section, lay, lineage, plain, sectioned, wheres
from gluepy.catalog.namespaces import split
from gluepy.conf.handlers import lazy
from gluepy.conf.secrets import mask_value
from gluepy.conf.settings import default_settings
from gluepy.context.templates import Document, read
from gluepy.exceptions import ConfigurationError
from gluepy.utils.text import did_you_mean, either

__all__ = ["Definition", "ParameterSet", "ParameterSets", "load", "parameter_sets", "split"]

PRECEDENCE = 10
_PARENTS = ("_from", "+from")
_RESERVED = (*_PARENTS, "+merge", "+precedence", "+tags")
_MERGES = ("recursive_merge", "override")


class Definition:
    """A set as it is written.

    Args:
        name: Its name.
        document: The file it stands in.
        given: What stands under its name.

    Raises:
        ConfigurationError: It is no mapping, or a key with a meaning has a wrong value.
    """

    def __init__(self, name: str, document: Document, given: Any) -> None:
        self.name = name
        self.document = document
        given = {} if given is None else given
        if not isinstance(given, dict):
            raise self.wrong(
                f"is {given!r}, not a mapping", hint="Write 'key: value' lines below its name."
            )
        self._check(given)
        self.parents = self._texts(given, next((key for key in _PARENTS if key in given), "_from"))
        self.tags = self._texts(given, "+tags")
        self.merges = given.get("+merge", _MERGES[0]) == _MERGES[0]
        self.precedence: int = given.get("+precedence", PRECEDENCE)
        self.values = {key: value for key, value in given.items() if key not in _RESERVED}

    def _check(self, given: dict[str, Any]) -> None:
        for key in given:
            if key not in _RESERVED and (key.startswith("+") or _is_typo(key)):
                hint = did_you_mean(key, _RESERVED)
                raise self.wrong(f"has '{key}', which means nothing", key, hint=hint)
        if all(key in given for key in _PARENTS):
            raise self.wrong("has both '_from' and '+from'", "+from", hint="Keep '_from'.")
        merge = given.get("+merge", _MERGES[0])
        if merge not in _MERGES:
            hint = f"Write {either(_MERGES)}."
            raise self.wrong(f"has '+merge: {merge}'", "+merge", hint=hint)
        precedence = given.get("+precedence", PRECEDENCE)
        if not isinstance(precedence, int) or isinstance(precedence, bool):
            raise self.wrong(
                f"has '+precedence: {precedence}'", "+precedence", hint="Write a whole number."
            )

    def _texts(self, given: dict[str, Any], key: str) -> list[str]:
        """Return the names that a key lists; one may stand by itself."""
        listed = given.get(key)
        if listed is None:
            return []
        names = [listed] if isinstance(listed, str) else listed
        if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
            raise self.wrong(f"has '{key}: {listed}'", key, hint=f"Write {key}: [a, b].")
        return list(names)

    def where(self, *keys: str | int) -> str:
        """Return ``configs/parameters/a.yaml, line 3``."""
        return self.document.where(self.name, *keys)

    def wrong(self, problem: str, *keys: str | int, hint: str = "") -> ConfigurationError:
        """Return the error that the set, or the value at ``keys`` in it, makes no sense."""
        return ConfigurationError(
            f"{self.where(*keys)}: the parameter set '{self.name}' {problem}.", hint=hint
        )


class ParameterSet:
    """A set with all that it inherits.

    Attributes:
        name: Its name.
        values: A copy of its values, in plain dicts and lists.
        tags: Its own tags.
    """

    def __init__(self, name: str, section: Section, tags: Iterable[str] = ()) -> None:
        self.name = name
        self.values: dict[str, Any] = plain(section)
        self.tags = tuple(tags)
        self._section = section

    @property
    def origins(self) -> dict[str, str]:
        """The file and line that gave each value, by dotted key."""
        return dict(wheres(self._section))

    def split(
        self, labels: Iterable[str], paths: Mapping[str, str]
    ) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
        """Return the shared values, and those of single tasks. See :func:`split`."""

        def of(key: str) -> str:
            place = self._section.items[key].where
            return f"The parameter set '{self.name}' ({place()})"

        return split(self.values, labels, paths, of)

    def __repr__(self) -> str:
        return f"<ParameterSet {self.name}>"


class ParameterSets:
    """The parameter sets of some files.

    Raises:
        ConfigurationError: A set makes no sense, or two have one name; with files and lines.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self.definitions = {
            name: _preferred(rivals) for name, rivals in _definitions(documents).items()
        }
        self._resolved: dict[str, Section] = {}

    def names(self) -> list[str]:
        """Return the names of all sets, sorted."""
        return sorted(self.definitions)

    def resolve(self, name: str) -> ParameterSet:
        """Return a set with all that it inherits.

        Raises:
            ConfigurationError: There is no such set, or no such parent (with close names), or
                it inherits from itself (with the way round).
        """
        definition = self.definition(name)
        for one in lineage(name, self._parents, self._where):
            if one not in self._resolved:
                self._resolved[one] = self._laid(self.definitions[one])
        return ParameterSet(name, self._resolved[name], definition.tags)

    def describe(self, name: str) -> dict[str, Any]:
        """Return the values of a set with all that it inherits, secrets masked."""
        masked: dict[str, Any] = mask_value(self.resolve(name).values)
        return masked

    def origins(self, name: str) -> dict[str, str]:
        """Return the file and line that gave each value of a set, by dotted key."""
        return self.resolve(name).origins

    def definition(self, name: str) -> Definition:
        """Return a set as it is written.

        Raises:
            ConfigurationError: There is no such set; with close names.
        """
        if name in self.definitions:
            return self.definitions[name]
        raise ConfigurationError(
            f"There is no parameter set '{name}'.",
            hint=did_you_mean(name, self.definitions)
            or f"Sets stand in {default_settings.PARAMETERS_PATH or 'configs/parameters'}.",
        )

    def _parents(self, name: str) -> list[str]:
        definition = self.definitions[name]
        for parent in definition.parents:
            if parent not in self.definitions:
                raise definition.wrong(
                    f"inherits from '{parent}', which does not exist",
                    *_place_of(definition, parent),
                    hint=did_you_mean(parent, set(self.definitions) - {name}),
                )
        return definition.parents

    def _where(self, name: str) -> str:
        definition = self.definitions[name]
        return definition.where(*_place_of(definition))

    def _laid(self, definition: Definition) -> Section:
        laid = sectioned({}, definition.document, (definition.name,))
        own = sectioned(definition.values, definition.document, (definition.name,))
        for upper in (*map(self._resolved.__getitem__, definition.parents), own):
            laid = lay(laid, upper, deep=definition.merges)
        return laid

    def __contains__(self, name: object) -> bool:
        return name in self.definitions

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def __len__(self) -> int:
        return len(self.definitions)


def load() -> ParameterSets:
    """Read the parameter sets of the project.

    Raises:
        TemplateError: A file cannot be read.
        ConfigurationError: A set makes no sense.
    """
    return ParameterSets(read(default_settings.PARAMETERS_PATH, "parameters"))


# Read anew on every use: a run asks once, and a notebook sees what was changed.
parameter_sets: ParameterSets = lazy(load)


def _definitions(documents: Iterable[Document]) -> dict[str, list[Definition]]:
    """Return what stands under each name, in the order of the files."""
    found: dict[str, list[Definition]] = {}
    for document in documents:
        if isinstance(document.value, list):
            raise ConfigurationError(
                f"{document.where()}: the file holds a list, not parameter sets.",
                hint="Write 'name:' and the values below it.",
            )
        for name, given in (document.value or {}).items():
            found.setdefault(name, []).append(Definition(name, document, given))
    return found


def _preferred(rivals: list[Definition]) -> Definition:
    """Return which of the sets of one name counts: the one with the lowest precedence."""
    first, *others = sorted(rivals, key=lambda definition: definition.precedence)
    if others and others[0].precedence == first.precedence:
        raise others[0].wrong(
            f"is already defined in {first.where()}",
            hint="Rename one of them, or give one a lower '+precedence'.",
        )
    return first


def _place_of(definition: Definition, parent: str = "") -> tuple[str | int, ...]:
    """Return the way to where a set names its parents, or one of them."""
    key = next((key for key in _PARENTS if definition.document.has(definition.name, key)), "_from")
    return (key, definition.parents.index(parent)) if parent else (key,)


def _is_typo(key: str) -> bool:
    """Tell a misspelt ``_from`` from a name of somebody's own."""
    from difflib import SequenceMatcher

    if not key.startswith("_") or len(key) > len("_from") + 1:
        return False
    return SequenceMatcher(None, key, "_from").ratio() >= 0.8
