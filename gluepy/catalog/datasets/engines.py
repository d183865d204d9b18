"""What datasets must know of dataframes, whichever engine made them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from gluepy.catalog.base import Preview
from gluepy.exceptions import MissingDependencyError
from gluepy.files.data import data_manager

_LONGEST = 200


def is_frame(value: Any) -> bool:
    """Tell whether a value is a dataframe of some engine."""
    return hasattr(value, "__arrow_c_stream__") or hasattr(value, "__dataframe__")


def is_pandas(value: Any) -> bool:
    """Tell whether a value is a dataframe or a series of pandas, importing nothing."""
    pandas = sys.modules.get("pandas")
    return pandas is not None and isinstance(value, pandas.DataFrame | pandas.Series)


def without_row_numbers(frame: Any, options: dict[str, Any]) -> dict[str, Any]:
    """Return options of pandas' writers that leave out an index of mere row numbers.

    An index that has a name, or holds no numbers, is written as pandas does.
    """
    if "index" in options or not is_pandas(frame) or not _has_row_numbers(frame.index):
        return options
    return {"index": False, **options}


def _has_row_numbers(index: Any) -> bool:
    return (
        index.nlevels == 1 and index.name is None and (index.dtype.kind in "iu" or not len(index))
    )


def first_of(data: Any) -> tuple[Any, Any]:
    """Return the first dataframe of an iterator, and an iterator over all; else the data twice."""
    if not isinstance(data, Iterator):
        return data, data
    first = next(data, None)
    return first, data if first is None else chain((first,), data)


def of_engine(frame: Any) -> Any:
    """Return a dataframe of pandas as one of the project's engine."""
    if "pandas" in data_manager.frame:
        return frame
    return data_manager._accept(frame, "a dataframe")


def of_pandas(frame: Any) -> Any:
    """Return a dataframe of any engine as one of pandas.

    Raises:
        MissingDependencyError: pandas is not installed.
    """
    if is_pandas(frame) or not is_frame(frame):
        return frame
    try:
        import pandas as pd
        import pyarrow as pa
    except ImportError as error:
        package = error.name or "pandas"
        raise MissingDependencyError(package, "pandas", "Workbooks") from None
    found: pd.DataFrame = pa.table(frame).to_pandas()
    return found


# --- Previews --------------------------------------------------------------------------------


def preview_of(
    frame: Any, rows: int, count: int | None = None, is_estimated: bool = False
) -> Preview:
    """Return what there is to see of a dataframe.

    Args:
        frame: The dataframe, or its beginning.
        rows: How many rows to show.
        count: Number of rows of the whole; None if it is not known.
        is_estimated: Whether that is about right only.
    """
    head = [
        {str(name): shown(value) for name, value in record.items()}
        for record in records(frame, rows)
    ]
    return Preview(columns_of(frame), count, head, is_estimated)


def shown(value: Any) -> str:
    """Return a value of a dataframe as a short text; what is missing is empty."""
    text = "" if value is None or (isinstance(value, float) and value != value) else str(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def records(frame: Any, rows: int) -> Iterable[dict[Any, Any]]:
    """Return the first rows of a dataframe as mappings."""
    if is_pandas(frame):
        found: list[dict[Any, Any]] = frame.head(rows).to_dict("records")
        return found
    if hasattr(frame, "to_dicts"):
        return list(frame.head(rows).to_dicts())
    if hasattr(frame, "to_pylist"):
        return list(frame.slice(0, rows).to_pylist())
    return []


def columns_of(frame: Any) -> dict[str, str]:
    """Return the columns of a dataframe and their types, as the engine names them."""
    if is_pandas(frame):
        return {str(name): str(kind) for name, kind in frame.dtypes.items()}
    schema = getattr(frame, "schema", None)
    if schema is not None and hasattr(schema, "items"):
        return {str(name): str(kind) for name, kind in schema.items()}
    return {str(field.name): str(field.type) for field in schema or ()}


def length_of(frame: Any) -> int:
    """Return the number of rows of a dataframe."""
    return int(frame.num_rows) if hasattr(frame, "num_rows") else len(frame)
