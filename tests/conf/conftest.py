from __future__ import annotations

from tests.importable import write_module

__all__ = ["write_module"]
