"""What the lower layers know of the context: no more than they use."""

from __future__ import annotations

from typing import Any, Protocol


class Context(Protocol):
    """The parameters of one run: frozen, with attribute and item access."""

    def __getattr__(self, name: str) -> Any:
        """Return the value of a key; a mapping comes back as a frozen one."""

    def __getitem__(self, name: str) -> Any:
        """Return the value of a key."""

    def to_dict(self) -> dict[str, Any]:
        """Return a copy in plain dicts and lists."""


class ContextManager(Protocol):
    """Makes contexts, and knows the current one."""

    def current(self) -> Context:
        """Return the context of the current run, or the one of this process outside a run."""

    def create_context(
        self,
        run_id: str | None = None,
        run_folder: str | None = None,
        patches: list[str] | None = None,
        local_patches: list[dict[str, Any]] | None = None,
        evaluate_lazy: bool = False,
    ) -> Context:
        """Return the context of a new run."""

    def load_context(
        self,
        path: str,
        patches: list[str] | None = None,
        local_patches: list[dict[str, Any]] | None = None,
    ) -> Context:
        """Return the context that a run folder holds."""
