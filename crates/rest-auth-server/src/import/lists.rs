//! Lists of Python's classes → the names that rest-auth has for them.

use super::value::Value;

/// A list of what rest-auth has, and notes about the rest.
type Named = (Value, Vec<String>);

/// `DEFAULT_AUTHENTICATION_CLASSES` → `authentication`.
pub fn authentication(classes: &Value) -> Result<Named, String> {
    named(classes, |class, _| {
        let name = match class.rsplit('.').next()? {
            "JWTAuthentication" | "JWTCookieAuthentication" => "jwt",
            "TokenAuthentication" => "token",
            "SessionAuthentication" => "session",
            _ => return None,
        };
        Some(Value::from(name))
    })
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
fn named(classes: &Value, name: impl Fn(&str, &Value) -> Option<Value>) -> Result<Named, String> {
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
        return Err(format!("nothing in it has a counterpart here. {}", notes.join(" ")));
    }
    Ok((Value::List(list), notes))
}
