"""The three engines as tests see them: values in, values out."""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

Data = dict[str, list[Any]]


@dataclass(frozen=True)
class Engine:
    name: str
    manager_name: str

    def manager(self, storage: Any = None) -> Any:
        module = importlib.import_module(f"gluepy.files.data.{self.name}")
        return getattr(module, self.manager_name)(storage)

    def frame(self, data: Data) -> Any:
        if self.name == "pandas":
            import pandas as pd

            return pd.DataFrame(data)
        if self.name == "polars":
            import polars as pl

            return pl.DataFrame(data)
        import pyarrow as pa

        return pa.table(data)

    def content(self, frame: Any) -> Data:
        if self.name == "pandas":
            return {str(name): [_plain(v) for v in frame[name].tolist()] for name in frame.columns}
        if self.name == "polars":
            return frame.to_dict(as_series=False)
        return frame.to_pydict()

    def options(self, suffix: str) -> dict[str, Any]:
        has_index = self.name == "pandas" and suffix in (".csv", ".tsv", ".txt", ".xlsx")
        return {"index": False} if has_index else {}

    def __str__(self) -> str:
        return self.name


def _plain(value: Any) -> Any:
    """Return a value of pandas as Python's own, None for what is missing."""
    import pandas as pd

    if pd.isna(value):
        return None
    return value.to_pydatetime() if isinstance(value, pd.Timestamp) else value


PANDAS = Engine("pandas", "PandasDataManager")
POLARS = Engine("polars", "PolarsDataManager")
ARROW = Engine("arrow", "ArrowDataManager")
ENGINES = [PANDAS, POLARS, ARROW]
