"""Every error gluepy raises on purpose.

::

    GluepyError
    ├── SettingsError                 a setting is missing, misspelt or wrong
    │   └── UnknownSettingError       (also AttributeError) no such setting
    ├── MissingDependencyError        (also ImportError) an extra is not installed
    ├── ModuleLoadError               an installed module is absent or listed twice
    ├── RegistryError
    │   ├── DuplicateLabelError       (also KeyError) two classes share one label
    │   └── UnknownLabelError         (also ValueError) no task or DAG of that label
    ├── ContextError
    │   ├── UnknownParameterError     (also AttributeError, KeyError) no such context key
    │   ├── FrozenContextError        (also TypeError) the context was assigned to
    │   └── MergeError                (also ValueError) two documents disagree on a type
    ├── StorageError
    │   └── UnsafePathError           (also ValueError) a path leaves the storage root
    ├── DataError
    │   └── UnsupportedFormatError    (also ValueError) no reader or writer for a suffix
    ├── TemplateError                 a YAML template of the project cannot be rendered or read
    ├── CatalogError                  an artifact is unknown or its definition makes no sense
    │   ├── UnknownArtifactError      (also KeyError) the catalog has no such artifact
    │   ├── PlaceholderError          a placeholder of an artifact has no usable value
    │   ├── UntrustedPickleError      a pickle that this project has not written
    │   └── DatasetError              an artifact cannot be loaded or saved
    │       └── ArtifactNotFoundError (also FileNotFoundError) nothing was saved of it yet
    ├── ConfigurationError            a parameter set is unknown or makes no sense
    ├── TaskDefinitionError           (also TypeError) a task says something that makes no sense
    ├── GraphError                    a DAG does not make sense
    │   └── CycleError                tasks wait for each other in a circle
    ├── PlanError                     a run would fail: a parameter or an input is missing
    ├── RunError
    │   ├── ArtifactError             a value cannot be stored, or is not there
    │   ├── TaskOutputError           (also ValueError) returned values are not those declared
    │   ├── RunNotFoundError          no run of that id or folder
    │   ├── RunLockedError            another process works in the run folder
    │   ├── TaskError                 a task of the run raised; its error is the cause
    │   ├── WorkerDiedError           a call took the process it ran in with it
    │   ├── TaskTimeoutError          (also TimeoutError) a call took longer than it may
    │   ├── TransferError             (also TypeError) a call or its result cannot be sent
    │   ├── RemoteError               stands in for a worker's error that cannot be sent
    │   └── RunKilledError            the run was stopped by a signal
    ├── NotebookError                 a notebook cannot be compiled into a module
    ├── CheckError                    `manage.py check` found errors
    └── CommandError                  a command was called with values that make no sense

The message says what was asked for and what is wrong with it; ``hint`` says what to do.
The command line prints both on one line and exits with a non-zero code.
"""

from __future__ import annotations

from typing import Any


class GluepyError(Exception):
    """Base class of every error that gluepy raises on purpose.

    Args:
        message: What was asked for and what is wrong with it, in one line.
        hint: What to do about it, in one line.
    """

    exit_code = 1

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()

    def __reduce__(self) -> tuple[Any, ...]:
        # As it is, whatever the __init__ of its class asks for: errors travel between processes.
        return _restored, (type(self), self.args, dict(self.__dict__))


def _restored(kind: type[GluepyError], args: tuple[Any, ...], state: dict[str, Any]) -> Any:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class SettingsError(GluepyError):
    """A setting is missing, misspelt or has a value that cannot be used."""

    exit_code = 2


class UnknownSettingError(SettingsError, AttributeError):
    """A setting was read that neither the project nor gluepy defines."""


class MissingDependencyError(GluepyError, ImportError):
    """A backend needs an optional package that is not installed.

    Args:
        package: The package.
        extra: The extra of gluepy that installs it, empty if none does.
        needed_by: What needs it.
        install: What to install if no extra does, by default the package.
    """

    def __init__(self, package: str, extra: str, needed_by: str, install: str = "") -> None:
        wanted = f"gluepy[{extra}]" if extra else install or package
        super().__init__(
            f"{needed_by} needs the package '{package}', which is not installed.",
            hint=f"Run: pip install '{wanted}'",
        )


class ModuleLoadError(GluepyError):
    """An entry of INSTALLED_MODULES does not exist or is listed twice."""

    exit_code = 2


class RegistryError(GluepyError):
    """A label is taken or unknown."""


