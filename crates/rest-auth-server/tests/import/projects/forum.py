"""A project of some years: allauth's old names, MySQL, Argon2, rules of its own, and values that are odd."""

import collections
import decimal
import os
from pathlib import Path

from django.utils.translation import gettext_lazy as _

BASE_DIR = Path("/srv/forum")


class Theme:
    pass


def show_toolbar(request):
    return False


class Lines:
    def __repr__(self):
        return "<Lines\nover two lines>"


class Untold:
    def __repr__(self):
        return "Untold(secret=!hunter2!)"


SECRET_KEY = b"forum-secret-key-of-bytes-0123456789-abcdefghijklmnopqrstuvw"
SECRET_KEY_FALLBACKS = ("forum-former-key",)
ALLOWED_HOSTS = [".forum.example.org"]
INSTALLED_APPS = ["django.contrib.messages", "allauth", "allauth.account", "dj_rest_auth", "dj_rest_auth.registration"]
ROOT_URLCONF = "forum.urls"
AUTH_USER_MODEL = "members.Member"
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
SESSION_COOKIE_SAMESITE = "None"
CSRF_COOKIE_SAMESITE = "strict"
CSRF_COOKIE_HTTPONLY = None

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.mysql",
        "NAME": "forum",
        "USER": "forum",
        "PASSWORD": "forum-db-password",
        "HOST": "/run/mysqld/mysqld.sock",
        "OPTIONS": {"charset": "utf8mb4", "init_command": "SET sql_mode='STRICT_TRANS_TABLES'"},
    },
    "archive": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": BASE_DIR / "archive.sqlite3",
    },
}

PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "django.contrib.auth.hashers.MD5PasswordHasher",
    "forum.hashers.PhpBBPasswordHasher",
]

AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "email"), "max_similarity": 0.5},
    },
    {"NAME": "forum.validators.NoForumNameValidator", "OPTIONS": {"message": _("Not the forum's name.")}},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

REST_AUTH = collections.OrderedDict(TOKEN_MODEL="forum.models.DeviceToken", SESSION_LOGIN=True)

ACCOUNT_AUTHENTICATION_METHOD = "username_email"
ACCOUNT_EMAIL_REQUIRED = True
ACCOUNT_USERNAME_REQUIRED = True
ACCOUNT_SIGNUP_PASSWORD_ENTER_TWICE = False
ACCOUNT_EMAIL_VERIFICATION = False
ACCOUNT_USERNAME_MIN_LENGTH = 300
ACCOUNT_USERNAME_BLACKLIST = ["admin", "root"]
ACCOUNT_USER_DISPLAY = show_toolbar

CORS_ORIGIN_WHITELIST = ("https://www.forum.example.org",)

DEFAULT_FROM_EMAIL = _("The forum <forum@example.org>")
MEDIA_ROOT = BASE_DIR / "media"
STATICFILES_DIRS = [BASE_DIR / "static"]

FORUM_THEME = Theme
FORUM_NAME = _("The forum")
FORUM_FEE = decimal.Decimal("1.50")
FORUM_LINES = Lines()
FORUM_UNTOLD = Untold()
FORUM_LETTERS = {chr(letter) for letter in range(97, 100)}
FORUM_TOOLBAR = {"SHOW_TOOLBAR_CALLBACK": show_toolbar, "KEYS": frozenset({1, 2})}
FORUM_ENVIRONMENT = os.environ.__class__(
    {b"LANG": b"C"}, *(getattr(os.environ, name) for name in ("encodekey", "decodekey", "encodevalue", "decodevalue"))
)
