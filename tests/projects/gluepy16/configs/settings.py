import os

BASE_DIR = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
CONFIG_PATH = os.path.join(BASE_DIR, "configs")

INSTALLED_MODULES = ["forecaster"]

STORAGE_BACKEND = "gluepy.files.storages.local.LocalStorage"
STORAGE_ROOT = os.path.join(BASE_DIR, "data")
DATA_BACKEND = "gluepy.files.data.PandasDataManager"
CONTEXT_BACKEND = "gluepy.conf.context.DefaultContextManager"
START_TASK = "gluepy.exec.tasks.BootstrapTask"
MLOPS_BACKEND = "gluepy.ops.backend.LoggingOpsBackend"

AIRFLOW_DAG_PREFIX = "forecaster"
AIRFLOW_TEMPLATE = None
AIRFLOW_IMAGE = "python:3.9-slim"
AIRFLOW_CONFIGMAPS = ["forecaster-config"]
AIRFLOW_POD_RESOURCES = {"requests": {"cpu": "1000m", "memory": "128Mi"}}
AIRFLOW_KUBERNETES_CONFIG = "~/.kube/config"

GCP_PROJECT_ID = ""
GOOGLE_GCS_BUCKET = ""
AWS_S3_REGION_NAME = ""
AWS_S3_ENDPOINT_URL = ""
AWS_ACCESS_KEY_ID = ""
AWS_SECRET_ACCESS_KEY = ""
AWS_STORAGE_BUCKET_NAME = ""

CELERY_BROKER_URL = "redis://localhost:6379/0"
CELERY_RESULT_BACKEND = "redis://localhost:6379/1"
CELERY_TASK_TIME_LIMIT = 3600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "verbose": {"format": "{levelname} {asctime} {name} {message}", "style": "{"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "verbose"},
    },
    "loggers": {
        "gluepy": {"handlers": ["console"], "level": "DEBUG", "propagate": False},
    },
    "root": {"handlers": ["console"], "level": "INFO"},
}
