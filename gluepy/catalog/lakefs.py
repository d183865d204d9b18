"""lakeFS, which speaks S3: its repositories are buckets, the first part of a key is a branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gluepy.conf import default_settings
from gluepy.exceptions import CatalogError, SettingsError

if TYPE_CHECKING:
    from gluepy.files.storages import BaseStorage


def split(rest: str) -> tuple[str, str]:
    """Return the root and the path of what follows ``lakefs://``.

    That is ``repository/branch/path``. An empty repository is LAKEFS_REPOSITORY, an empty
    branch LAKEFS_BRANCH, else the branch of the project's git with ``/`` turned into ``-``:
    ``lakefs:///path`` and ``lakefs://repository//path``.

    Raises:
        CatalogError: A part is missing and no setting has it.
    """
    repository, _, inside = rest.partition("/")
    if not repository:
        return f"lakefs://{_repository(rest)}/{_branch()}/", inside
    branch, slash, path = inside.partition("/")
    if not branch and not slash:
        raise CatalogError(
            f"The URL 'lakefs://{rest}' names no path.",
            hint="Write lakefs://repository/branch/path, or lakefs:///path.",
        )
    return f"lakefs://{repository}/{branch or _branch()}/", path


def storage(place: str) -> BaseStorage:
    """Return the storage of ``repository/branch``.

    Raises:
        SettingsError: LAKEFS_ENDPOINT_URL is not set.
    """
    from gluepy.files.storages.s3 import S3Storage

    repository, _, branch = place.partition("/")
    endpoint = default_settings.LAKEFS_ENDPOINT_URL
    if not endpoint:
        raise SettingsError(
            f"'lakefs://{place}' cannot be reached: LAKEFS_ENDPOINT_URL is not set.",
            hint="Set it to the address of lakeFS, such as http://localhost:8000.",
        )
    return S3Storage(
        branch,
        bucket=repository,
        endpoint_url=endpoint,
        access_key=default_settings.LAKEFS_ACCESS_KEY_ID,
        secret_key=default_settings.LAKEFS_SECRET_ACCESS_KEY,
    )


def _repository(rest: str) -> str:
    repository = default_settings.LAKEFS_REPOSITORY
    if not repository:
        raise CatalogError(
            f"The URL 'lakefs://{rest}' names no repository.",
            hint="Set LAKEFS_REPOSITORY, or write lakefs://repository/branch/path.",
        )
    return str(repository)


def _branch() -> str:
    branch = default_settings.LAKEFS_BRANCH or _git_branch(str(default_settings.BASE_DIR))
    if not branch:
        raise CatalogError(
            "A lakefs:// path names no branch, and the project is on no branch of git.",
            hint="Set LAKEFS_BRANCH, or write lakefs://repository/branch/path.",
        )
    return str(branch).replace("/", "-")


def _git_branch(folder: str) -> str | None:
    """Return the branch that the folder's git repository is on, without asking git."""
    import os

    while True:
        git = os.path.join(folder, ".git")
        if os.path.exists(git):
            return _head(git)
        parent = os.path.dirname(os.path.abspath(folder))
        if parent == folder:
            return None
        folder = parent


def _head(git: str) -> str | None:
    import os

    try:
        if os.path.isfile(git):  # of a worktree: "gitdir: /where/it/is"
            with open(git, encoding="utf-8") as file:
                git = os.path.join(os.path.dirname(git), file.read().partition(":")[2].strip())
        with open(os.path.join(git, "HEAD"), encoding="utf-8") as file:
            head = file.read().strip()
    except OSError:
        return None
    return head.removeprefix("ref: refs/heads/") if head.startswith("ref: refs/heads/") else None
