//! Settings of features that are designed but not built: known, so that a complete file is accepted,
//! and refused where going without the feature would not be safe.

use figment::value::Value;

/// A feature that this version does not have.
pub(crate) struct Feature {
    pub(crate) name: &'static str,
    /// Whether the server may start without it.
    pub(crate) may_wait: bool,
}

impl Feature {
    /// Whether the value asks for nothing: `false`, or an empty table or list.
    pub(crate) fn is_off(&self, value: &Value) -> bool {
        match value {
            Value::Bool(_, on) => !on,
            Value::Dict(_, table) => table.values().all(|value| self.is_off(value)),
            Value::Array(_, list) => list.is_empty(),
            _ => false,
        }
    }
}

/// The feature that a setting, given by its path, belongs to.
pub(crate) fn feature(path: &str) -> Option<Feature> {
    let (name, may_wait) = match path {
        "social" => ("social login", true),
        _ if path.starts_with("mfa.") => ("a second factor", false),
        "simple_jwt.jwk_url" => ("verifying tokens by a set of keys elsewhere", false),
        _ if path.starts_with("simple_jwt.sliding_") => ("sliding tokens, which dj-rest-auth never issues,", true),
        _ if path.starts_with("rest_auth.mfa_") => ("a second factor", true),
        _ => return None,
    };
    Some(Feature { name, may_wait })
}

/// What a name that the reference gave up is called now.
pub(crate) fn renamed(key: &str) -> Option<&'static str> {
    Some(match key {
        "authentication_method" => "login_methods",
        "email_required" | "username_required" | "signup_email_enter_twice" | "signup_password_enter_twice" => {
            "signup_fields"
        }
        "auth_password_validators" => "password_validators",
        "databases" => "database_url",
        _ => return None,
    })
}
