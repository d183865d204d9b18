"""DAGs: sets of tasks that run together."""

from __future__ import annotations

from abc import ABCMeta
from collections.abc import Iterator
from typing import Any, ClassVar

from gluepy.conf import default_settings
from gluepy.conf.handlers import import_backend
from gluepy.exceptions import GraphError
from gluepy.exec.composition import Composable
from gluepy.exec.wiring import Step, steps_of, wire
from gluepy.graph import Graph
from gluepy.utils.registry import Registry

REGISTRY: Registry[type[DAG]] = Registry("DAG")

# The label of a sum names its parts as long as it has no more characters than this.
LONGEST = 120
# Notebooks get no drawn picture of a DAG with more tasks; it would only weigh.
LARGEST_PICTURE = 500


class DagType(Composable, ABCMeta):
    """The class of DAG classes: they can be added to tasks and to each other."""


class DAG(Composable, metaclass=DagType):
    """A set of tasks. Subclass it, name it, list its tasks.

    A subclass is registered when it is defined, under its own ``label`` or else its class
    name in lower case. Tasks that declare what they read and produce are put in order;
    those that declare nothing keep their place in the list.

    Attributes:
        label: Name of the DAG on the command line.
        tasks: Task classes, function tasks, mapped tasks, other DAGs.
        eval_tasks: Evaluation tasks, run after ``tasks``.
        extra_options: Options that exporters read, such as ``airflow_schedule``.
        schedule: When it is to run, as a cron expression.
        tags: Names to find it by.
        on_failure: What happens after a task failed: ``stop`` starts nothing more,
            ``continue`` runs all that does not come after it.
        executor: Where its tasks run, as ``--executor`` names it; None leaves it to the settings.
        description: What it is for, in a sentence.

    Raises:
        DuplicateLabelError: On definition, if another DAG has the label.
    """

    label: ClassVar[str] = ""
    tasks: ClassVar[Any] = []
    eval_tasks: ClassVar[Any] = []
    extra_options: ClassVar[dict[str, Any]] = {}
    schedule: ClassVar[str | None] = None
    tags: ClassVar[Any] = ()
    on_failure: ClassVar[str] = "stop"
    executor: ClassVar[str | None] = None
    description: ClassVar[str] = ""

    def __init_subclass__(cls, register: bool = True, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.label = cls.__dict__.get("label") or cls.__name__.lower()
        if register:
            REGISTRY.register(cls.label, cls)

    @staticmethod
    def of(label: str, *entries: Any) -> DAG:
        """Return a DAG of tasks and DAGs under a name, without registering it."""
        members = {"label": label, "tasks": list(entries), "__module__": __name__}
        made: Any = DagType("DAG", (DAG,), members, register=False)
        dag: DAG = made()
        return dag

    def inject_tasks(self, skip_eval: bool = False, eval_only: bool = False) -> list[Any]:
        """Return what runs, as listed: START_TASK, tasks, evaluation tasks.

        DAGs in the list are laid out.

        Args:
            skip_eval: Leave the evaluation tasks out.
            eval_only: Leave the tasks out.
        """
        start = import_backend("START_TASK", default_settings.START_TASK)
        work = list(laid_out(self.tasks))
        return [start, *([] if eval_only else work), *self._evaluations(skip_eval)]

    def _evaluations(self, skip_eval: bool) -> list[Any]:
        return [] if skip_eval else list(evaluations_of(type(self)))

    def steps(self, skip_eval: bool = False, eval_only: bool = False) -> list[Step]:
        """Return what runs, as steps with names of their own, as listed."""
        entries = self.inject_tasks(skip_eval, eval_only)
        return steps_of(entries, evaluations=len(self._evaluations(skip_eval)))

    def graph(self) -> Graph:
        """Return which task comes after which.

        Raises:
            GraphError: Two tasks produce one name, or a task depends on a stranger.
            CycleError: Tasks wait for each other in a circle.
        """
        return wire(self.steps())

    def run(self, **params: Any) -> Any:
        """Run this DAG now and return its run.

        Args:
            params: Values of this run by name: of a parameter of its tasks (``n=3`` for all
                that have ``n``, ``top={"n": 3}`` for one task), or of the context
                (``**{"model.depth": 3}``). A name that nobody has is an error.

        Raises:
            TaskError: A task raised.
        """
        runner = import_backend("RUNNER_BACKEND", default_settings.RUNNER_BACKEND)
        return runner(self, params=params).run()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        """Return a picture for notebooks, which show the richest kind they understand."""
        from gluepy.graph import render
        from gluepy.graph.svg import svg

        graph = self.graph()
        shown = {
            "text/plain": render.ascii(graph),
            "text/vnd.mermaid": render.mermaid(graph),
        }
        if len(graph) <= LARGEST_PICTURE:
            shown["image/svg+xml"] = svg(graph, title=self.label)
        return shown

    def __repr__(self) -> str:
        return f"<DAG {self.label}>"


def laid_out(entries: Any, above: tuple[Any, ...] = ()) -> Iterator[Any]:
    """Yield the tasks of a list, DAGs in it laid out.

    Raises:
        GraphError: A DAG contains itself.
    """
    for entry in entries:
        dag = _class_of(entry)
        if dag is None:
            yield entry
            continue
        if dag in above:
            raise GraphError(f"The DAG '{dag.label}' contains itself.")
        yield from laid_out(dag.tasks, (*above, dag))


def evaluations_of(dag: Any) -> Iterator[Any]:
    """Yield the evaluation tasks of a DAG: those of DAGs in it, then its own."""
    for entry in dag.tasks:
        inner = _class_of(entry)
        if inner is not None:
            yield from evaluations_of(inner)
    yield from laid_out(dag.eval_tasks)


def _combine(*entries: Any) -> DAG:
    labels = [entry.label for entry in entries if entry.label]
    label = "+".join(labels)
    if len(label) > LONGEST:
        label = f"{label.partition('+')[0]}+…+{labels[-1].rpartition('+')[2]}"
    made = DAG.of(label, *(one for entry in entries for one in _parts(entry)))
    evaluations = [one for entry in entries for one in _class_of(entry, _Bare).eval_tasks]
    type(made).eval_tasks = evaluations
    return made


class _Bare:
    """What stands in for the DAG of a task by itself."""

    eval_tasks = ()


def _parts(entry: Any) -> list[Any]:
    dag = _class_of(entry)
    return [entry] if dag is None else list(dag.tasks)


def _class_of(entry: Any, other: Any = None) -> Any:
    """Return the class of a DAG or of a DAG class; ``other`` for a task."""
    dag = entry if isinstance(entry, DagType) else type(entry)
    return dag if isinstance(dag, DagType) else other


Composable.combine = staticmethod(_combine)
