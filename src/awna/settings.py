"""All settings, read from the environment, safe when nothing is set. docs/reference.md explains each."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from awna.kit.keyfile import secret_in_file

PACKAGE_DIR = Path(__file__).resolve().parent
ROOT_DIR = PACKAGE_DIR.parent.parent


def env_text(name: str, default: str = "") -> str:
    """A setting's text; `NAME_FILE` may name a file that holds it."""
    path = os.environ.get(f"{name}_FILE")
    if path:
        try:
            return Path(path).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE names {path}, which cannot be read: {error}") from error
    return os.environ.get(name, default)


def env_bool(name: str, default: bool) -> bool:
    text = env_text(name, "1" if default else "0").lower()
    if text not in {"0", "1", "true", "false", "yes", "no"}:
        raise ImproperlyConfigured(f"{name} is “{text}”; use 1 or 0")
    return text in {"1", "true", "yes"}


def env_list(name: str, default: str) -> list[str]:
    return [item.strip() for item in env_text(name, default).split(",") if item.strip()]


AWNA_DATA_DIR = Path(env_text("AWNA_DATA_DIR", str(ROOT_DIR / "var" / "data"))).absolute()
AWNA_KEY_DIR = Path(env_text("AWNA_KEY_DIR", str(AWNA_DATA_DIR / "keys"))).absolute()
AWNA_LOG_DIR = Path(env_text("AWNA_LOG_DIR", str(AWNA_DATA_DIR / "log"))).absolute()
AWNA_LOG_GUARD_DIR = env_text("AWNA_LOG_GUARD_DIR")
AWNA_LOG_SIGNER = env_text("AWNA_LOG_SIGNER")
AWNA_LOG_AT_COMMIT = env_bool("AWNA_LOG_AT_COMMIT", True)
AWNA_PACKS_DIR = env_text("AWNA_PACKS_DIR")
AWNA_BACKUP_DIR = Path(env_text("AWNA_BACKUP_DIR", str(AWNA_DATA_DIR / "backups"))).absolute()
AWNA_BACKUP_KEYS = env_list("AWNA_BACKUP_KEYS", "")
AWNA_ORIGIN = env_text("AWNA_ORIGIN", "http://localhost:8000").rstrip("/")
# Stewards' passkeys are bound to these for good: never taken from a request.
AWNA_KEY_SITE, AWNA_KEY_RP = AWNA_ORIGIN, urlsplit(AWNA_ORIGIN).hostname or "localhost"
DEBUG = env_bool("AWNA_DEBUG", False)
SECRET_KEY = env_text("AWNA_SECRET_KEY") or secret_in_file(AWNA_KEY_DIR / "secret_key")
ALLOWED_HOSTS = env_list("AWNA_HOSTS", "localhost,127.0.0.1,[::1]")
_HTTPS = AWNA_ORIGIN.startswith("https:")
CONNECTION_MAX_S = 60
"""How long a thread that serves pages keeps its connection to the database."""


