//! The flat names of dj-rest-auth before 3.0 → the keys of `REST_AUTH`.

/// Each flat name with the key that took its place.
const NAMES: &[(&str, &str)] = &[
    ("REST_USE_JWT", "USE_JWT"),
    ("REST_SESSION_LOGIN", "SESSION_LOGIN"),
    ("REST_AUTH_TOKEN_MODEL", "TOKEN_MODEL"),
    ("REST_AUTH_TOKEN_CREATOR", "TOKEN_CREATOR"),
    ("REST_AUTH_REGISTER_PERMISSION_CLASSES", "REGISTER_PERMISSION_CLASSES"),
    ("REST_AUTH_PW_RESET_USE_SITES_DOMAIN", "PASSWORD_RESET_USE_SITES_DOMAIN"),
    ("OLD_PASSWORD_FIELD_ENABLED", "OLD_PASSWORD_FIELD_ENABLED"),
    ("LOGOUT_ON_PASSWORD_CHANGE", "LOGOUT_ON_PASSWORD_CHANGE"),
    ("JWT_AUTH_COOKIE", "JWT_AUTH_COOKIE"),
    ("JWT_AUTH_REFRESH_COOKIE", "JWT_AUTH_REFRESH_COOKIE"),
    ("JWT_AUTH_REFRESH_COOKIE_PATH", "JWT_AUTH_REFRESH_COOKIE_PATH"),
    ("JWT_AUTH_SECURE", "JWT_AUTH_SECURE"),
    ("JWT_AUTH_HTTPONLY", "JWT_AUTH_HTTPONLY"),
    ("JWT_AUTH_SAMESITE", "JWT_AUTH_SAMESITE"),
    ("JWT_AUTH_COOKIE_DOMAIN", "JWT_AUTH_COOKIE_DOMAIN"),
    ("JWT_AUTH_RETURN_EXPIRATION", "JWT_AUTH_RETURN_EXPIRATION"),
    ("JWT_AUTH_COOKIE_USE_CSRF", "JWT_AUTH_COOKIE_USE_CSRF"),
    ("JWT_AUTH_COOKIE_ENFORCE_CSRF_ON_UNAUTHENTICATED", "JWT_AUTH_COOKIE_ENFORCE_CSRF_ON_UNAUTHENTICATED"),
];

/// Flat names of tables whose keys `REST_AUTH` has under the same name.
const TABLES: [&str; 2] = ["REST_AUTH_SERIALIZERS", "REST_AUTH_REGISTER_SERIALIZERS"];

/// Why a flat name is not carried over beside `REST_AUTH`.
pub const PASSED_OVER: &str = "dj-rest-auth from 3.0 on reads REST_AUTH alone, and so did the import. If the site has an \
                               earlier version, this setting is in force there and REST_AUTH is not";

/// The note on the response to a login, which has other keys before 4.0.
pub const FORMER_KEYS: &str = "Before 4.0, dj-rest-auth calls the tokens access_token and refresh_token in the response to \
                               a login. Here, as in later versions, they are access and refresh.";

/// The note on a flat name if the site also has settings from after 3.0.
pub const NEWER: &str = "dj-rest-auth reads this name before 3.0 alone. The names of allauth's settings are later ones: if \
                         the site's dj-rest-auth is, too, take the line out.";

/// Settings of allauth versions that dj-rest-auth before 3.0 does not support.
pub const LATER: [&str; 2] = ["ACCOUNT_LOGIN_METHODS", "ACCOUNT_SIGNUP_FIELDS"];

/// The key of `REST_AUTH` that took the place of a flat name.
pub fn key(name: &str) -> Option<&'static str> {
    NAMES.iter().find(|(flat, _)| *flat == name).map(|(_, key)| *key)
}

/// Whether a flat name is a table of serializers.
pub fn is_table(name: &str) -> bool {
    TABLES.contains(&name)
}

/// The flat name that a key of `REST_AUTH` had.
pub fn flat_name(key: &str) -> Option<&'static str> {
    NAMES.iter().find(|(_, current)| *current == key).map(|(flat, _)| *flat)
}
