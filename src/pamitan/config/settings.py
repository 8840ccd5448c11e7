"""Django's settings. What differs between two installations comes from the environment (docs/reference/settings.md)."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from pamitan.config.database import database_from_url
from pamitan.config.home import Home

PACKAGE = Path(__file__).resolve().parent.parent
HOME = Home.from_environment()


def _flag(name: str, default: bool) -> bool:
    value = os.environ.get(name, "yes" if default else "no").lower()
    if value not in ("yes", "no"):
        raise ImproperlyConfigured(f"{name} is '{value}'; set it to yes or no")
    return value == "yes"


def _number(name: str, default: int) -> int:
    value = os.environ.get(name, str(default))
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name} is '{value}'; set it to a whole number")
    return int(value)


def _words(name: str, default: str) -> list[str]:
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


# What Pamitan itself reads
PAMITAN_STORE = os.environ.get("PAMITAN_STORE", "")
PAMITAN_URL = os.environ.get("PAMITAN_URL", "http://localhost:8000").rstrip("/")
PAMITAN_CLOCK_SHIFT = os.environ.get("PAMITAN_CLOCK_SHIFT", "")
PAMITAN_CLOSURE_KEYS = HOME.closure_keys
PAMITAN_LEDGER_MARK = os.environ.get("PAMITAN_LEDGER_MARK", "") or HOME.ledger_mark
PAMITAN_TOMBSTONE_KEY = HOME.secret("tombstones")
PAMITAN_CERTIFICATE_KEY = HOME.secret("certificate")
PAMITAN_SIGN_IN_FLOOR_SECONDS = 0.6
PAMITAN_BEHIND_PROXY = _flag("PAMITAN_BEHIND_PROXY", False)
PAMITAN_TRIES_PER_ADDRESS = _number("PAMITAN_TRIES_PER_ADDRESS", 100)

# Django
DEBUG = False
SECRET_KEY = HOME.secret("django").hex()
ALLOWED_HOSTS = _words("PAMITAN_HOSTS", "localhost,127.0.0.1,[::1]")
CSRF_TRUSTED_ORIGINS = _words("PAMITAN_ORIGINS", "")
ROOT_URLCONF = "pamitan.config.urls"
WSGI_APPLICATION = "pamitan.config.wsgi.application"
DATABASES = {"default": database_from_url(os.environ.get("PAMITAN_DATABASE_URL", ""), HOME.database)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {"default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "pamitan_cache"}}

INSTALLED_APPS = [
    # ours first: our words and pages come before those of the libraries
    "pamitan.channels",
    "pamitan.evidence",
    "pamitan.closure",
    "pamitan.conversation",
    "pamitan.portal",
    "pamitan.desk",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "csp",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "pamitan.config.caching.NothingKeptMiddleware",
    "csp.middleware.CSPMiddleware",
    "pamitan.config.doors.TwoDoorsMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "pamitan.portal.language.StoreLocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "pamitan.portal.errors.StoreDownMiddleware",
]

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
                "pamitan.portal.context.store",
            ],
        },
    },
]

# Who may come in: customers by the store's own passwords, operators by theirs and a second factor
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "pamitan.portal.backend.StoreBackend",
    "pamitan.desk.backend.OperatorBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Sign-in protection: five wrong passwords lock an account for a while; nothing of the visitor is kept
AXES_HANDLER = "pamitan.portal.lockout.KeyedAttempts"
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = dt.timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["username"]
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_USERNAME_CALLABLE = "pamitan.portal.lockout.attempt_key"
AXES_CLIENT_IP_CALLABLE = "pamitan.portal.lockout.no_address"
AXES_CLIENT_STR_CALLABLE = "pamitan.portal.lockout.no_particulars"
AXES_LOCKOUT_CALLABLE = "pamitan.portal.lockout.own_answer"
AXES_SENSITIVE_PARAMETERS = [
    "username",
    "login",
    "email",
    "phone",
    "other_email",
    "code",
    "next",
    "csrfmiddlewaretoken",
]
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
SILENCED_SYSTEM_CHECKS = ["axes.W006"]  # counted by account, and by place as pamitan.portal.visitors does

# Operators: made on the command line, with a second factor, at the desk's own door
LOGIN_URL = "account_login"
ACCOUNT_ADAPTER = "pamitan.desk.adapters.OperatorAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = False
ALLAUTH_TRUSTED_PROXY_COUNT = int(PAMITAN_BEHIND_PROXY)
MFA_ADAPTER = "pamitan.desk.adapters.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not PAMITAN_URL.startswith("https://")  # browsers allow it for localhost alone
PAMITAN_SECOND_FACTOR_KEY = HOME.secret("second-factors")

# Words and time
LANGUAGE_CODE = "en"
LANGUAGES = [("id", "Bahasa Indonesia"), ("en", "English"), ("it", "Italiano")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# Files, served from where the packages have them
STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_IMMUTABLE_FILE_TEST = r"\.[0-9a-f]{12}\.webp$"  # pictures, named by a hash of what is in them

# Security
_HTTPS = PAMITAN_URL.startswith("https://")
SESSION_ENGINE = "pamitan.portal.sessions"
SESSION_COOKIE_NAME = "pamitan"
SESSION_COOKIE_AGE = 60 * 60 * 2
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "pamitan_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "pamitan.portal.errors.form_expired"
SECURE_HSTS_SECONDS = 31_536_000 if _HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if PAMITAN_BEHIND_PROXY else None
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Mail: out by SMTP, always through the outbox
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("PAMITAN_SMTP_HOST", "localhost")
EMAIL_PORT = _number("PAMITAN_SMTP_PORT", 25)
EMAIL_HOST_USER = os.environ.get("PAMITAN_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("PAMITAN_SMTP_PASSWORD", "")
EMAIL_USE_TLS = _flag("PAMITAN_SMTP_STARTTLS", False)
EMAIL_TIMEOUT = 20

# Mail: in by IMAP, or by a hook that the mail provider calls; without either, answers go to the store's own address
PAMITAN_MAIL_ADDRESS = os.environ.get("PAMITAN_MAIL_ADDRESS", "")
PAMITAN_IMAP_HOST = os.environ.get("PAMITAN_IMAP_HOST", "")
PAMITAN_IMAP_PORT = _number("PAMITAN_IMAP_PORT", 993)
PAMITAN_IMAP_STARTTLS = _flag("PAMITAN_IMAP_STARTTLS", False)
PAMITAN_IMAP_USER = os.environ.get("PAMITAN_IMAP_USER", "")
PAMITAN_IMAP_PASSWORD = os.environ.get("PAMITAN_IMAP_PASSWORD", "")
PAMITAN_IMAP_FOLDER = os.environ.get("PAMITAN_IMAP_FOLDER", "INBOX")
PAMITAN_IMAP_DONE_FOLDER = os.environ.get("PAMITAN_IMAP_DONE_FOLDER", "")
PAMITAN_MAIL_HOOK = os.environ.get("PAMITAN_MAIL_HOOK", "")
PAMITAN_MAIL_HOOK_SECRET = os.environ.get("PAMITAN_MAIL_HOOK_SECRET", "")
PAMITAN_MAIL_AUTHSERV = os.environ.get("PAMITAN_MAIL_AUTHSERV", "")
if PAMITAN_MAIL_HOOK and not PAMITAN_MAIL_HOOK_SECRET:
    raise ImproperlyConfigured("PAMITAN_MAIL_HOOK needs PAMITAN_MAIL_HOOK_SECRET; else anybody could send mails to it")
ANYMAIL = (
    {"MAILGUN_WEBHOOK_SIGNING_KEY": PAMITAN_MAIL_HOOK_SECRET}
    if PAMITAN_MAIL_HOOK == "mailgun"
    else {"WEBHOOK_SECRET": PAMITAN_MAIL_HOOK_SECRET}
)
PAMITAN_ATTACHMENTS = HOME.attachments

# No address, name or number of a customer may reach a log: messages carry references and error classes alone
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
