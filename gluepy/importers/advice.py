"""What to do about parts of statisfactory that have no counterpart in gluepy's code."""

from __future__ import annotations

_SIGNALS = "Connect a receiver in signals.py of an installed module:"
_TYPE = (
    "Write a subclass of gluepy.catalog.FileDataset with `type`, load() and save() in datasets.py "
    "of an installed module."
)
_STORAGE = (
    "Use a URL that fsspec knows, or name a storage of your own in STORAGES and give entries "
    "`storage:`."
)

# Attribute of a session -> what to do; empty is any other.
ATTRIBUTES = {
    "parameters": "Write parameter_sets.resolve(name).values, from gluepy.catalog.parameters.",
    "pipelines_definitions": "Write DAG_REGISTRY, from gluepy.exec: label -> DAG class.",
    "settings": "Write variables(), from gluepy.context.variables.",
    "root": "Write default_settings.BASE_DIR, from gluepy.conf.",
    "aws_session": "Write boto3.Session() with the settings AWS_*.",
    "lakefs_client": "Read and write by lakefs:// paths in the catalog.",
    "lakefs_repo": "Read and write by lakefs:// paths in the catalog.",
    "git": "The commit is in the manifest of each run: runs.get(…).manifest.",
    "_": "Keep values of your own in a module of your own.",
    "": "There is no session in gluepy: use settings, context and catalog.",
}
# Base class -> what a class is then, and what to do.
BASES = {
    "ArtifactInteractor": ("a type of artifacts of its own", _TYPE),
    "FileBasedInteractor": ("a type of artifacts of its own", _TYPE),
    "Backend": ("a place of its own", _STORAGE),
    "BaseSession": (
        "a session of its own",
        "Settings and receivers of gluepy.signals take its place.",
    ),
}
HOOKS = {
    "hook_post_init": "Put it into signals.py of an installed module, which is imported first.",
    "hook_pre_run": f"{_SIGNALS} task_started or run_started.",
    "hook_post_run": f"{_SIGNALS} task_finished or run_finished.",
    "hook_on_error": f"{_SIGNALS} task_failed or run_failed.",
}
# Name that is imported from statisfactory and stays -> what it is, and what to do; empty is any.
REMAINS = {
    **{name: (f"is for {what}", hint) for name, (what, hint) in BASES.items()},
    "Errors": ("has other names in gluepy", "See the errors in gluepy.exceptions."),
    "*": ("imports what only statisfactory knows", "Import the names that are used."),
    "": ("has no counterpart in gluepy", "Take it out."),
}
