"""Objects of S3 as polars' own client finds them."""

from __future__ import annotations

from typing import Any, NamedTuple

from gluepy.files.data.places import Place, joined

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
    if place.storage.local_path(place.path) is not None:
        return None
    arrow = place.storage.arrow_filesystem()
    if arrow is None:
        return None
    path = joined(arrow[1], place.path)
    options = connection_of(arrow[0], path)
    return None if options is None else Url(f"s3://{path}", options, place)


def connection_of(filesystem: Any, path: str) -> dict[str, str] | None:
    """Return how polars reaches what an Arrow filesystem does; None if it cannot."""
    if filesystem.type_name != "s3" or SPECIAL & set(path):
        return None
    # What Arrow's client would be pickled with is all there is to know about the connection.
    known = filesystem.__reduce__()[1][0]
    options = {
        "aws_access_key_id": known["access_key"],
        "aws_secret_access_key": known["secret_key"],
        "aws_session_token": known["session_token"],
        "aws_region": known["region"],
    }
    if known["endpoint_override"]:
        options["aws_endpoint_url"] = f"{known['scheme']}://{known['endpoint_override']}"
        options["aws_allow_http"] = "true" if known["scheme"] == "http" else "false"
    return {name: value for name, value in options.items() if value}
