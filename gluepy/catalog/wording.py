"""How errors call an artifact."""

from __future__ import annotations


def artifact(name: str, where: object = "") -> str:
    """Return ``the artifact 'sales' (configs/catalog/a.yaml, line 3)``."""
    return f"the artifact '{name}' ({where})" if where else f"the artifact '{name}'"


def sentence(text: str) -> str:
    """Return ``text`` with a capital in front and a full stop at its end."""
    return text[:1].upper() + text[1:] + ("" if text.endswith((".", "!", "?")) else ".")
