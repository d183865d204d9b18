"""Tasks: one step of a DAG each."""

from __future__ import annotations

import logging
from typing import Any, ClassVar

from gluepy.conf import default_context
from gluepy.files.storages import default_storage
from gluepy.utils.registry import Registry

logger = logging.getLogger(__name__)

REGISTRY: Registry[type[Task]] = Registry("Task")


class Task:
    """One step of a DAG. Subclass it, name it, write ``run``.

    A subclass is registered when it is defined, under its own ``label`` or else its class
    name in lower case.

    Attributes:
        label: Name of the task on the command line and in run folders.

    Raises:
        DuplicateLabelError: On definition, if another task has the label.
    """

    label: ClassVar[str] = ""

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
