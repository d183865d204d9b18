"""Places as Arrow datasets: lazy, and read from object stores by Arrow's own clients."""

from __future__ import annotations

from typing import Any

from pyarrow import dataset

from gluepy.files.data.formats import Format
from gluepy.files.data.places import File, Folder, Place, lasting_source_of

_KINDS = {"csv": "csv", "tsv": "csv", "feather": "feather", "jsonl": "json", "parquet": "parquet"}


def dataset_of(place: Place) -> Any:
    """Return a place as a `pyarrow.dataset.Dataset`, None if it must be read as a whole."""
    if place.form.codec is not None or place.form.name not in _KINDS:
        return None
    source = lasting_source_of(place)
    return None if source is None else open_dataset(source, place.form)


def open_dataset(source: File | Folder, form: Format) -> Any:
    """Return a file, or a folder of Parquet files, as a `pyarrow.dataset.Dataset`."""
    kind: Any = _KINDS[form.name]
    if form.name == "tsv":
        from pyarrow import csv

        kind = dataset.CsvFileFormat(parse_options=csv.ParseOptions(delimiter="\t"))
    partitioning = "hive" if isinstance(source, Folder) else None
    return dataset.dataset(
        source.path, filesystem=source.filesystem, format=kind, partitioning=partitioning
    )
