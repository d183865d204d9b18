"""What the wheel and the sdist hold."""

from __future__ import annotations

import subprocess
import tarfile
import zipfile
from email import message_from_bytes

from gluepy import VERSION
from tests.packaging.conftest import ROOT


def names_in(wheel):
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def tracked(folder):
    listed = subprocess.run(
        ["git", "ls-files", "-z", folder], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return {name for name in listed.stdout.split("\0") if name}


def test_the_wheel_holds_every_module_and_the_marker_of_types(wheel):
    names = names_in(wheel)
    assert "gluepy/py.typed" in names
    assert tracked("gluepy") <= names


def test_the_wheel_holds_the_project_template(wheel):
    template = tracked("project_template")
    assert template
    assert {f"gluepy/{name}" for name in template} <= names_in(wheel)


def test_the_wheel_holds_nothing_else(wheel):
    tops = {name.partition("/")[0] for name in names_in(wheel)}
    assert tops == {"gluepy", f"gluepy-{VERSION}.dist-info"}


def test_the_metadata_says_what_users_search_for(wheel):
    with zipfile.ZipFile(wheel) as archive:
        metadata = message_from_bytes(archive.read(f"gluepy-{VERSION}.dist-info/METADATA"))
        scripts = archive.read(f"gluepy-{VERSION}.dist-info/entry_points.txt").decode()
    assert metadata["Version"] == VERSION
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata["License-Expression"] == "BSD-3-Clause"
    assert {"s3", "gcs", "polars", "sql", "fsspec", "celery", "all", "dev", "demo"} <= set(
        metadata.get_all("Provides-Extra")
    )
    core = [req for req in metadata.get_all("Requires-Dist") if "extra ==" not in req]
    assert len(core) == 4
    assert "gluepy = gluepy.commands:main_console" in scripts
    assert "gluepy-cli = gluepy.commands:main_console" in scripts


def test_the_sdist_holds_all_that_is_needed_to_work_on_it(distributions):
    [path] = distributions.glob("*.tar.gz")
    with tarfile.open(path) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    wanted = {"Makefile", "LICENSE", "README.md", "CHANGELOG.md", "manage.py", "pyproject.toml"}
    assert wanted | tracked("tests") | tracked("docs") | tracked("settings") <= names
