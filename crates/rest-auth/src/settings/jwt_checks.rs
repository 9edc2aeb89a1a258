//! What cannot work together where JSON Web Tokens are issued, and what should not go to production.

use axum::http::HeaderName;

use super::checks::MAX_AGE;
use super::{Audience, Authentication, SameSite, Settings};
use crate::tokens::jwt::own_claims;

impl Settings {
    /// Adds what contradicts each other to the rest: the setting, what is wrong, what to do.
    pub(super) fn jwt_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        self.refuse_token_settings(refuse);
        if !self.rest_auth.use_jwt {
            return;
        }
        if !self.authentication.contains(&Authentication::Jwt) {
            refuse("authentication", "nobody could use the tokens of a login".into(), "Add \"jwt\".");
        }
        let (access, refresh) = (&self.rest_auth.jwt_auth_cookie, &self.rest_auth.jwt_auth_refresh_cookie);
        let insecure = self.rest_auth.jwt_auth_samesite == SameSite::None && !self.rest_auth.jwt_auth_secure;
        if insecure && (access.is_some() || refresh.is_some()) {
            refuse(
                "rest_auth.jwt_auth_samesite",
                "browsers drop a cookie with SameSite=None that is not secure".into(),
                "Set rest_auth.jwt_auth_secure = true.",
            );
        }
        let odd = |c: char| !(c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c));
        let mut others = vec![self.session_cookie_name.as_str(), self.csrf_cookie_name.as_str()];
        for (path, name) in [("rest_auth.jwt_auth_cookie", access), ("rest_auth.jwt_auth_refresh_cookie", refresh)] {
            let Some(name) = name.as_deref() else { continue };
            if name.is_empty() || name.contains(odd) {
                refuse(path, format!("{name:?} cannot be a cookie's name"), "Letters, digits, - and _ can.");
            } else if others.contains(&name) {
                refuse(path, "it is the name of another cookie".into(), "Give each cookie a name of its own.");
            }
            others.push(name);
        }
        if self.simple_jwt.refresh_on_activity.is_some() && (access.is_none() || refresh.is_none()) {
            refuse(
                "simple_jwt.refresh_on_activity",
                "there is no cookie to renew, or none to renew it by".into(),
                "Set rest_auth.jwt_auth_cookie and rest_auth.jwt_auth_refresh_cookie.",
            );
        }
    }

    fn refuse_token_settings(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let jwt = &self.simple_jwt;
        for (path, lifetime, least) in [
            ("simple_jwt.access_token_lifetime", Some(jwt.access_token_lifetime), 1),
            ("simple_jwt.refresh_token_lifetime", Some(jwt.refresh_token_lifetime), 1),
            ("simple_jwt.refresh_on_activity", jwt.refresh_on_activity, 1),
            ("simple_jwt.reuse_grace", Some(jwt.reuse_grace), 0),
            ("simple_jwt.leeway", Some(jwt.leeway), 0),
        ] {
            let seconds = lifetime.map_or(least, |lifetime| lifetime.seconds());
            if !(least..=MAX_AGE).contains(&seconds) {
                let hint = format!("From {least} to {MAX_AGE} seconds.");
                refuse(path, format!("{seconds} seconds are no lifetime"), &hint);
            }
        }
        for (path, is_on) in [
            ("simple_jwt.reuse_grace", jwt.reuse_grace.seconds() > 0),
            ("simple_jwt.reuse_detection", jwt.reuse_detection),
        ] {
            if is_on && !jwt.blacklist {
                refuse(
                    path,
                    "old refresh tokens cannot be told from new ones, because simple_jwt.blacklist is false".into(),
                    "Remove it, or set simple_jwt.blacklist to true.",
                );
            } else if is_on && !(jwt.rotate_refresh_tokens && jwt.blacklist_after_rotation) {
                refuse(
                    path,
                    "without rotation no refresh token is ever an old one".into(),
                    "Set simple_jwt.rotate_refresh_tokens and simple_jwt.blacklist_after_rotation to true.",
                );
            }
        }
        let names = [
            ("simple_jwt.user_id_claim", &jwt.user_id_claim),
            ("simple_jwt.token_type_claim", &jwt.token_type_claim),
            ("simple_jwt.jti_claim", &jwt.jti_claim),
            ("simple_jwt.revoke_token_claim", &jwt.revoke_token_claim),
        ];
        for (index, (path, name)) in names.iter().enumerate() {
            // An access token gets no copy of "jti", so another value under that name would be missing there.
            let registered = ["", "exp", "iat", "nbf", "aud", "iss"].contains(&name.as_str())
                || (name.as_str() == "jti" && *path != "simple_jwt.jti_claim");
            if registered || names[..index].iter().any(|(_, other)| other == name) {
                let problem = format!("{name:?} is the name of another claim, or none");
                refuse(path, problem, "Leave it out to have SimpleJWT's.");
            }
        }
        for (name, value) in &self.claims {
            if own_claims::is_reserved(self, name) {
                let problem = format!("the server itself writes the claim {name:?}");
                refuse(&format!("claims.{name}"), problem, "Give the claim another name.");
            } else if name == own_claims::SUBJECT && !value.makes_subject() {
                let problem = format!("must be a text in every token, but {} is not", value.name());
                refuse("claims.sub", problem, "Set it to \"user.pk\", \"user.username\" or \"user.email\".");
            }
        }
        if jwt.signing_key.as_ref().is_some_and(|key| key.expose().is_empty()) {
            let hint = "Leave it out to sign with the secret key.";
            refuse("simple_jwt.signing_key", "it is empty".into(), hint);
        }
        if jwt.audience == Some(Audience::Several(Vec::new())) {
            let hint = "Name one, or leave it out.";
            refuse("simple_jwt.audience", "no token could be for anybody".into(), hint);
        }
        if self.rest_auth.jwt_transport_header.as_ref().is_some_and(|name| name.parse::<HeaderName>().is_err()) {
            let problem = "it cannot be a header's name".into();
            refuse("rest_auth.jwt_transport_header", problem, "For example \"X-Token-Transport\".");
        }
        let is_word = |word: &String| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_graphic());
        if jwt.auth_header_types.is_empty() || !jwt.auth_header_types.iter().all(is_word) {
            refuse("simple_jwt.auth_header_types", "each must be a word".into(), "For example [\"Bearer\"].");
        }
        if jwt.header_name().parse::<HeaderName>().is_err() {
            let problem = format!("{:?} is no header", jwt.auth_header_name);
            refuse("simple_jwt.auth_header_name", problem, "For example \"HTTP_AUTHORIZATION\".");
        }
    }

    /// Adds what a deployment should not have: whether it has it, the setting, the advice.
    pub(super) fn jwt_warnings(&self, warn: &mut impl FnMut(bool, &'static str, &str)) {
        let (jwt, cookies) = (&self.simple_jwt, &self.rest_auth);
        let tokens = cookies.use_jwt;
        let in_cookies = tokens && (cookies.jwt_auth_cookie.is_some() || cookies.jwt_auth_refresh_cookie.is_some());
        warn(
            in_cookies && !cookies.jwt_auth_secure,
            "rest_auth.jwt_auth_secure",
            "set it to true, so that tokens never travel without HTTPS",
        );
        warn(
            in_cookies && !cookies.jwt_auth_httponly,
            "rest_auth.jwt_auth_httponly",
            "set it to true, so that no script can read the tokens",
        );
        warn(
            tokens
                && cookies.jwt_auth_cookie.is_some()
                && cookies.jwt_auth_samesite == SameSite::None
                && !cookies.jwt_auth_cookie_use_csrf,
            "rest_auth.jwt_auth_cookie_use_csrf",
            "set it to true: with SameSite=None any page can act in the name of whoever visits it",
        );
        let replaced = tokens && jwt.blacklist && jwt.rotate_refresh_tokens && jwt.blacklist_after_rotation;
        warn(
            tokens && !jwt.blacklist,
            "simple_jwt.blacklist",
            "set it to true, or every refresh token stays good after a logout until it expires",
        );
        warn(
            tokens && jwt.blacklist && jwt.rotate_refresh_tokens && !jwt.blacklist_after_rotation,
            "simple_jwt.blacklist_after_rotation",
            "set it to true, or every refresh token that was replaced stays good until it runs out",
        );
        warn(
            replaced && !jwt.reuse_detection,
            "simple_jwt.reuse_detection",
            "set it to true, so that a refresh token that was stolen ends with the first use of its copy",
        );
        warn(
            replaced && jwt.reuse_detection && jwt.reuse_grace.seconds() == 0,
            "simple_jwt.reuse_grace",
            "set it to some seconds, or a client that sends one refresh token twice at once is logged out",
        );
    }
}
