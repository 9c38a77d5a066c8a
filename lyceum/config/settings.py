"""Settings. Everything that differs between installations comes from the environment.

`lyceum` (the command) prepares the environment first: it starts the embedded database where no
DATABASE_URL is given, and makes the secret key on first use.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from lyceum.config.carriers import read_carriers
from lyceum.config.files import read_file_store

PACKAGE = Path(__file__).resolve().parent.parent
DATA = Path(os.environ.get("LYCEUM_DATA", "lyceum-data")).resolve()
DEBUG = os.environ.get("LYCEUM_DEBUG", "") == "1"
SECRET_KEY = os.environ.get("LYCEUM_SECRET_KEY", "")
PORT = int(os.environ.get("LYCEUM_PORT", "4000"))
PUBLIC_URL = os.environ.get("LYCEUM_URL", f"http://localhost:{PORT}")
ALLOWED_HOSTS = [h for h in os.environ.get("LYCEUM_HOSTS", "*").split(",") if h]
SIGNUP = os.environ.get("SIGNUP", "closed")
CLOSING_DAYS = int(os.environ.get("LYCEUM_CLOSING_DAYS", "30"))
SETUP_CODE = os.environ.get("LYCEUM_SETUP_CODE", "")
REDIS_URL = os.environ.get("REDIS_URL", "")
LOG_LEVEL = os.environ.get("LYCEUM_LOG_LEVEL", "INFO")

INSTALLED_APPS = [
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "channels",
    "procrastinate.contrib.django",
    "ninja",  # its documentation page and assets
    "lyceum.web",
    "lyceum.demo",
    "lyceum.domains.journal",
    "lyceum.domains.tenancy",
    "lyceum.domains.accounts",
    "lyceum.domains.notifications",
    "lyceum.domains.people",
    "lyceum.domains.academics",
    "lyceum.domains.timetable",
    "lyceum.domains.calendars",
    "lyceum.domains.attendance",
    "lyceum.domains.behaviour",
    "lyceum.domains.learning",
    "lyceum.domains.assessment",
    "lyceum.domains.fees",
    "lyceum.domains.admissions",
    "lyceum.domains.website",
    "lyceum.domains.exchange",
    "lyceum.domains.reports",
]

MIDDLEWARE = [
    "lyceum.api.middleware.SecurityHeaders",
    "lyceum.api.middleware.Compression",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "lyceum.api.middleware.RequestId",
    "lyceum.api.language.Language",
    "lyceum.api.middleware.PathForms",
    "lyceum.core.toasts.Toasts",
    "lyceum.api.callers.CallerMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "lyceum.api.middleware.Refusals",
]

ROOT_URLCONF = "lyceum.config.urls"
ASGI_APPLICATION = "lyceum.config.asgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.i18n",
                "lyceum.web.context.shell",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "lyceum.web.templatetags.lyceum",
            ],
        },
    }
]

PREPARES = os.environ.get("LYCEUM_PREPARE", "") == "1"
"""Whether PostgreSQL keeps the plans of statements between transactions: half its work on a page."""
POOL_SIZE = int(os.environ.get("LYCEUM_POOL_SIZE", "12"))
POOL_SECONDS = 5
"""How long a request waits for a connection."""


def database(url: str, *, pooled: bool) -> dict[str, Any]:
    """Django's settings for a database URL; `?host=` may name a socket folder."""
    parts = urlsplit(url)
    options = {name: values[0] for name, values in parse_qs(parts.query).items()}
    settings: dict[str, Any] = {
        "ENGINE": "lyceum.core.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or parts.hostname or "",
        "PORT": options.pop("port", "") or str(parts.port or ""),
        # Transaction pooling in front of PostgreSQL: nothing may be remembered between transactions,
        # unless LYCEUM_PREPARE says that no such pooler is there.
        "DISABLE_SERVER_SIDE_CURSORS": True,
        "CONN_MAX_AGE": 0,
        "OPTIONS": {**options, "server_side_binding": PREPARES, "prepare_threshold": 3 if PREPARES else None},
    }
    if pooled:
        # A pool that goes on trying waits twice as long each time, for minutes in the end, while the database is back:
        # it gives up with those who wait, and the next who asks begins anew.
        wait = {"timeout": POOL_SECONDS, "reconnect_timeout": POOL_SECONDS}
        settings["OPTIONS"]["pool"] = {"min_size": 1, "max_size": POOL_SIZE, **wait}
    return settings


