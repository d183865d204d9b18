"""Objects of S3 as polars' own client finds them."""

from __future__ import annotations

from typing import NamedTuple

from gluepy.files.data.places import Place, joined
from gluepy.files.storages.connection import Connection

# What polars calls the formats it has lazy readers for.
KINDS = {"csv": "csv", "tsv": "csv", "jsonl": "ndjson", "parquet": "parquet", "feather": "ipc"}
# Characters that polars may take for a pattern or, in a URL, for something else.
SPECIAL = set("*?[]{}#%")


class Url(NamedTuple):
    """An object that polars reads by its own client."""

    url: str
    options: dict[str, str]
    place: Place


def url_of(place: Place) -> Url | None:
    """Return where polars finds an object of S3, None for every other storage."""
    form = place.form
    if form.folder or form.codec is not None or form.name not in KINDS:
        return None
    connection = place.storage.connection()
    if connection is None:
        return None
    path = joined(connection.root, place.path)
    options = options_of(connection, path)
    return None if options is None else Url(f"s3://{path}", options, place)


def options_of(connection: Connection | None, path: str) -> dict[str, str] | None:
    """Return the ``storage_options`` for a path; None if polars cannot go there by itself."""
    if connection is None or connection.scheme != "s3" or SPECIAL & set(path):
        return None
    options = {
        "aws_access_key_id": connection.access_key,
        "aws_secret_access_key": connection.secret_key,
        "aws_session_token": connection.session_token,
        "aws_region": connection.region,
        "aws_endpoint_url": connection.endpoint,
        "aws_allow_http": "true" if connection.endpoint.startswith("http://") else "",
    }
    return {name: value for name, value in options.items() if value}
