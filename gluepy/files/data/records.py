"""JSON as a list of records, or one record a line, for engines that do not write it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any


def read_records(file: Any) -> list[dict[str, Any]]:
    """Return the records of a JSON document.

    Args:
        file: Path or binary file object with a list of records, or with what pandas writes:
            ``{column: {row: value}}``.

    Raises:
        ValueError: The document is neither.
    """
    data = _load(file)
    if isinstance(data, dict) and all(isinstance(values, dict) for values in data.values()):
        rows = dict.fromkeys(row for values in data.values() for row in values)
        return [{name: values.get(row) for name, values in data.items()} for row in rows]
    if not isinstance(data, list) or not all(isinstance(record, dict) for record in data):
        raise ValueError("the document is no list of records.")
    return data


def _load(file: Any) -> Any:
    if not isinstance(file, str):
        return json.load(file)
    with open(file, "rb") as opened:
        return json.load(opened)


def write_records(file: Any, batches: Iterable[Any], *, lines: bool) -> None:
    """Write Arrow record batches as JSON.

    Moments are written as ISO 8601, binary values as base64.

    Args:
        file: Path or binary file object.
        batches: The record batches.
        lines: Whether to write one record a line instead of a list.
    """
    if isinstance(file, str):
        with open(file, "wb") as opened:
            _write(opened, batches, lines)
    else:
        _write(file, batches, lines)


def _write(file: Any, batches: Iterable[Any], lines: bool) -> None:
    records = (_dumped(record) for batch in batches for record in batch.to_pylist())
    for piece in _joined(records, ("", "\n", "\n") if lines else ("[", ",", "]")):
        file.write(piece.encode())


def _joined(records: Iterator[str], marks: tuple[str, str, str]) -> Iterator[str]:
    opening, between, closing = marks
    first = next(records, None)
    if first is None:
        yield opening + closing.strip("\n")
        return
    yield opening + first
    for record in records:
        yield between + record
    yield closing


def _dumped(record: dict[str, Any]) -> str:
    try:
        return json.dumps(record, default=_plain, ensure_ascii=False, allow_nan=False)
    except ValueError:
        return json.dumps(_finite(record), default=_plain, ensure_ascii=False)


def _finite(value: Any) -> Any:
    """Return the value with null for what JSON has no number for."""
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_finite(item) for item in value]
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, date | datetime | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    return str(value)
