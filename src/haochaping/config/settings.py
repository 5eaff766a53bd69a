"""Settings of the whole house, in one file. What differs between installations comes from `environment.py`."""

from __future__ import annotations

import os
from pathlib import Path

from django.utils.csp import CSP
from psycopg.conninfo import conninfo_to_dict

from haochaping.config import environment, keys, pool

ENV = environment.read(os.environ)
PACKAGE = Path(__file__).resolve().parent.parent

DEBUG = bool(ENV.debug)
DEMO = bool(ENV.demo)
DOORS = ENV.doors
SITE_URL, DESK_URL = ENV.site_url, ENV.desk_url
SECURITY_CONTACT = ENV.security_contact
SUITE = ENV.suite
KEYS_DIR = ENV.data_dir / "keys"
DIALECTS_DIR = ENV.data_dir / "dialects"
OPEN_DATA_DIR = ENV.data_dir / "open-data"
SECRET_KEY = keys.secret(KEYS_DIR, "django")
INVITATION_KEY = bytes.fromhex(keys.secret(KEYS_DIR, "invitation"))
WEBHOOK_KEY = bytes.fromhex(keys.secret(KEYS_DIR, "webhook"))
CONTENT_KEY = bytes.fromhex(keys.secret(KEYS_DIR, "content"))
ALLOWED_HOSTS = ENV.allowed_hosts
SECURE_SITE = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "haochaping.ledger",
    "haochaping.outbox",
    "haochaping.directory",
    "haochaping.rulebook",
    "haochaping.accounts",
    "haochaping.identity",
    "haochaping.notices",
    "haochaping.files",
    "haochaping.cases",
    "haochaping.reviews",
    "haochaping.rectification",
    "haochaping.supervision",
    "haochaping.voices",
    "haochaping.exchange",
    "haochaping.levels",
    "haochaping.hotline",
    "haochaping.insight",
    "haochaping.publicity",
    "haochaping.ui",
    "haochaping.doors.portal",
    "haochaping.doors.workbench",
    "haochaping.doors.oversight",
    "haochaping.doors.board",
    "haochaping.doors.api",
    "haochaping.doors.console.apps.ConsoleConfig",
    "haochaping.doors.demo",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "procrastinate.contrib.django",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "haochaping.doors.browser_rules.tell",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "haochaping.doors.compression.compress_static",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "haochaping.doors.gate.GateMiddleware",
    "haochaping.ui.appearance.remember",
]

ROOT_URLCONF = "haochaping.config.urls"
WSGI_APPLICATION = "haochaping.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "haochaping.ui.context.site",
            ],
        },
    }
]


# Waiting is long enough for a database server that starts again, short enough for whoever waits for a page. After a
# longer outage a pool that goes on trying waits ever longer between two tries; one that has given up tries at once.
_POOL = {"min_size": 1, "max_size": 8, "timeout": 5, "reconnect_timeout": 5, "check": pool.check}


def _database(url: str) -> dict[str, object]:
    parts = conninfo_to_dict(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.get("dbname", "haochaping"),
        "USER": parts.get("user", ""),
        "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""),
        "PORT": str(parts.get("port", "")),
        "OPTIONS": {"pool": _POOL} if url else {},
        # Connections that a restart of the server has cut are replaced before anybody meets them.
        "CONN_HEALTH_CHECKS": bool(url),
        "DISABLE_SERVER_SIDE_CURSORS": False,
    }


# `default` is the application's role, which owns no table; `owner` is used by migrations only.
DATABASES = {"default": _database(ENV.database_url)}
if ENV.owner_url:
    DATABASES["owner"] = _database(ENV.owner_url) | {"OPTIONS": {}}


def _provider(one: environment.IdentityProvider) -> dict[str, object]:
    return {
        "provider_id": one.id,
        "name": one.id,
        "client_id": one.client,
        "secret": one.secret,
        "settings": {"server_url": one.issuer, "scope": one.scopes, "oauth_pkce_enabled": True},
    }


DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
# What all processes must remember together: failed log-ins, used codes. Nothing is cached for speed in it.
CACHES = {
    "default": {
        "BACKEND": "haochaping.doors.shared_memory.SharedMemory",
        "LOCATION": "accounts_shared_memory",
        # Beyond this many the oldest are dropped: high enough that nobody makes us forget by guessing.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["haochaping.doors.session_user.SessionUsers"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "haochaping.accounts.actions.passwords.Guessable"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
# ASVS 5.0 V6.2.5 and V6.2.10 forbid what GB/T 22239-2019 8.1.4.1 a) asks for: who is assessed by it says `dengbao3`.
PASSWORDS_AGE = ENV.passwords == "dengbao3"
if PASSWORDS_AGE:
    AUTH_PASSWORD_VALIDATORS += [
        {"NAME": "haochaping.accounts.actions.passwords.Mixed"},
        {"NAME": "haochaping.accounts.actions.passwords.NotAgain"},
    ]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/desk/"
LOGOUT_REDIRECT_URL = "/accounts/login/"

# Administrators make the accounts; log-in is by user name and always with a second factor (doors/gate.py).
ACCOUNT_ADAPTER = "haochaping.doors.console.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "haochaping.doors.console.forms.LoginForm",
    "reauthenticate": "haochaping.doors.console.forms.PasswordAgainForm",
}
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_NOTIFICATIONS = False
ACCOUNT_SESSION_REMEMBER = False
# As doors/confirmation.py: one meaning of “not long ago”.
ACCOUNT_REAUTHENTICATION_TIMEOUT = 900
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL
# Failed log-ins count per person and address (the adapter's key); a hall's people share one address.
ACCOUNT_RATE_LIMITS = {
    "login": "300/m/ip",
    "login_failed": "5/15m/key",
    # Codes to citizens: by number, and by address as far as a neighbourhood behind one address needs.
    "my_code_sent": "1/m/key,5/d/key,60/h/ip",
    "my_code_tried": "5/15m/key",
    "voice_given": "60/h/ip",
    "handling_given": "3/d/key",
}
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if SECURE_SITE else 0
MFA_ADAPTER = "haochaping.doors.console.adapter.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "haochaping.doors.console.forms.AuthenticateForm",
    "reauthenticate": "haochaping.doors.console.forms.ReauthenticateForm",
    "activate_totp": "haochaping.doors.console.forms.ActivateForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "haochaping"
MFA_TOTP_TOLERANCE = 1
# Staff with a subject bound to their account, and citizens, log in where their province keeps identities
# (doors/sign_in.py); nobody gets an account by it.
SOCIALACCOUNT_ADAPTER = "haochaping.doors.sign_in.IdentityAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "provider_class": "haochaping.doors.sign_in.IdentityProvider",
        "APPS": [_provider(one) for one in ENV.identity_providers],
    }
}
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
SOCIALACCOUNT_STORE_TOKENS = False
# Claims in which a citizen's phone, kind of certificate and certificate number stand.
CITIZEN_CLAIMS = tuple(name.strip() for name in ENV.citizen_oidc_claims.split(","))

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "ui" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

STATIC_URL = "/static/"
# Served straight from the package: there is nothing to collect, and nothing to forget to collect.
WHITENOISE_USE_FINDERS = True
# No other site has a use for our styles and scripts.
WHITENOISE_ALLOW_ALL_ORIGINS = False

SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    # A form of ours may lead on to the identity providers, and nowhere else.
    "form-action": [CSP.SELF, *sorted({one.origin for one in ENV.identity_providers})],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
    "object-src": [CSP.NONE],
    "report-uri": ["/csp-report"],
}
# Not "no-referrer": with it a browser sends "Origin: null" with our own forms, and they are refused as forged.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
# People are led to https; a program that sends a key in the clear must notice (ASVS 4.1.2), and supervisors ask locally.
SECURE_SSL_REDIRECT = SECURE_SITE
SECURE_REDIRECT_EXEMPT = [r"^api/", r"^healthz$", r"^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE_SITE else None
SECURE_HSTS_SECONDS = 31_536_000 if SECURE_SITE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_SITE
# Preloading binds a whole registered domain, which is rarely ours to bind; without a mail server, mails wait.
SILENCED_SYSTEM_CHECKS = ["security.W021", "mail.W001"]
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SECURE_SITE
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
if SECURE_SITE:
    # No neighbour under the same domain can set a cookie of this name (ASVS 3.3.1).
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
CSRF_TRUSTED_ORIGINS = sorted({SITE_URL, DESK_URL}) if SECURE_SITE else []
# The two intake endpoints take 16 MiB and check it themselves; forms take far less.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
PROCRASTINATE_ON_APP_READY = None
# `demo` shows messages on a page; empty sends none; else the dotted path of a gateway class (notices/gateway.py).
SMS_GATEWAY = "demo" if DEMO else ENV.sms_gateway
# Mails to staff; without a server, what is due waits. No answer within the seconds is an answer too.
_MAIL = ENV.mail_server
MAILERS: dict[str, dict[str, object]] = {}
if _MAIL is not None:
    DEFAULT_FROM_EMAIL = _MAIL.sender
    MAILERS["default"] = {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": _MAIL.host,
            "port": _MAIL.port,
            "use_tls": _MAIL.use_tls,
            "use_ssl": _MAIL.use_ssl,
            "username": _MAIL.username,
            "password": _MAIL.password,
            "timeout": 10,
        },
    }
WEBHOOK_ORIGINS = ENV.webhook_targets
RECONCILE_WITH, RECONCILE_KEY = ENV.upper_side

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": "haochaping.config.logs.OneRecord",
            "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            # With the offset, so that records of several machines can be put in order.
            "datefmt": "%Y-%m-%dT%H:%M:%S%z",
        }
    },
    "filters": {"addresses": {"()": "haochaping.config.logs.WithoutSecretAddresses"}},
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["addresses"]},
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    # Django would write to a handler of its own, past the filter.
    "loggers": {
        "haochaping": {"level": "INFO"},
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "WARNING", "propagate": True},
    },
}