class DuplicateLabelError(RegistryError, KeyError):
    """Two classes ask for one label."""

    __str__ = GluepyError.__str__


class UnknownLabelError(RegistryError, ValueError):
    """No task or DAG is registered under a label."""

    exit_code = 2


class ContextError(GluepyError):
    """The context cannot be read or made."""

    exit_code = 2


class UnknownParameterError(ContextError, AttributeError, KeyError):
    """A context key was read or overridden that does not exist."""

    __str__ = GluepyError.__str__


class FrozenContextError(ContextError, TypeError):
    """Somebody tried to change the context of a run."""


class MergeError(ContextError, ValueError):
    """Two documents give one key values of types that cannot be merged."""


class StorageError(GluepyError):
    """A storage cannot do what was asked."""


class UnsafePathError(StorageError, ValueError):
    """A path leads out of the storage's root."""


class DataError(GluepyError):
    """A data manager cannot read or write what was asked."""


class UnsupportedFormatError(DataError, ValueError):
    """No reader or writer is known for a file suffix."""


class TemplateError(GluepyError):
    """A YAML template of the project cannot be rendered or read; with file and line."""

    exit_code = 2


class CatalogError(GluepyError):
    """An artifact is unknown, or its definition in the catalog makes no sense."""

    exit_code = 2


class UnknownArtifactError(CatalogError, KeyError):
    """The catalog has no artifact of a name."""

    __str__ = GluepyError.__str__


class PlaceholderError(CatalogError):
    """A ``!{placeholder}`` of an artifact has no value, or one that cannot be used."""


class UntrustedPickleError(CatalogError):
    """A pickle was to be loaded that this project has not written."""


class DatasetError(CatalogError):
    """The data of an artifact cannot be loaded or saved."""

    exit_code = 1


class ArtifactNotFoundError(DatasetError, FileNotFoundError):
    """Nothing is stored of an artifact; the message names where it was looked for."""

    __str__ = GluepyError.__str__


class ConfigurationError(GluepyError):
    """A parameter set is unknown, inherits from itself, or names an unknown task."""

    exit_code = 2


class TaskDefinitionError(GluepyError, TypeError):
    """A task's signature or options make no sense."""

    exit_code = 2


class GraphError(GluepyError, ValueError):
    """A DAG does not make sense: unknown names, two producers, a cycle."""

    exit_code = 2


class CycleError(GraphError):
    """Tasks wait for each other in a circle.

    Args:
        cycle: Their names, each before the next, the last before the first.
    """

    def __init__(self, cycle: list[str]) -> None:
        self.cycle = cycle
        way = " -> ".join([*cycle, cycle[0]])
        super().__init__(f"The tasks wait for each other: {way}.", hint="Break the circle.")


class PlanError(GluepyError):
    """A run is known to fail before it starts."""

    exit_code = 2


class RunError(GluepyError):
    """A run cannot start or did not finish."""


class ArtifactError(RunError):
    """A task's value cannot be stored, or was never produced."""


class TaskOutputError(RunError, ValueError):
    """A task returned more or fewer values than it declares."""


class RunNotFoundError(RunError):
    """No run has that id or folder."""

    exit_code = 2


class RunLockedError(RunError):
    """Another live process works in the run folder."""


class TaskError(RunError):
    """A task of the run raised; the original error is ``__cause__``."""


class WorkerDiedError(RunError):
    """The process that ran a call died: it was killed, ran out of memory, or left by itself."""


class TaskTimeoutError(RunError, TimeoutError):
    """A call took longer than its timeout."""


class TransferError(RunError, TypeError):
    """A call, or what it returned, cannot be sent to another process."""


class RemoteError(RunError):
    """Stands in for an error raised in another process that cannot be sent as it is.

    Args:
        type_name: Dotted name of its class.
        text: What it said.
    """

    def __init__(self, type_name: str, text: str) -> None:
        self.type_name = type_name
        self.text = text
        super().__init__(f"{type_name}: {text}" if text else type_name)


class RunKilledError(RunError):
    """The run was stopped by a signal."""

    def __init__(self, message: str, signum: int) -> None:
        super().__init__(message)
        self.exit_code = 128 + signum


class NotebookError(GluepyError):
    """A notebook cannot be read or compiled; with notebook, cell and line."""


class CheckError(GluepyError):
    """The project's checks found errors."""


class CommandError(GluepyError):
    """A command was called with options that do not go together."""

    exit_code = 2
