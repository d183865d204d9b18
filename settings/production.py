"""Settings of production: files in a bucket; what differs by deployment is in the environment."""

import os

from settings.base import *

STORAGE_BACKEND = "gluepy.files.storages.s3.S3Storage"
STORAGE_ROOT = os.environ.get("STORAGE_ROOT", "")
AWS_STORAGE_BUCKET_NAME = os.environ.get("AWS_STORAGE_BUCKET_NAME")
AWS_S3_REGION_NAME = os.environ.get("AWS_S3_REGION_NAME")
AWS_S3_ENDPOINT_URL = os.environ.get("AWS_S3_ENDPOINT_URL")
