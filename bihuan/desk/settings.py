"""Django's settings of the desk. What differs from one installation to the next comes from the environment, which
``bihuan serve`` sets: DATABASE_URL, BIHUAN_SECRET_KEY, BIHUAN_DATA (the data directory), BIHUAN_ADDRESS (scheme and
host that users open), BIHUAN_PROXIES (proxies that are believed), BIHUAN_HOSTS, BIHUAN_DEBUG."""

from __future__ import annotations

import datetime as dt
import logging
import os
import secrets
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
    "procrastinate.contrib.django",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "bihuan.live",
    "bihuan.access",
    "bihuan.pressure",
    "bihuan.notices",
    "bihuan.briefings",
    "bihuan.desk",
]

AUTH_USER_MODEL = "access.Account"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
_RULES = "django.contrib.auth.password_validation."
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": _RULES + "MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": _RULES + "CommonPasswordValidator"},
    {"NAME": _RULES + "NumericPasswordValidator"},
    {"NAME": _RULES + "UserAttributeSimilarityValidator", "OPTIONS": {"user_attributes": ("username", "name")}},
]

ACCOUNT_ADAPTER = "bihuan.desk.signing.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_USER_MODEL_EMAIL_FIELD = None  # accounts are made by administrators, and have no address
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE
# Codes of second factors; passwords are axes' matter.
ACCOUNT_RATE_LIMITS = {
    "login_failed": "30/m/ip,10/5m/key",
    "change_password": "20/m/user",
    "reauthenticate": "20/m/user",
}
MFA_ADAPTER = "bihuan.desk.signing.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_TOLERANCE = 1  # the code that has just run out is taken too: nobody types that quickly (RFC 6238, 5.2)

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "bihuan.desk.signing.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

MIDDLEWARE = [
    "bihuan.desk.proxies.ProxiesMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "bihuan.desk.security.ContentSecurityPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "bihuan.access.middleware.TransactionMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "bihuan.desk.viewing.ViewingMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bihuan.access.middleware.ScopeMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "bihuan.desk.masking.WholeNumbersMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "bihuan.desk.faults.FaultsMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "bihuan.desk.pages.around",
            ],
        },
    }
]

ROOT_URLCONF = "bihuan.desk.urls"
WSGI_APPLICATION = "bihuan.desk.wsgi.application"

DATABASES = {"default": from_url(os.environ["DATABASE_URL"])} if os.environ.get("DATABASE_URL") else {}
if DATABASES:
    # A process holds many threads, most of them waiting with a stream of events: they share a few connections.
    # Those of a web process stay open: a new one, whose caches are empty, keeps its first page waiting for a fifth of a
    # second.
    FEWEST = 6 if os.environ.get("BIHUAN_SCOPE_KEY") else 1
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": FEWEST, "max_size": 24, "timeout": 5, "reconnect_timeout": 4}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LANGUAGE_CODE = "zh-hans"
USE_I18N = False  # the desk speaks by pairs of words (tag ``two``), not by catalogues
USE_TZ = False  # ledgers hold local time
TIME_ZONE = "Asia/Shanghai"

# The key of scopes: of the web processes alone, who are the desk's role (bihuan.access.ground.open_desk).
BIHUAN_SCOPE_KEY = os.environ.get("BIHUAN_SCOPE_KEY", "")
SESSION_ENGINE = "bihuan.access.sessions"

BIHUAN_DATA = os.environ.get("BIHUAN_DATA", "")

STATIC_URL = "/static/"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "bihuan.desk.assets.DigestStorage"},
}
# Straight from the package, without a step at install; an address changes with its content (see assets).
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_MAX_AGE = 365 * 24 * 3600

CSRF_FAILURE_VIEW = "bihuan.desk.faults.csrf_failure"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "overview"
SESSION_COOKIE_AGE = 12 * 3600  # a shift
SESSION_COOKIE_HTTPONLY = True
# Behind a proxy that speaks TLS requests come without it: what the browser says of itself is held to the address.
ADDRESS = os.environ.get("BIHUAN_ADDRESS", "")
BIHUAN_PROXIES = os.environ.get("BIHUAN_PROXIES", "")
CSRF_TRUSTED_ORIGINS = [ADDRESS] if ADDRESS else []
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ADDRESS.startswith("https://")
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

LOGGING_CONFIG = None
# What an account may not do, or what is not there, the page says; the console is for what the desk itself does wrong.
logging.getLogger("django.request").setLevel(logging.ERROR)
