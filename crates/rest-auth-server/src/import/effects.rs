//! Settings without a counterpart, and their effects that clients or users notice.

use super::python;
use super::reasons::matches;
use super::value::Value;

/// The difference for clients or users if a setting does not have its default.
pub struct Effect {
    /// The names of the settings, each with at most one star.
    names: &'static [&'static str],
    /// The default as Python writes it, for which rest-auth behaves alike.
    ///
    /// Empty if the user should look at every value.
    default: &'static str,
    pub text: &'static str,
}

const fn effect(names: &'static [&'static str], default: &'static str, text: &'static str) -> Effect {
    Effect { names, default, text }
}

#[rustfmt::skip]
const EFFECTS: &[Effect] = &[
    // Django.
    effect(&["ROOT_URLCONF"], "",
        "set base_path to the path below which urls.py includes dj_rest_auth.urls; here it is /api/auth. Registration is \
         below it at registration/"),
    effect(&["SESSION_ENGINE"], "'django.contrib.sessions.backends.db'",
        "rest-auth keeps sessions in the table django_session alone. With cached_db, Django may accept a session that \
         ended here until its cache forgets it. With another engine, users have to log in again, and Django does not \
         know the sessions that begin here"),
    effect(&["SESSION_SERIALIZER"], "'django.contrib.sessions.serializers.JSONSerializer'",
        "rest-auth writes and reads sessions as JSON; users whose session is written otherwise have to log in again"),
    effect(&["SESSION_SAVE_EVERY_REQUEST"], "False",
        "Django prolongs a session with each request; here a session ends session_cookie_age after the login"),
    effect(&["CSRF_USE_SESSIONS"], "False",
        "Django keeps the CSRF secret in the session; here it is in a cookie, which csrf/ gives"),
    effect(&["SIGNING_BACKEND"], "'django.core.signing.TimestampSigner'",
        "rest-auth signs as Django does by default; links that verify an address are not good across both"),
    effect(&["DEFAULT_HASHING_ALGORITHM"], "'sha256'",
        "rest-auth signs sessions and links with SHA-256; what Django signs with SHA-1 is not good here"),
    effect(&["SECURE_SSL_REDIRECT"], "False",
        "Django redirects http:// to https://; here the proxy in front has to do so"),
    effect(&["SECURE_SSL_HOST"], "None", "Django redirects to this host; here the proxy in front has to do so"),
    effect(&["SECURE_HSTS_SECONDS"], "0",
        "Django sends Strict-Transport-Security; here the proxy in front has to send it"),
    effect(&["SECURE_REFERRER_POLICY", "SECURE_CROSS_ORIGIN_OPENER_POLICY"], "'same-origin'",
        "responses have the value same-origin in this header here"),
    effect(&["SECURE_CONTENT_TYPE_NOSNIFF"], "True", "responses have X-Content-Type-Options: nosniff here"),
    effect(&["X_FRAME_OPTIONS"], "'DENY'", "responses have X-Frame-Options: DENY here"),
    effect(&["SECURE_CSP", "SECURE_CSP_REPORT_ONLY"], "{}", "responses have no Content-Security-Policy here"),
    effect(&["DISALLOWED_USER_AGENTS"], "[]", "Django answers these clients 403; here the proxy in front has to do so"),
    effect(&["DATABASE_ROUTERS"], "[]",
        "a router may keep tables of the accounts in another database than the default one; rest-auth has them in one"),
    effect(&["DATA_UPLOAD_MAX_NUMBER_FIELDS"], "1000", "a form may have 1000 fields here"),
    effect(&["DATA_UPLOAD_MAX_NUMBER_FILES"], "100", "a form may have 100 files here"),
    effect(&["EMAIL_SSL_CERTFILE", "EMAIL_SSL_KEYFILE"], "None", "rest-auth shows the mail server no certificate"),
    // allauth.
    effect(&["ACCOUNT_EMAIL_CONFIRMATION_HMAC"], "True",
        "Django keeps the keys that verify addresses in account_emailconfirmation; those that it has mailed are not good \
         here, and users have to ask for another at registration/resend-email/"),
    effect(&["ACCOUNT_SALT"], "'account'",
        "links that verify an address are signed with the salt \"account\" here, so that they are not good across both"),
    effect(&["ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR"], "None",
        "links to a new password are made as Django's own generator makes them, so that they are not good across both"),
    effect(&["ACCOUNT_PREVENT_ENUMERATION"], "True",
        "registration says here that an address is registered; login and password/reset/ never do"),
    effect(&["ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED"], "False",
        "Django mails a code that verifies the address; here a mail holds a link"),
    effect(&["ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_*", "ACCOUNT_EMAIL_VERIFICATION_MAX_*"], "False",
        "for codes by mail, which are not here"),
    effect(&["ACCOUNT_EMAIL_NOTIFICATIONS"], "False",
        "Django mails users after a change of the password or the address; here they get the mails that docs/mail.md lists"),
    effect(&["ACCOUNT_EMAIL_CONFIRMATION_COOLDOWN"], "180",
        "between two mails that verify an address are 180 seconds here; account.rate_limits = { confirm_email = \"1/60s/key\" } \
         makes it a minute"),
    effect(&["ACCOUNT_EMAIL_MAX_LENGTH"], "254", "an address has up to 254 characters here"),
    effect(&["ACCOUNT_LOGIN_BY_CODE_REQUIRED"], "False", "Django mails a code that a login asks for; rest-auth does not"),
    effect(&["ACCOUNT_ADAPTER"], "'allauth.account.adapter.DefaultAccountAdapter'",
        "Python of the project's own, which may change what registration keeps, who may register, mails and links; \
         rest-auth does not run it. See [registration], [frontend], [templates], and hooks in Rust"),
    effect(&["SOCIALACCOUNT_ADAPTER"], "'allauth.socialaccount.adapter.DefaultSocialAccountAdapter'",
        "Python of the project's own; rest-auth does not run it, and social login is not part of this version"),
    effect(&["ACCOUNT_SIGNUP_FORM_CLASS", "ACCOUNT_USERNAME_VALIDATORS"], "None",
        "Python of the project's own; rest-auth does not run it. Further fields of registration are in registration.fields"),
    effect(&["ACCOUNT_USER_DISPLAY"], "",
        "Python of the project's own; mails call users by their user name here"),
    effect(&["SOCIALACCOUNT_PROVIDERS"], "{}",
        "social login is not part of this version; leave its paths with Django"),
    effect(&["HEADLESS_ONLY"], "False", "allauth.headless has endpoints of its own; leave them with Django"),
    // dj-rest-auth.
    effect(&["REST_AUTH['LOGIN_SERIALIZER"], "'dj_rest_auth.serializers.LoginSerializer'",
        "login/ takes username, email and password here. Further fields and rules are in [login] and [login.webhook]"),
    effect(&["REST_AUTH['TOKEN_SERIALIZER"], "'dj_rest_auth.serializers.TokenSerializer'",
        "the response to a login is {\"key\": …} here"),
    effect(&["REST_AUTH['JWT_SERIALIZER"], "'dj_rest_auth.serializers.JWTSerializer'",
        "the response to a login has access, refresh and user here"),
    effect(&["REST_AUTH['JWT_SERIALIZER_WITH_EXPIRATION"], "'dj_rest_auth.serializers.JWTSerializerWithExpiration'",
        "the response to a login has access, refresh, user, access_expiration and refresh_expiration here"),
    effect(&["REST_AUTH['JWT_TOKEN_CLAIMS_SERIALIZER"], "'rest_framework_simplejwt.serializers.TokenObtainPairSerializer'",
        "tokens hold no further claims here unless `claims` names them"),
    effect(&["REST_AUTH['USER_DETAILS_SERIALIZER"], "'dj_rest_auth.serializers.UserDetailsSerializer'",
        "user/, and the user in the response to a login, have pk, username, email, first_name and last_name here. Others \
         are in [user_details], [profiles] and [user]"),
    effect(&["REST_AUTH['PASSWORD_RESET_SERIALIZER"], "'dj_rest_auth.serializers.PasswordResetSerializer'",
        "the mail and its link are those of [templates] and frontend.password_reset_url here"),
    effect(&["REST_AUTH['PASSWORD_RESET_CONFIRM_SERIALIZER"], "'dj_rest_auth.serializers.PasswordResetConfirmSerializer'",
        "password/reset/confirm/ takes uid, token, new_password1 and new_password2 here"),
    effect(&["REST_AUTH['PASSWORD_CHANGE_SERIALIZER"], "'dj_rest_auth.serializers.PasswordChangeSerializer'",
        "password/change/ takes new_password1, new_password2, and old_password if old_password_field_enabled says so"),
    effect(&["REST_AUTH['REGISTER_SERIALIZER"], "'dj_rest_auth.registration.serializers.RegisterSerializer'",
        "registration/ takes the fields of account.signup_fields here. Further ones are in registration.fields"),
    effect(&["REST_AUTH['*_SERIALIZER"], "", "Python of the project's own; rest-auth does not run it"),
    effect(&["REST_AUTH['TOKEN_CREATOR"], "'dj_rest_auth.utils.default_create_token'",
        "rest-auth gives a user one key, which stays the same from login to login until a logout"),
    effect(&["REST_AUTH['PASSWORD_RESET_USE_SITES_DOMAIN"], "False",
        "links to a new password lead to the domain in the table django_site there; set frontend.origin to it"),
    // SimpleJWT.
    effect(&["SIMPLE_JWT['AUTH_TOKEN_CLASSES"], "('rest_framework_simplejwt.tokens.AccessToken',)",
        "a request is authenticated by an access token alone here; with another kind of token it is answered 401"),
    effect(&["SIMPLE_JWT['USER_AUTHENTICATION_RULE"], "'rest_framework_simplejwt.authentication.default_user_authentication_rule'",
        "Python of the project's own decides whose tokens are good; here those of active users are"),
    effect(&["SIMPLE_JWT['TOKEN_OBTAIN_SERIALIZER"], "'rest_framework_simplejwt.serializers.TokenObtainPairSerializer'",
        "it is that of SimpleJWT's own view, which is not here; claims that it adds to a token are in `claims`"),
    effect(&["SIMPLE_JWT['TOKEN_REFRESH_SERIALIZER"], "'rest_framework_simplejwt.serializers.TokenRefreshSerializer'",
        "token/refresh/ answers as SimpleJWT's own serializer does here"),
    effect(&["SIMPLE_JWT['TOKEN_VERIFY_SERIALIZER"], "'rest_framework_simplejwt.serializers.TokenVerifySerializer'",
        "token/verify/ answers as SimpleJWT's own serializer does here"),
    effect(&["SIMPLE_JWT['JSON_ENCODER"], "None", "claims are written as JSON has them here"),
    effect(&["JWT_AUTH"], "",
        "of djangorestframework-jwt or drf-jwt, whose tokens are not good here; clients have to log in again, and a token is \
         behind Bearer rather than JWT unless simple_jwt.auth_header_types says otherwise"),
    effect(&["REST_KNOX"], "", "keys of django-rest-knox are not good here; clients have to log in again"),
    // Django REST framework.
    effect(&["REST_FRAMEWORK['EXCEPTION_HANDLER"], "'rest_framework.views.exception_handler'",
        "Python of the project's own writes errors there; here they are as REST framework writes them"),
    effect(&["REST_FRAMEWORK['NON_FIELD_ERRORS_KEY"], "'non_field_errors'",
        "errors that belong to no field are in non_field_errors here"),
    effect(&["REST_FRAMEWORK['DEFAULT_RENDERER_CLASSES"],
        "('rest_framework.renderers.JSONRenderer', 'rest_framework.renderers.BrowsableAPIRenderer')",
        "responses are JSON here, with the names of fields as the endpoints have them"),
    effect(&["REST_FRAMEWORK['DEFAULT_PARSER_CLASSES"],
        "('rest_framework.parsers.JSONParser', 'rest_framework.parsers.FormParser', 'rest_framework.parsers.MultiPartParser')",
        "bodies are JSON or forms here, with the names of fields as the endpoints have them"),
    effect(&["REST_FRAMEWORK['JSON_UNDERSCOREIZE"], "", "names of fields are not changed here"),
    effect(&["REST_FRAMEWORK['DEFAULT_CONTENT_NEGOTIATION_CLASS"], "'rest_framework.negotiation.DefaultContentNegotiation'",
        "the header Accept chooses here as it does in REST framework"),
    effect(&["REST_FRAMEWORK['DEFAULT_METADATA_CLASS"], "'rest_framework.metadata.SimpleMetadata'",
        "OPTIONS is answered as SimpleMetadata does here"),
    effect(&["REST_FRAMEWORK['DEFAULT_VERSIONING_CLASS", "REST_FRAMEWORK['DEFAULT_VERSION", "REST_FRAMEWORK['ALLOWED_VERSIONS"],
        "None", "endpoints have no versions here: a version in the path belongs into base_path, one in a header is passed over"),
    effect(&["REST_FRAMEWORK['UNAUTHENTICATED_USER", "REST_FRAMEWORK['UNAUTHENTICATED_TOKEN"], "",
        "a request without credentials is anonymous here"),
    effect(&["REST_FRAMEWORK['VIEW_NAME_FUNCTION"], "'rest_framework.views.get_view_name'", "OPTIONS shows names of ours here"),
    effect(&["REST_FRAMEWORK['VIEW_DESCRIPTION_FUNCTION"], "'rest_framework.views.get_view_description'",
        "OPTIONS shows descriptions of ours here"),
    effect(&["REST_FRAMEWORK['URL_FORMAT_OVERRIDE", "REST_FRAMEWORK['FORMAT_SUFFIX_KWARG"], "'format'",
        "the parameter that asks for a format is called format here"),
    effect(&["REST_FRAMEWORK['DATETIME_FORMAT", "REST_FRAMEWORK['DATE_FORMAT", "REST_FRAMEWORK['TIME_FORMAT"], "'iso-8601'",
        "dates and times in responses, such as last_login and access_expiration, are in ISO 8601 here"),
    effect(&["REST_FRAMEWORK['*_INPUT_FORMATS"], "('iso-8601',)", "dates and times in requests are in ISO 8601 here"),
    effect(&["REST_FRAMEWORK['COERCE_DECIMAL_TO_STRING"], "True", "decimals in responses are texts here"),
    effect(&["REST_FRAMEWORK['COERCE_BIGINT_TO_STRING"], "False", "integers in responses are numbers here"),
    effect(&["REST_FRAMEWORK['UNICODE_JSON", "REST_FRAMEWORK['COMPACT_JSON"], "True",
        "JSON in responses is UTF-8 without blanks here"),
    effect(&["REST_FRAMEWORK['STRICT_JSON"], "True", "NaN and Infinity in JSON are refused here"),
    effect(&["REST_FRAMEWORK['UPLOADED_FILES_USE_URL"], "True", "a file in a response is its address here"),
    effect(&["REST_FRAMEWORK['NUM_PROXIES"], "None",
        "rest-auth trusts proxies by address: name them in trusted_proxies, and their header in client_address_header"),
    effect(&["ALLAUTH_TRUSTED_PROXY_COUNT"], "0",
        "rest-auth trusts proxies by address: name them in trusted_proxies, and their header in client_address_header"),
    effect(&["ALLAUTH_TRUSTED_CLIENT_IP_HEADER"], "None",
        "name the header in client_address_header, and the proxies that send it in trusted_proxies"),
];

/// Returns the effect of the setting with this name.
pub fn of(source: &str) -> Option<&'static Effect> {
    let source = source.trim_end_matches("']");
    EFFECTS.iter().find(|effect| effect.names.iter().any(|name| matches(name, source)))
}

impl Effect {
    /// Returns whether the value is the default; `None` if the effect has no default.
    pub fn is_default(&self, value: &Value) -> Option<bool> {
        if self.default.is_empty() {
            return None;
        }
        let default = python::parse(self.default).unwrap_or(Value::None);
        Some(match (&default, value) {
            // A part of the default list needs nothing that rest-auth lacks.
            (Value::List(_), Value::None) => true,
            (Value::List(_), value) => value.items().iter().all(|item| default.items().contains(item)),
            // A value that Python treats as false counts as unset.
            (Value::None | Value::Bool(false), value) => !value.is_true(),
            (Value::Table(_), value) => !value.is_true(),
            (default, value) => default == value,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_default_is_a_value() {
        for effect in EFFECTS.iter().filter(|effect| !effect.default.is_empty()) {
            assert!(python::parse(effect.default).is_ok(), "{:?}", effect.names);
        }
    }
}