def database_from_url(url: str) -> dict[str, object]:
    """`postgresql://user:password@host:port/name` (or `?host=/socket/folder`) as Django's dictionary."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured("AWNA_DATABASE_URL must start with postgresql://")
    options = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(options.get("host", parts.hostname or "")),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": CONNECTION_MAX_S,
    }


def sqlite_database(path: Path) -> dict[str, object]:
    """The one place that states how SQLite is opened; `kit.sqlite` refuses any connection that differs."""
    return {
        "ENGINE": "awna.kit.engine",
        "NAME": str(path),
        # Opening a file, checking how it was opened and closing it, which empties the journal, cost more than most pages do.
        "CONN_MAX_AGE": CONNECTION_MAX_S,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            # Keys are random, so a batch touches pages all over each index: 64 MiB of them stay at hand, used as far as a book is long.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON; "
            "PRAGMA temp_store=MEMORY; PRAGMA cache_size=-65536",
        },
        "TEST": {"NAME": str(AWNA_DATA_DIR / f"test-{os.getpid()}.sqlite3")},
    }


_DATABASE_URL = env_text("AWNA_DATABASE_URL")
AWNA_OWNER_DATABASE_URL = env_text("AWNA_OWNER_DATABASE_URL")
DATABASES = {"default": database_from_url(_DATABASE_URL) if _DATABASE_URL else sqlite_database(AWNA_DATA_DIR / "awna.sqlite3")}
if AWNA_OWNER_DATABASE_URL:
    DATABASES["owner"] = {**database_from_url(AWNA_OWNER_DATABASE_URL), "TEST": {"MIRROR": "default"}}
AWNA_DATA_DIR.mkdir(parents=True, exist_ok=True)

ROOMS = [
    "desk", "exports", "public", "works", "supply", "crews", "donations", "approvals", "letters", "voices",
    "access", "screening", "campaigns", "books", "consent", "parties", "kit",
]  # fmt: skip
INSTALLED_APPS = [
    *(f"awna.{room}" for room in ROOMS if (PACKAGE_DIR / room / "apps.py").exists()),
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # before WhiteNoise, so that sheets are packed also where nobody ran collectstatic
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "awna.kit.middleware.PolicyMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "awna.urls"
WSGI_APPLICATION = "awna.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "awna.kit.middleware.page_context",
            ],
        },
    }
]

AUTH_USER_MODEL = "parties.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_REDIRECT_URL = "/desk/"
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "awna.parties.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
MFA_SUPPORTED_TYPES = ["webauthn", "totp", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _HTTPS
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 10
AXES_COOLOFF_TIME = 1
AXES_USERNAME_FORM_FIELD = "login"
AXES_CLIENT_IP_CALLABLE = "awna.kit.http.client_address"
AXES_IPWARE_PROXY_COUNT = ALLAUTH_TRUSTED_PROXY_COUNT = int(env_text("AWNA_PROXY_COUNT", "0"))

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_AGE = 12 * 3600
# A front of ours says how the visitor came; without one the header is a stranger's.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _HTTPS and AXES_IPWARE_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_TRUSTED_ORIGINS = [AWNA_ORIGIN]
CSRF_FAILURE_VIEW = "awna.kit.views.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "object-src": ["'none'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
        "form-action": ["'self'"],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ar", _("Arabic")), ("de", _("German")), ("es", _("Spanish")), ("fr", _("French"))]
LOCALE_PATHS = [PACKAGE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env_text("AWNA_TIME_ZONE", "UTC")
FORMAT_MODULE_PATH: list[str] = []

STATIC_URL = "/static/"
STATIC_ROOT = AWNA_DATA_DIR / "static"
WHITENOISE_USE_FINDERS = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(AWNA_DATA_DIR / "files")}},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

EMAIL_BACKEND = env_text("AWNA_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = AWNA_DATA_DIR / "mail"
EMAIL_HOST = env_text("AWNA_EMAIL_HOST", "localhost")
EMAIL_PORT = int(env_text("AWNA_EMAIL_PORT", "25"))
EMAIL_HOST_USER = env_text("AWNA_EMAIL_USER")
EMAIL_HOST_PASSWORD = env_text("AWNA_EMAIL_PASSWORD")
EMAIL_USE_TLS, EMAIL_USE_SSL = env_bool("AWNA_EMAIL_TLS", False), env_bool("AWNA_EMAIL_SSL", False)
if EMAIL_USE_TLS and EMAIL_USE_SSL:
    raise ImproperlyConfigured("AWNA_EMAIL_TLS (STARTTLS, port 587) and AWNA_EMAIL_SSL (encrypted at once, port 465) exclude each other")
EMAIL_TIMEOUT = int(env_text("AWNA_EMAIL_TIMEOUT", "20"))
AWNA_EMAIL_BOUNCES_TO = env_text("AWNA_EMAIL_BOUNCES_TO")
AWNA_BOUNCES = env_text("AWNA_BOUNCES")
AWNA_MAILS_PER_DAY = int(env_text("AWNA_MAILS_PER_DAY", "2000"))
AWNA_JOBS_KEPT_DAYS = int(env_text("AWNA_JOBS_KEPT_DAYS", "7"))
DEFAULT_FROM_EMAIL = env_text("AWNA_EMAIL_FROM", "awna@localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": env_text("AWNA_LOG_LEVEL", "WARNING")},
}
