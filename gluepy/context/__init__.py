"""The parameters of a run: merged YAML, frozen, and each value knows where it came from."""

from __future__ import annotations

from gluepy.context.current import using_context
from gluepy.context.document import Context, FrozenList
from gluepy.context.origins import origin_of

__all__ = ["Context", "FrozenList", "origin_of", "using_context"]
