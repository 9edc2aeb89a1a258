//! `[simple_jwt]`: SimpleJWT's SIMPLE_JWT.

use super::section::section;
use super::values::{Audience, JwtAlgorithm, Lifetime, Secret, UserIdField};

section! {
    /// JSON Web Tokens: SimpleJWT's SIMPLE_JWT. A lifetime is a number of seconds, or a text such as "15m" or "7d".
    pub struct SimpleJwt {
        /// How long an access token is good. (ACCESS_TOKEN_LIFETIME)
        pub access_token_lifetime: Lifetime = Lifetime::from_seconds(300),
        /// How long a refresh token is good. (REFRESH_TOKEN_LIFETIME)
        pub refresh_token_lifetime: Lifetime = Lifetime::from_seconds(86_400),
        /// Whether a refresh gives a new refresh token, too. (ROTATE_REFRESH_TOKENS)
        pub rotate_refresh_tokens: bool = false,
        /// Whether the old refresh token is good no more then. (BLACKLIST_AFTER_ROTATION)
        pub blacklist_after_rotation: bool = false,
        /// Whether the database keeps each refresh token and those that have ended. false: no refresh token ends before it
        /// expires, as on a site without the app rest_framework_simplejwt.token_blacklist. Then logout needs no refresh
        /// token, and the app's tables are not needed.
        pub blacklist: bool = true,
        /// For how long after its rotation the old refresh token still gives the pair that replaced it, to
        /// requests that came at the same time or whose answer was lost: "10s". 0 for never.
        pub reuse_grace: Lifetime = Lifetime::from_seconds(0),
        /// Whether an old refresh token that is presented after that ends every token that descends from its
        /// login: somebody else may have it.
        pub reuse_detection: bool = false,
        /// An access cookie with less than this left is renewed on requests to the application's own handlers,
        /// as long as the refresh cookie that comes with it is good.
        pub refresh_on_activity: Option<Lifetime> = None,
        /// Known, and without effect as in dj-rest-auth, whose login writes the time of the login where
        /// session_login is on. (UPDATE_LAST_LOGIN)
        pub update_last_login: bool = false,
        /// How tokens are signed: with a secret ("HS256", "HS384", "HS512") or with a key of a pair ("RS256", "RS384",
        /// "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"), so that other services need no secret to
        /// verify them. (ALGORITHM)
        pub algorithm: JwtAlgorithm = JwtAlgorithm::HS256,
        /// Signs tokens in place of the secret key: a secret, or a private key in PEM that is not encrypted (PKCS #8,
        /// PKCS #1 or SEC 1). In one line, write each end of a line as "\n". (SIGNING_KEY)
        pub signing_key: Option<Secret> = None,
        /// A file that holds the signing key: a secret, PEM or DER.
        pub signing_key_file: Option<std::path::PathBuf> = None,
        /// A folder of keys in PEM, NAME.pem: the last of them by name signs, all verify. `rest-auth key generate` makes
        /// one, `rest-auth key rotate` adds a key.
        pub key_folder: Option<std::path::PathBuf> = None,
        /// The public key of the signing key in PEM, or a certificate of it. Optional; not used if the signing key is a
        /// secret. (VERIFYING_KEY)
        pub verifying_key: Option<Secret> = None,
        /// Former signing keys, whose tokens are still good; of a pair, the public key is enough. Where the secret
        /// key signs, secret_key_fallbacks are these.
        pub signing_key_fallbacks: Vec<Secret> = Vec::new(),
        /// Whom tokens are for: the claim "aud", a text or a list. (AUDIENCE)
        pub audience: Option<Audience> = None,
        /// Who issues them: the claim "iss". (ISSUER)
        pub issuer: Option<String> = None,
        /// By how much the clocks of several servers may differ. (LEEWAY)
        pub leeway: Lifetime = Lifetime::from_seconds(0),
        /// The words that a token may stand behind; a 401 names the first. (AUTH_HEADER_TYPES)
        pub auth_header_types: Vec<String> = vec!["Bearer".to_owned()],
        /// The header that holds a token, as Django spells it. (AUTH_HEADER_NAME)
        pub auth_header_name: String = "HTTP_AUTHORIZATION".to_owned(),
        /// What of the user stands in a token: "id" or "username". (USER_ID_FIELD)
        pub user_id_field: UserIdField = UserIdField::Id,
        /// The claim that it is. (USER_ID_CLAIM)
        pub user_id_claim: String = "user_id".to_owned(),
        /// The claim that tells access from refresh tokens. (TOKEN_TYPE_CLAIM)
        pub token_type_claim: String = "token_type".to_owned(),
        /// The claim that tells one token from all others. (JTI_CLAIM)
        pub jti_claim: String = "jti".to_owned(),
        /// Whether the tokens of a user who is not active are refused. (CHECK_USER_IS_ACTIVE)
        pub check_user_is_active: bool = true,
        /// Whether access and refresh tokens end when the user's password changes. (CHECK_REVOKE_TOKEN)
        pub check_revoke_token: bool = false,
        /// The claim by which that is seen. (REVOKE_TOKEN_CLAIM)
        pub revoke_token_claim: String = "hash_password".to_owned(),
    }
}

impl SimpleJwt {
    /// The header that holds a token: `HTTP_X_ACCESS` is `X-ACCESS`.
    pub(crate) fn header_name(&self) -> String {
        self.auth_header_name.trim_start_matches("HTTP_").replace('_', "-")
    }

    /// Whether it must be remembered which refresh token came of which.
    pub(crate) fn tracks_rotation(&self) -> bool {
        self.reuse_detection || self.reuse_grace.seconds() > 0
    }
}
