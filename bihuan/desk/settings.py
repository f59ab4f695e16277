"""Django's settings of the desk. What differs from one installation to the next comes from the environment, which
``bihuan serve`` sets: DATABASE_URL, BIHUAN_SECRET_KEY, BIHUAN_DATA (the data directory), BIHUAN_HOSTS, BIHUAN_DEBUG."""

from __future__ import annotations

import os
import secrets
from importlib.util import find_spec
from pathlib import Path

from bihuan.desk.database import from_url
from bihuan.domains import catalogue

HERE = Path(__file__).parent

DEBUG = False
# Without a key that lasts, sessions end with the process: safe, if a nuisance.
SECRET_KEY = os.environ.get("BIHUAN_SECRET_KEY") or secrets.token_urlsafe(48)
ALLOWED_HOSTS = [host for host in os.environ.get("BIHUAN_HOSTS", "*").split(",") if host]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    *catalogue.apps(),
    *(["bihuan.live"] if find_spec("bihuan.live") else []),
    "bihuan.desk",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "bihuan.desk.urls"
WSGI_APPLICATION = "bihuan.desk.wsgi.application"

DATABASES = {"default": from_url(os.environ["DATABASE_URL"])} if os.environ.get("DATABASE_URL") else {}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
USE_I18N = True
USE_TZ = False  # ledgers hold local time
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
LOGGING_CONFIG = None
