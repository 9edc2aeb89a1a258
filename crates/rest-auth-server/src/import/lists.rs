//! Lists of Python's classes → the names that rest-auth has for them.

use super::site::Site;
use super::value::{Value, texts};

/// A list of what rest-auth has, and notes about the rest.
type Named = (Value, Vec<String>);

/// The authentication classes that rest-auth implements.
///
/// A project's class is matched to one of them by its name.
const AUTHENTICATION: [(&str, &str); 6] = [
    ("dj_rest_auth.jwt_auth.JWTCookieAuthentication", "jwt"),
    ("rest_framework_simplejwt.authentication.JWTAuthentication", "jwt"),
    ("rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication", "jwt"),
    ("rest_framework_simplejwt.authentication.JWTTokenUserAuthentication", "jwt"),
    ("rest_framework.authentication.TokenAuthentication", "token"),
    ("rest_framework.authentication.SessionAuthentication", "session"),
];

/// Packages whose classes take credentials that rest-auth does not know.
const STRANGERS: [&str; 5] =
    ["knox.", "oauth2_provider.", "rest_framework_jwt.", "rest_framework_api_key.", "mozilla_django_oidc."];

/// `DEFAULT_AUTHENTICATION_CLASSES` → `authentication`.
pub fn authentication(classes: &Value, site: Site<'_>) -> Result<Named, String> {
    let mut taken = Vec::new();
    let (list, mut notes) = named(classes, |class, _| {
        if let Some((_, name)) = AUTHENTICATION.iter().find(|(known, _)| *known == class) {
            return Some(Value::from(*name));
        }
        let short = class.rsplit('.').next()?;
        let alike = [("JWT", "jwt"), ("Jwt", "jwt"), ("Token", "token"), ("Session", "session")];
        let (_, name) = alike.iter().find(|(part, _)| short.contains(part))?;
        if STRANGERS.iter().any(|package| class.starts_with(package)) {
            return None;
        }
        taken.push(format!("{class} is taken for {name}, and what it does otherwise is not done here."));
        Some(Value::from(*name))
    })?;
    if !notes.is_empty() {
        notes.push("A request with such credentials alone is anonymous here.".to_owned());
    }
    notes.extend(taken);
    let holds = |class: &str| classes.items().iter().any(|item| item.text() == Some(class));
    let has_cookie = site.is_on("REST_AUTH", "USE_JWT") && site.is_on("REST_AUTH", "JWT_AUTH_COOKIE");
    if has_cookie && holds(AUTHENTICATION[1].0) && !holds(AUTHENTICATION[0].0) {
        let note =
            "JWTAuthentication reads the header alone; here the cookie jwt_auth_cookie authenticates a request, too.";
        notes.push(note.to_owned());
    }
    if ["Stateless", "TokenUser"]
        .iter()
        .any(|part| classes.items().iter().any(|c| c.text().is_some_and(|c| c.contains(part))))
    {
        notes.push("Tokens of users who are gone or not active are refused here.".to_owned());
    }
    Ok((list, notes))
}

/// Django's and allauth's own backends.
const BACKENDS: [&str; 2] =
    ["django.contrib.auth.backends.ModelBackend", "allauth.account.auth_backends.AuthenticationBackend"];

/// `AUTHENTICATION_BACKENDS` → `authentication_backends`: the names in sessions.
///
/// A note names each backend that rest-auth does not run.
pub fn backends(backends: &Value) -> Named {
    let names: Vec<&str> = backends.items().iter().filter_map(Value::text).collect();
    let known: Vec<&str> = names.iter().copied().filter(|name| BACKENDS.contains(name)).collect();
    let note = |name: &&str| format!("{name} is Python; users whom it alone lets in cannot log in here.");
    let notes = names.iter().filter(|name| !BACKENDS.contains(name)).map(note).collect();
    // A session names one of the site's backends.
    (texts(if known.is_empty() { &names } else { &known }), notes)
}

/// `PASSWORD_HASHERS` → `password_hashers`.
pub fn hashers(classes: &Value) -> Result<Named, String> {
    let (list, mut notes) = named(classes, |class, _| {
        let name = match class.strip_prefix("django.contrib.auth.hashers.")? {
            "PBKDF2PasswordHasher" => "pbkdf2_sha256",
            "PBKDF2SHA1PasswordHasher" => "pbkdf2_sha1",
            "Argon2PasswordHasher" => "argon2",
            "BCryptSHA256PasswordHasher" => "bcrypt_sha256",
            "BCryptPasswordHasher" => "bcrypt",
            "ScryptPasswordHasher" => "scrypt",
            "MD5PasswordHasher" => "md5",
            "SHA1PasswordHasher" => "sha1",
            "UnsaltedMD5PasswordHasher" => "unsalted_md5",
            "UnsaltedSHA1PasswordHasher" => "unsalted_sha1",
            _ => return None,
        };
        Some(Value::from(name))
    })?;
    if !notes.is_empty() {
        notes.push(
            "A hash that only such a hasher can verify lets nobody in; a cost of one's own goes into a table.".into(),
        );
    }
    Ok((list, notes))
}

/// `AUTH_PASSWORD_VALIDATORS` → `password_validators`, with their OPTIONS.
pub fn validators(validators: &Value) -> Result<Named, String> {
    named(validators, |class, entry| {
        let (name, known): (_, &[&str]) = match class.strip_prefix("django.contrib.auth.password_validation.")? {
            "UserAttributeSimilarityValidator" => ("user_attribute_similarity", &["user_attributes", "max_similarity"]),
            "MinimumLengthValidator" => ("minimum_length", &["min_length"]),
            "CommonPasswordValidator" => ("common_password", &[]),
            "NumericPasswordValidator" => ("numeric_password", &[]),
            _ => return None,
        };
        let options = entry.get("OPTIONS").and_then(Value::table).unwrap_or_default();
        if options.iter().any(|(option, _)| !known.contains(&option.as_str())) {
            return None;
        }
        if options.is_empty() {
            return Some(Value::from(name));
        }
        let name = ("name".to_owned(), Value::from(name));
        Some(Value::Table(std::iter::once(name).chain(options.iter().cloned()).collect()))
    })
}

/// Names each item by its class, which is the item itself or its NAME; once each.
fn named(classes: &Value, mut name: impl FnMut(&str, &Value) -> Option<Value>) -> Result<Named, String> {
    let (mut list, mut notes) = (Vec::new(), Vec::new());
    for item in classes.items() {
        let class = item.text().or_else(|| item.get("NAME").and_then(Value::text)).unwrap_or("what is no class");
        match name(class, item) {
            Some(name) if list.contains(&name) => {}
            Some(name) => list.push(name),
            None => notes.push(format!("Without counterpart: {class}.")),
        }
    }
    if list.is_empty() && !notes.is_empty() {
        return Err(format!(
            "nothing in it has a counterpart here, so that the defaults here are in force. {}",
            notes.join(" ")
        ));
    }
    Ok((Value::List(list), notes))
}
