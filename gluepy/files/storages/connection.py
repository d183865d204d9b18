"""How engines with clients of their own reach what a storage holds."""

from __future__ import annotations

from typing import NamedTuple


class Connection(NamedTuple):
    """What a client of an object store must know.

    Attributes:
        scheme: What URLs of the service begin with: ``s3``.
        root: Bucket and prefix, without a slash at the end.
        region: Region of the bucket; empty if the service has none.
        endpoint: URL of the service; empty for the one that the scheme names.
        access_key: Name of the key.
        secret_key: The key.
        session_token: Token that goes with a key for a limited time, else empty.
    """

    scheme: str
    root: str
    region: str = ""
    endpoint: str = ""
    access_key: str = ""
    secret_key: str = ""
    session_token: str = ""

    def __repr__(self) -> str:
        return f"<Connection {self.scheme}://{self.root} {self.endpoint or self.region}>"
