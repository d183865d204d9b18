"""Old and new rows as one dataframe, in which new ones replace old ones of the same key."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gluepy.catalog.datasets.engines import columns_of, is_pandas
from gluepy.exceptions import DataError
from gluepy.files.data.problems import check_columns


def merged(old: Any, new: Any, key: Sequence[str]) -> Any:
    """Return the old rows whose key no new row has, then the new rows.

    A column that only one of them has is empty in the rows of the other.

    Args:
        old: A dataframe.
        new: Another one of the same engine.
        key: The columns that tell rows apart; none if all rows are kept.

    Raises:
        DataError: A column of the key is missing, or of another kind of type.
    """
    for frame in (old, new):
        check_columns(key, list(columns_of(frame)))
    if is_pandas(new):
        return _by_pandas(old, new, list(key))
    if type(new).__module__.partition(".")[0] == "polars":
        return _by_polars(old, new, list(key))
    if hasattr(new, "to_pylist"):
        return _by_arrow(old, new, list(key))
    raise DataError(
        f"Rows cannot be added to a {type(new).__name__}.",
        hint="The type incremental knows pandas, polars and Arrow.",
    )


def _by_pandas(old: Any, new: Any, key: list[str]) -> Any:
    import pandas as pd

    if key and len(old):
        for name in key:
            _check_kind(name, _kind(old[name]), _kind(new[name]))
        keys = pd.MultiIndex.from_frame(new[key])
        old = old[~pd.MultiIndex.from_frame(old[key]).isin(keys)]
    pieces = [frame for frame in (old, new) if len(frame)] or [new]
    return pd.concat(pieces, ignore_index=True)


def _kind(column: Any) -> str:
    from pandas.api import types

    if not column.notna().any():
        return ""
    if types.is_numeric_dtype(column.dtype):
        return "numbers"
    if types.is_datetime64_any_dtype(column.dtype):
        return "moments"
    return str(types.infer_dtype(column, skipna=True))


def _check_kind(name: str, old: str, new: str) -> None:
    if old and new and old != new:
        raise DataError(
            f"The column '{name}' of the key holds {old} in old rows, and {new} in new ones.",
            hint="Convert one of them, or have the old ones read alike by `load_options`.",
        )


def _by_polars(old: Any, new: Any, key: list[str]) -> Any:
    import polars as pl

    old, new = old.lazy().collect(), new.lazy().collect()
    if key and old.height:
        keys = new.select(key)
        keys = keys.cast({name: old.schema[name] for name in key if keys.schema[name] == pl.Null})
        old = old.cast({name: keys.schema[name] for name in key if old.schema[name] == pl.Null})
        try:
            old = old.join(keys, on=key, how="anti", nulls_equal=True)
        except pl.exceptions.SchemaError:
            for name in key:
                _check_kind(name, str(old.schema[name]), str(new.schema[name]))
            raise
    return pl.concat([old, new], how="diagonal_relaxed")


def _by_arrow(old: Any, new: Any, key: list[str]) -> Any:
    import pyarrow as pa

    if key and old.num_rows:
        for name in key:
            kinds = [_family(frame.schema.field(name).type) for frame in (old, new)]
            _check_kind(name, *kinds)
        taken = set(_keys(new, key))
        old = old.filter(pa.array([one not in taken for one in _keys(old, key)], pa.bool_()))
    return pa.concat_tables([old, new], promote_options="permissive")


def _family(kind: Any) -> str:
    from pyarrow import types

    for is_one, name in (
        (types.is_null, ""),
        (types.is_integer, "numbers"),
        (types.is_floating, "numbers"),
        (types.is_decimal, "numbers"),
        (types.is_temporal, "moments"),
        (types.is_dictionary, ""),
    ):
        if is_one(kind):
            return name
    return "string" if "string" in str(kind) else str(kind)


def _keys(table: Any, key: list[str]) -> list[tuple[Any, ...]]:
    columns = [table.column(name).to_pylist() for name in key]
    return list(zip(*columns, strict=True))
