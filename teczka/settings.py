"""Django's settings, made from ours (core/settings.py). Nothing is read from the environment here."""

from urllib.parse import urlsplit

from teczka.core.settings import settings
from teczka.store.connections import as_django
from teczka.store.secrets import django_key
from teczka.store.server import Server
from teczka.store.server.roles import APP, DATABASE

ours = settings()

SECRET_KEY = django_key(ours.keys)
DEBUG = False
# The name that people type decides; with no public address only this machine is served.
ALLOWED_HOSTS = [name for name in (urlsplit(ours.url).hostname, "localhost", "127.0.0.1", "[::1]") if name]
CSRF_TRUSTED_ORIGINS = [ours.url] if ours.url else []

DATABASES = {
    "default": as_django(ours.database_url or Server(ours.data, ours.postgres_bin).dsn(DATABASE, APP)),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "teczka.web",  # first: its templates stand before those of the same name below
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "template_partials",
    "csp",
    "teczka.store",
]
MIDDLEWARE = [
    "teczka.web.proxies.TrustedProxies",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "teczka.web.session.private.Private",  # refuses: every page is for those signed in, unless it says otherwise
    "teczka.web.language.ViewerLanguage",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "teczka.web.urls"
FORM_RENDERER = "teczka.web.forms.Renderer"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "teczka.web.mail.tree.beside",
                "teczka.web.search.beside.beside",
            ],
            "builtins": [
                "django.templatetags.static",
                "django.templatetags.i18n",
                "template_partials.templatetags.partials",
                "teczka.web.templatetags.pages",
            ],
        },
    },
]

AUTH_USER_MODEL = "store.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_ADAPTER = "teczka.web.session.adapter.Adapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_GET = False
# Of tries to say a code (web/session/second_step.py); allauth has its own of the others. An address comes last: what a person's own count
# refuses takes nothing of it from the others behind it.
ACCOUNT_RATE_LIMITS = {
    "second_factor": "5/5m/key",
    "second_factor_day": "30/d/key",
    "second_factor_known": "100/d/key",
    "second_factor_address": "10/m/ip",
    "passkey": "10/m/ip,5/5m/key",  # the address first: handles may be made up, and each would be one more count
    "passkey_begin": "60/m/ip",  # each page of the door asks for one: an office may come by one address
}
ACCOUNT_SESSION_REMEMBER = True
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
SESSION_ENGINE = "teczka.store.sessions"
SESSION_COOKIE_AGE = 14 * 24 * 3600
PASSWORD_RESET_TIMEOUT = 7 * 24 * 3600  # of a link that lets somebody in: actions/invitations.py
# Holds the counters that limit tries to sign in: as few as Django's 300 could be pushed out by trying many other addresses.
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}},
}

LANGUAGE_CODE = "pl"
LANGUAGES = [("pl", "Polski"), ("en", "English")]
TIME_ZONE = "UTC"

DATA_UPLOAD_MAX_MEMORY_SIZE = 16_000_000  # a letter with what it quotes; files come another way: web/compose/files.py

STATIC_URL = "/static/"
STATIC_ROOT = ours.data / "static"
STORAGES = {"staticfiles": {"BACKEND": "teczka.web.static_files.StaticFiles"}}

DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # messages that one act names
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ours.secure
# By this name browsers take a cookie from this host over HTTPS alone: no other host of the domain, and nobody on the wire, plants one.
_HERE = "__Host-" if ours.secure else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{_HERE}sessionid", f"{_HERE}csrftoken"
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")  # web/proxies.py drops it unless a trusted proxy set it
SECURE_SSL_REDIRECT = False  # the proxy's work; the health page is asked over plain HTTP
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ours.secure else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = [
    "fields.W344",  # our composite foreign keys share columns
]

# Every page: nothing but our own files, nothing inline. Mail is shown in a frame with a policy of its own (web/mail/frame.py).
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "worker-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "frame-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"()": "teczka.store.logs.Formatter", "format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # web/proxies.py tells it in a line
        "fido2": {"level": "WARNING"},  # it names each passkey that signs somebody in
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
}
