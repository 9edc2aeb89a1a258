"""The Django project of the tests, with the settings that are measured: JSON Web Tokens, rotated and blacklisted."""

from settings import *  # noqa: F403
from settings import DATABASES, REST_FRAMEWORK

# As fast as it goes: Django keeps its connections.
DATABASES["default"]["CONN_MAX_AGE"] = None
REST_FRAMEWORK["DEFAULT_AUTHENTICATION_CLASSES"].insert(0, "dj_rest_auth.jwt_auth.JWTCookieAuthentication")
REST_FRAMEWORK["DEFAULT_RENDERER_CLASSES"] = ["rest_framework.renderers.JSONRenderer"]
REST_AUTH = {"USE_JWT": True, "JWT_AUTH_HTTPONLY": False, "SESSION_LOGIN": False}
SIMPLE_JWT = {"ROTATE_REFRESH_TOKENS": True, "BLACKLIST_AFTER_ROTATION": True}
