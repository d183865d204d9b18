"""lakeFS, by way of a server that speaks S3 as its gateway does."""

from __future__ import annotations

import subprocess

import pytest

from gluepy.catalog import FileDataset, catalog, lakefs
from gluepy.catalog.places import place_of, storage_of
from gluepy.exceptions import CatalogError, SettingsError
from gluepy.test import override_settings


@pytest.fixture
def note(project):
    class Note(FileDataset):
        type = "note"

        def load(self) -> str:
            return self.source().open("r")

        def save(self, data: str) -> None:
            self.target().touch(data)


@pytest.fixture
def gateway(s3_bucket):
    """Settings of a lakeFS whose repository is a fresh bucket; the name of that."""
    with override_settings(
        LAKEFS_ENDPOINT_URL=s3_bucket["endpoint_url"],
        LAKEFS_ACCESS_KEY_ID=s3_bucket["access_key"],
        LAKEFS_SECRET_ACCESS_KEY=s3_bucket["secret_key"],
        LAKEFS_REPOSITORY=s3_bucket["bucket"],
        AWS_S3_REGION_NAME="eu-west-1",
    ):
        yield s3_bucket["bucket"]


def test_a_repository_is_a_bucket_and_a_branch_the_first_part_of_a_key(note, write, gateway):
    write(f"x: {{type: note, path: 'lakefs://{gateway}/main/a/x.txt'}}")
    catalog.save("x", "hello")
    assert catalog.load("x") == "hello"
    storage, path = place_of(f"lakefs://{gateway}/main/a/x.txt")
    assert path == "a/x.txt"
    body = storage.client.get_object(Bucket=gateway, Key="main/a/x.txt")["Body"]
    assert body.read() == b"hello"


def test_what_a_path_leaves_out_stands_in_settings(note, write, gateway):
    write("x: {type: note, path: 'lakefs:///x.txt'}")
    with override_settings(LAKEFS_BRANCH="dev"):
        catalog.save("x", "hello")
    assert storage_of(f"lakefs://{gateway}/dev/").open("x.txt", "r") == "hello"


def test_the_branch_is_that_of_the_projects_git(project):
    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(project), *words], check=True, capture_output=True)

    git("init", "-q")
    git("checkout", "-q", "-b", "feature/new-model")
    assert lakefs.split("repo//x.csv") == ("lakefs://repo/feature-new-model/", "x.csv")
    git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x")
    git("worktree", "add", "-q", "-b", "other", str(project / "tree"))
    with override_settings(BASE_DIR=str(project / "tree" / "below")):
        assert lakefs.split("repo//x.csv") == ("lakefs://repo/other/", "x.csv")
    git("checkout", "-q", "--detach")
    with pytest.raises(CatalogError, match="names no branch"):
        lakefs.split("repo//x.csv")


def test_what_is_missing_is_told():
    with override_settings(LAKEFS_BRANCH="main"):
        with pytest.raises(CatalogError, match=r"names no repository. Set LAKEFS_REPOSITORY"):
            lakefs.split("/x.csv")
        with pytest.raises(CatalogError, match="names no path"):
            lakefs.split("repo")
    with pytest.raises(SettingsError, match="LAKEFS_ENDPOINT_URL is not set"):
        storage_of("lakefs://repo/main/")
