"""Every setting gluepy knows, with its default. A project's settings module overrides them."""

from __future__ import annotations

import os
from typing import Any

# --- Project -----------------------------------------------------------------------------

# Folder of the project: the one that holds manage.py.
BASE_DIR: str = os.getcwd()
# Folder whose *.yaml and *.yml files are merged, in sorted order, into the context.
CONFIG_PATH: str = os.path.join(BASE_DIR, "configs")
# Packages or single modules whose tasks, dags, commands and checks are registered.
INSTALLED_MODULES: list[str] = []

# --- Storage -----------------------------------------------------------------------------

# Class of `default_storage`.
STORAGE_BACKEND: str = "gluepy.files.storages.local.LocalStorage"
# Where the paths of `default_storage` start: a folder, or a prefix in a bucket, or an fsspec URL.
STORAGE_ROOT: str = os.path.join(BASE_DIR, "data")
# Further arguments of the class of `default_storage`.
STORAGE_OPTIONS: dict[str, Any] = {}
# Further storages: alias -> {"BACKEND": path, "ROOT": root, "OPTIONS": {...}}.
STORAGES: dict[str, dict[str, Any]] = {}
# Bucket of S3Storage.
AWS_STORAGE_BUCKET_NAME: str | None = None
# Region of S3Storage; None leaves it to the AWS configuration.
AWS_S3_REGION_NAME: str | None = None
# Endpoint of S3Storage, for services that speak S3; None is AWS itself.
AWS_S3_ENDPOINT_URL: str | None = None
# Credentials of S3Storage; None leaves them to the AWS configuration.
AWS_ACCESS_KEY_ID: str | None = None
# Secret belonging to AWS_ACCESS_KEY_ID.
AWS_SECRET_ACCESS_KEY: str | None = None
# Bucket of GoogleStorage.
GOOGLE_GCS_BUCKET: str | None = None
# Project of Google Cloud that GoogleStorage and BigQuery work in.
GCP_PROJECT_ID: str | None = None

# --- Data --------------------------------------------------------------------------------

# Class of `data_manager`: PandasDataManager, PolarsDataManager or ArrowDataManager.
DATA_BACKEND: str = "gluepy.files.data.PandasDataManager"
# Databases of read_sql and write_sql: alias -> SQLAlchemy URL; "default" is used if none is named.
DATABASES: dict[str, str] = {}

# --- Context -----------------------------------------------------------------------------

# Class of `default_context_manager`.
CONTEXT_BACKEND: str = "gluepy.context.manager.DefaultContextManager"
# Functions that hooks in the context may call: dotted paths, `package.*` allows all below it.
CONTEXT_HOOKS: list[str] = []
# Dotted context keys whose values are secret, `*` matches within one part (`*.password`).
CONTEXT_SECRETS: list[str] = []

# --- Catalog ---------------------------------------------------------------------------

# File or folder, or a list of them, with the artifacts; None is `catalog` in CONFIG_PATH.
CATALOG_PATH: str | list[str] | None = None
# File or folder, or a list, with the parameter sets; None is `parameters` in CONFIG_PATH.
PARAMETERS_PATH: str | list[str] | None = None
# File or folder, or a list of them, with DAGs in YAML; None is `dags` in CONFIG_PATH.
DAGS_PATH: str | list[str] | None = None
# Folder of globals.yaml and locals.yaml, the variables of templates; None is `variables`
# in CONFIG_PATH.
VARIABLES_PATH: str | None = None
# Environment variables that templates may use, as `env.NAME`.
VARIABLES_ENVIRONMENT: list[str] = []
# Settings that templates may use, as `settings.NAME`.
VARIABLES_SETTINGS: list[str] = []
# Whether any pickle may be loaded; otherwise only those that this project has written.
CATALOG_ALLOW_PICKLE: bool = False
# Repository of lakefs:// paths that name none.
LAKEFS_REPOSITORY: str | None = None
# Branch of lakefs:// paths that name none; None is the branch of the project's git.
LAKEFS_BRANCH: str | None = None
# Endpoint of lakeFS's S3 gateway.
LAKEFS_ENDPOINT_URL: str | None = None
# Credentials of lakeFS.
LAKEFS_ACCESS_KEY_ID: str | None = None
# Secret belonging to LAKEFS_ACCESS_KEY_ID.
LAKEFS_SECRET_ACCESS_KEY: str | None = None

# --- Notebooks ---------------------------------------------------------------------------

# Folder of the notebooks whose tagged cells `notebooks compile` turns into modules.
NOTEBOOKS_PATH: str = os.path.join(BASE_DIR, "notebooks")
# Package they become: a dotted name, made below BASE_DIR.
NOTEBOOK_TARGET: str = "compiled"

# --- Runs --------------------------------------------------------------------------------

# Task that every run starts with; it writes the context into the run folder.
START_TASK: str = "gluepy.exec.tasks.BootstrapTask"
# Class that runs a DAG.
RUNNER_BACKEND: str = "gluepy.runs.runner.Runner"
# Class of the executor that tasks run on.
EXECUTOR_BACKEND: str = "gluepy.executors.serial.SerialExecutor"
# How many tasks run at once on executors that can; None is the number of cores.
EXECUTOR_WORKERS: int | None = None
# How worker processes start: "forkserver", "spawn" or "fork" (quick, but unsafe in a program
# with threads); None is the first of them that the platform has.
EXECUTOR_START_METHOD: str | None = None
# Address of the Dask scheduler that DaskExecutor works with; None starts a cluster of its own.
DASK_SCHEDULER_ADDRESS: str | None = None
# Class of `default_mlops`, the tracker of metrics and parameters.
MLOPS_BACKEND: str = "gluepy.ops.local.LocalOpsBackend"

# --- Checks and logging ------------------------------------------------------------------

# Ids of checks that are not reported.
SILENCED_CHECKS: list[str] = []
# A dictConfig of the logging module; None logs to stderr, from LOG_LEVEL on.
LOGGING: dict[str, Any] | None = None
# Lowest level that is logged by gluepy and the installed modules if LOGGING is None.
LOG_LEVEL: str = "INFO"

# --- Airflow -----------------------------------------------------------------------------

# Prefix of the names of exported DAGs.
AIRFLOW_DAG_PREFIX: str = ""
# Jinja2 template of exported DAGs, relative to BASE_DIR; None uses gluepy's own.
AIRFLOW_TEMPLATE: str | None = None
# Container image of exported tasks.
AIRFLOW_IMAGE: str = "python:3.12-slim"
# Kubernetes config maps exported tasks read their environment from.
AIRFLOW_CONFIGMAPS: list[str] = []
# Kubernetes resources of exported tasks.
AIRFLOW_POD_RESOURCES: dict[str, Any] = {"requests": {"cpu": "1000m", "memory": "128Mi"}}
# Kubernetes configuration file of exported DAGs.
AIRFLOW_KUBERNETES_CONFIG: str = "~/.kube/config"