DATABASES = {
    # The role of web and worker: it owns nothing and cannot pass the walls.
    "default": database(os.environ.get("DATABASE_APP_URL", "postgresql:///lyceum"), pooled=True),
    # The role that owns the tables: migrations, and erasing whole schools, with trails that others only add to.
    "owner": database(os.environ.get("DATABASE_URL", "postgresql:///lyceum"), pooled=False),
}
DATABASE_ROUTERS: list[str] = []
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

PASSWORD_HASHERS = [
    "lyceum.config.hashers.Argon2id",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.ScryptPasswordHasher",
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("es", "Español"), ("fr", "Français"), ("ar", "العربية")]
PSEUDO_LANGUAGE = "en-xa" if DEBUG or os.environ.get("LYCEUM_PSEUDO_LANGUAGE", "") == "1" else ""
"""English made longer and with accents: shows what is not translatable and what would be cut off."""
if PSEUDO_LANGUAGE:
    LANGUAGES.append((PSEUDO_LANGUAGE, "[Éñglîsh]"))
LOCALE_PATHS = [DATA / "locale"]  # compiled at the start: see config/catalogues.py
FORMAT_MODULE_PATH = "lyceum.config.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
STATICFILES_DIRS = [("web/fonts", DATA / "fonts")]  # made by lyceum.config.fonts
STATIC_FROM_SOURCE = DEBUG or os.environ.get("LYCEUM_STATIC_FROM_SOURCE", "") == "1"
STORAGES = {
    "default": read_file_store(os.environ.get("FILES_URL", ""), DATA / "files"),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if STATIC_FROM_SOURCE
        else "lyceum.config.hashed.HashedFiles"
    },
}
WHITENOISE_USE_FINDERS = STATIC_FROM_SOURCE
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if STATIC_FROM_SOURCE else 3600

SESSION_COOKIE_AGE = 30 * 24 * 3600
CSRF_COOKIE_NAME = "__Host-lyceum_csrf"  # no neighbouring host name can set it
CSRF_COOKIE_SECURE = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "lyceum.web.views.csrf_failed"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

CHANNEL_LAYERS: dict[str, Any] = {}

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None
DATA_UPLOAD_MAX_NUMBER_FIELDS = 3000
IMPORT_LARGEST_BYTES = 200 * 1024 * 1024

CARRIERS = read_carriers(os.environ.get("EMAIL_URL", ""), os.environ.get("SMS_URL", ""))
"""Who carries e-mail and texts for schools that have nobody of their own. Without any they stay on the outbox page."""
MAIL_FROM = CARRIERS.get("email", {}).get("sender", "") or "lyceum@localhost"
SMS_HOSTS = {"twilio": "https://api.twilio.com", "vonage": "https://rest.nexmo.com"}
PUSH_SERVICES = (
    "fcm.googleapis.com",
    "push.services.mozilla.com",
    "push.apple.com",
    "notify.windows.com",
    *(each for each in os.environ.get("LYCEUM_PUSH_SERVICES", "").split(",") if each),
)
"""The push services of browsers: Lyceum calls no other address that a browser names. Hosts with those below them."""

WEBHOOKS_TO_LOOPBACK = os.environ.get("LYCEUM_WEBHOOKS_TO_LOOPBACK", "") == "1"
"""Whether webhooks may go to this machine itself over plain http: for development and tests."""

PROCRASTINATE_ON_APP_READY = "lyceum.config.jobs.on_app_ready"
PROCRASTINATE_IMPORT_PATHS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "lyceum.config.logs.JsonLines"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "lyceum": {"level": LOG_LEVEL},
        "procrastinate": {"level": "WARNING"},
    },
}
SILENCED_SYSTEM_CHECKS = ["auth.W004", "fields.W342", "staticfiles.W004"]
