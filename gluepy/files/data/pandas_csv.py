"""Writing CSV with Arrow from pandas: the same content, about ten times as fast."""

from __future__ import annotations

from typing import Any

import pandas as pd

from gluepy.exceptions import DataError
from gluepy.files.data.problems import check_columns
from gluepy.utils.text import did_you_mean

_KNOWN = ("engine", "index", "header", "sep", "columns", "quoting_style", "batch_size")


def write_fast(df: pd.DataFrame, target: Any, options: dict[str, Any]) -> None:
    """Write ``df`` to a path or a binary file object.

    Args:
        df: The dataframe.
        target: Where to.
        options: ``index``, ``header``, ``sep`` and ``columns`` as in `DataFrame.to_csv`;
            ``quoting_style`` and ``batch_size`` as in `pyarrow.csv.WriteOptions`.

    Raises:
        DataError: The engine or an option is none that this writer knows.
    """
    import pyarrow as pa
    from pyarrow import csv

    _check(options)
    if options.get("columns") is not None:
        check_columns(options["columns"], list(df.columns))
        df = df[list(options["columns"])]
    if options.get("index", True):
        df = _with_index(df)
    table = pa.Table.from_pandas(df, preserve_index=False)
    style = {key: options[key] for key in ("quoting_style", "batch_size") if key in options}
    write_options = csv.WriteOptions(
        include_header=options.get("header", True), delimiter=options.get("sep", ","), **style
    )
    csv.write_csv(table, target, write_options)


def _check(options: dict[str, Any]) -> None:
    if options["engine"] != "pyarrow":
        raise DataError(
            f"There is no CSV writer '{options['engine']}'.", hint="Use engine='pyarrow'."
        )
    for name in options:
        if name not in _KNOWN:
            raise DataError(
                f"The CSV writer 'pyarrow' takes no option '{name}'.",
                hint=did_you_mean(name, _KNOWN[1:]) or "Leave engine='pyarrow' out.",
            )


def _with_index(df: pd.DataFrame) -> pd.DataFrame:
    """Return the index as columns in front, an unnamed one under an empty name."""
    names = ["" if name is None else name for name in df.index.names]
    return df.reset_index(names=names)
