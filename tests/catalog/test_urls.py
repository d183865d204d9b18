from __future__ import annotations

import pytest

from gluepy.catalog.urls import split_url


@pytest.mark.parametrize(
    ("url", "root", "path"),
    [
        ("s3://bucket/a/b.csv", "s3://bucket/", "a/b.csv"),
        ("S3://bucket", "s3://bucket/", ""),
        ("sftp://me@host:22/22/x.csv", "sftp://me@host:22/", "22/x.csv"),
        ("file:///data/x.csv", "file:///", "data/x.csv"),
        ("file://localhost/data/x.csv", "file:///", "data/x.csv"),
        ("/data/x.csv", "file:///", "data/x.csv"),
        ("memory://x/y.csv", "memory:///", "x/y.csv"),
        ("lakefs://repo/main/a.csv", "lakefs://repo/main/", "a.csv"),
        ("https://host/a.csv?b=c://d", "https://host/", "a.csv?b=c://d"),
    ],
)
def test_a_url_is_a_root_and_a_path(url, root, path):
    assert split_url(url) == (root, path)
    assert split_url(root + path) == (root, path)
