"""How many rows files of Arrow's formats have, by what they say of themselves."""

from __future__ import annotations

from gluepy.catalog.places import Location


def parquet_rows(location: Location) -> int | None:
    """Return the number of rows of a Parquet file, or of a folder of them."""
    try:
        from pyarrow.parquet import ParquetFile
    except ImportError:
        return None
    rows = 0
    for path in location.storage.walk(location.path):
        with location.storage.reading(path) as file, ParquetFile(file) as opened:
            rows += opened.metadata.num_rows
    return rows


def feather_rows(location: Location) -> int | None:
    """Return the number of rows of a Feather file."""
    try:
        from pyarrow.dataset import FeatherFileFormat
    except ImportError:
        return None
    from pyarrow.fs import LocalFileSystem

    with location.reading() as file:
        where = {"filesystem": LocalFileSystem()} if isinstance(file, str) else {}
        return int(FeatherFileFormat().make_fragment(file, **where).count_rows())
