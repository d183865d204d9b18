"""Tasks: one step of a DAG each."""

from __future__ import annotations

import inspect
import logging
from abc import ABCMeta
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from gluepy.conf import default_context
from gluepy.exceptions import TaskDefinitionError
from gluepy.exec.composition import Composable
from gluepy.exec.markers import Artifact, Marker
from gluepy.exec.options import Delay, Options
from gluepy.exec.signature import Signature, read
from gluepy.exec.specs import TaskSpec
from gluepy.files.storages import default_storage
from gluepy.utils.registry import Registry

if TYPE_CHECKING:
    from gluepy.exec.fanout import MappedTask

logger = logging.getLogger(__name__)

# Label -> Task class or function task.
REGISTRY: Registry[Any] = Registry("Task")


class TaskType(Composable, ABCMeta):
    """The class of Task classes: they can be added, mapped, and asked for their spec."""

    @property
    def spec(cls) -> TaskSpec:
        """What the engine needs to know of the task."""
        known = cls.__dict__.get("_spec")
        if known is None:
            known = _read_class(cls)
            cls._spec = known
        return known

    def map(cls, **spread: Any) -> MappedTask:
        """Return a task that runs this one once per element. See :class:`MappedTask`."""
        from gluepy.exec.fanout import MappedTask

        return MappedTask(cls.spec, spread)


class Task(metaclass=TaskType):
    """One step of a DAG. Subclass it, name it, write ``run``.

    A subclass is registered when it is defined, under its own ``label`` or else its class
    name in lower case. What it reads and produces may be declared, either in the signature
    of ``run`` (``run(self, orders: Artifact, rate: float = 0.2) -> Artifact("augmented")``)
    or in ``inputs`` and ``outputs``. A task that declares nothing keeps its place in the list.

    Attributes:
        label: Name of the task on the command line and in run folders.
        inputs: What it reads: names of artifacts, or markers; ``run`` gets those it takes.
        outputs: What ``run`` returns, in order: names of artifacts, or markers.
        depends_on: Tasks, or labels of tasks, that must have run before.
        retries: See :class:`gluepy.exec.options.Options`, likewise all that follow.

    Raises:
        DuplicateLabelError: On definition, if another task has the label.
        TaskDefinitionError: When the task is put to use, if options or signature make no
            sense; ``check`` finds it.
    """

    label: ClassVar[str] = ""
    inputs: ClassVar[Iterable[str | Marker] | Mapping[str, str | Marker]] = ()
    outputs: ClassVar[Iterable[str | Marker]] = ()
    depends_on: ClassVar[Iterable[Any]] = ()
    retries: ClassVar[int] = 0
    retry_delay: ClassVar[Delay] = 0.0
    timeout: ClassVar[float | None] = None
    cache: ClassVar[bool] = False
    tags: ClassVar[Iterable[str]] = ()
    resources: ClassVar[Mapping[str, float] | None] = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.label = cls.__dict__.get("label") or cls.__name__.lower()
        REGISTRY.register(cls.label, cls)

    def run(self) -> Any:
        """Do the work.

        Raises:
            NotImplementedError: The subclass does not define it.
        """
        raise NotImplementedError(f"{type(self).__qualname__} does not define run().")


def _read_class(cls: Any) -> TaskSpec:
    static = isinstance(inspect.getattr_static(cls, "run"), staticmethod | classmethod)
    signature = read(cls.run, skip_first=not static)
    declared = _named(cls, "inputs")
    taken = {**signature.inputs, **signature.params}
    passed = {
        name: marker for name, marker in declared.items() if name in taken or signature.takes_any
    }
    inputs = {**signature.inputs, **passed}
    outputs = signature.outputs or tuple(_named(cls, "outputs").values())
    unpassed = {f"*{name}": marker for name, marker in declared.items() if name not in passed}
    return TaskSpec(
        label=cls.label,
        title=cls.__name__,
        path=f"{cls.__module__}.{cls.__qualname__}",
        signature=Signature(
            {**inputs, **unpassed},
            {name: value for name, value in signature.params.items() if name not in passed},
            outputs,
            signature.defaults,
            signature.takes_any,
        ),
        options=Options(
            retries=cls.retries,
            retry_delay=cls.retry_delay,
            timeout=cls.timeout,
            cache=cls.cache,
            tags=cls.tags,
            resources=cls.resources,
            depends_on=cls.depends_on,
        ),
        call=lambda **values: cls().run(**values),
        entry=cls,
    )


def _named(cls: Any, attribute: str) -> dict[str, Marker]:
    """Return name -> marker of what a class attribute lists."""
    declared = getattr(cls, attribute)
    where = f"The {attribute} of the task '{cls.label}'"
    if isinstance(declared, str):
        raise TaskDefinitionError(f"{where} are the text '{declared}'.", hint=f'["{declared}"]')
    pairs = declared.items() if isinstance(declared, Mapping) else ((None, one) for one in declared)
    named = {}
    for name, one in pairs:
        marker = one() if isinstance(one, type) and issubclass(one, Marker) else one
        marker = Artifact(marker) if isinstance(marker, str) else marker
        if not isinstance(marker, Marker) or not (name or marker.name):
            raise TaskDefinitionError(
                f"{where} list {one!r}, which is neither a name nor an Artifact or Volatile "
                "with a name."
            )
        named[str(name or marker.name)] = marker.named(str(name))
    return named


class BootstrapTask(Task):
    """The default START_TASK: writes the context into the run folder."""

    label = "bootstraptask"

    def run(self) -> None:
        """Write ``context.yaml``, secrets masked, unless the runner has."""
        from gluepy.context.yaml import dump_context

        run = default_context.gluepy
        logger.debug("Run ID: %s, run folder: %s", run.run_id, run.run_folder)
        path = default_storage.runpath("context.yaml")
        if not default_storage.exists(path):
            default_storage.touch(path, dump_context(default_context))


class EvaluationTask(Task):
    """A task that measures: its ``run`` calls ``default_mlops.log_metric(key, value)``.

    Listed in ``DAG.eval_tasks`` it runs after the work tasks; its metrics are printed and
    kept in ``metrics.json``.
    """

    label = "evaluationtask"
