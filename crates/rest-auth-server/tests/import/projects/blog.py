"""A small project, whose settings were written in JSON: dump.py says how."""

from datetime import timedelta
from pathlib import Path

BASE_DIR = Path("/srv/blog")
SECRET_KEY = "blog-secret-key-{0123456789}-abcdefghijklmnopqrstuvwxyz-0123"
DEBUG = True
INSTALLED_APPS = ["django.contrib.messages", "allauth", "allauth.account", "dj_rest_auth"]
AUTH_USER_MODEL = "auth.User"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": BASE_DIR / "db.sqlite3"}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.BCryptSHA256PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = []
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.BasicAuthentication",
        "rest_framework.authentication.SessionAuthentication",
        "rest_framework.authentication.TokenAuthentication",
    ]
}
REST_AUTH = {"SESSION_LOGIN": False}
SIMPLE_JWT = {"ACCESS_TOKEN_LIFETIME": timedelta(hours=1), "REFRESH_TOKEN_LIFETIME": timedelta(days=30)}
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_EMAIL_VERIFICATION = "none"
SESSION_COOKIE_DOMAIN = None
SESSION_COOKIE_AGE = 86400
EMAIL_HOST = "localhost"
BLOG_LAUNCH = timedelta(days=2, hours=3)
