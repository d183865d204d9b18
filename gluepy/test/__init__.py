"""What projects need to test themselves."""

from __future__ import annotations

from gluepy.test.context import override_context
from gluepy.test.settings import override_settings

__all__ = ["override_context", "override_settings"]
