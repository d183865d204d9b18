"""DAGs: sets of tasks that run together."""

from __future__ import annotations

from typing import Any, ClassVar

from gluepy.conf import default_settings
from gluepy.conf.handlers import import_backend
from gluepy.exec.tasks import Task
from gluepy.utils.registry import Registry

REGISTRY: Registry[type[DAG]] = Registry("DAG")


class DAG:
    """A set of tasks. Subclass it, name it, list its tasks.

    A subclass is registered when it is defined, under its own ``label`` or else its class
    name in lower case.

    Attributes:
        label: Name of the DAG on the command line.
        tasks: Task classes, in the order they run.
        eval_tasks: Evaluation tasks, run after ``tasks``.
        extra_options: Options that exporters read, such as ``airflow_schedule``.

    Raises:
        DuplicateLabelError: On definition, if another DAG has the label.
    """

    label: ClassVar[str] = ""
    tasks: ClassVar[list[type[Task]]] = []
    eval_tasks: ClassVar[list[type[Task]]] = []
    extra_options: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.label = cls.__dict__.get("label") or cls.__name__.lower()
        REGISTRY.register(cls.label, cls)

    def inject_tasks(self, skip_eval: bool = False, eval_only: bool = False) -> list[type[Task]]:
        """Return the classes to run, in order: START_TASK, tasks, evaluation tasks.

        Args:
            skip_eval: Leave the evaluation tasks out.
            eval_only: Leave the tasks out.
        """
        start = import_backend("START_TASK", default_settings.START_TASK)
        work = [] if eval_only else list(self.tasks)
        evaluations = [] if skip_eval else list(self.eval_tasks)
        return [start, *work, *evaluations]

    def run(self, **params: Any) -> Any:
        """Run this DAG now and return its run.

        Args:
            params: Context values of this run by name: ``n=3``, or ``**{"model.depth": 3}``.
                A name the context does not have is an error.

        Raises:
            TaskError: A task raised.
        """
        runner = import_backend("RUNNER_BACKEND", default_settings.RUNNER_BACKEND)
        return runner(type(self), params=params).run()
