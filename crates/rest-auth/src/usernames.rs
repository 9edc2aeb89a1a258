//! What a user may be called: Django's `UnicodeUsernameValidator` and allauth's `clean_username`.

use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;

use crate::auth::Auth;
use crate::fields::Form;
use crate::store::{Connection, StoreError, User, UserId};

/// The limit of a user name in characters: the length of Django's column.
pub(crate) const MAX_LENGTH: usize = 150;

pub(crate) const TAKEN: &str = "A user with that username already exists.";

const NOT_ALLOWED: &str =
    "Enter a valid username. This value may contain only letters, numbers, and @/./+/-/_ characters.";

/// A name in the form in which it is compared and kept: Django's `normalize_username`, so that two names that
/// look the same are the same.
pub(crate) fn normalized(auth: &Auth, name: &str) -> String {
    let name: String = name.nfkc().collect();
    if auth.settings().account.preserve_username_casing { name } else { name.to_lowercase() }
}

static ALLOWED: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^[\p{L}\p{N}_.@+-]+$").expect("a pattern"));

/// What is wrong with the characters of the name.
pub(crate) fn refuse_characters(name: &str) -> Option<&'static str> {
    (!ALLOWED.is_match(name)).then_some(NOT_ALLOWED)
}

/// The name in the form in which it is kept, or what is wrong with it, whoever else has it.
pub(crate) fn clean(auth: &Auth, name: &str) -> Result<String, String> {
    let kept = normalized(auth, name);
    // One character may become several, and not all of them a name's.
    if let Some(problem) = refuse_characters(name).or_else(|| refuse_characters(&kept)) {
        return Err(problem.to_owned());
    }
    let most = auth.limits().username.length;
    if kept.chars().count() > most {
        return Err(format!("Ensure this field has no more than {most} characters."));
    }
    let blacklist = &auth.settings().account.username_blacklist;
    if blacklist.iter().any(|barred| barred.to_lowercase() == kept.to_lowercase()) {
        return Err("Username can not be used. Please use other username.".to_owned());
    }
    Ok(kept)
}

/// Puts the field `username` of a form into the form in which it is kept, or refuses it there.
pub(crate) async fn check(
    auth: &Auth,
    db: &mut Connection,
    form: &mut Form<'_>,
    except: Option<UserId>,
) -> Result<(), StoreError> {
    match form.text("username").map(|name| clean(auth, name)) {
        None => {}
        Some(Err(problem)) => form.refuse("username", problem),
        Some(Ok(name)) if is_taken(auth, db, &name, except).await? => form.refuse("username", TAKEN),
        Some(Ok(name)) => form.set("username", name),
    }
    Ok(())
}

/// Returns whether the name belongs to another user.
///
/// With allauth, case does not matter; without, the database compares the names.
pub(crate) async fn is_taken(
    auth: &Auth,
    db: &mut Connection,
    name: &str,
    except: Option<UserId>,
) -> Result<bool, StoreError> {
    if !auth.settings().allauth {
        return Ok(db.user_by_natural_key(name).await?.is_some_and(|user| Some(user.id) != except));
    }
    Ok(db.users_by_username_without_case(name).await?.iter().any(|user| Some(user.id) != except))
}

/// The user whom somebody means who gives this name at login. The one of exactly this name comes first; in
/// another case it must be the only one.
pub(crate) async fn find(auth: &Auth, db: &mut Connection, name: &str) -> Result<Option<User>, StoreError> {
    if let Some(user) = db.user_by_username(name).await? {
        return Ok(Some(user));
    }
    let mut users = db.users_by_username_without_case(&normalized(auth, name)).await?;
    Ok(if users.len() == 1 { users.pop() } else { None })
}

/// How many characters may be added to a name until it is free.
const LONGEST_SUFFIX: usize = 7;

/// A free name for a user who gave none, from the first text that makes one: `generate_unique_username`.
pub(crate) async fn generate(auth: &Auth, db: &mut Connection, texts: &[&str]) -> Result<String, StoreError> {
    let base = texts
        .iter()
        .map(|text| base(text))
        .find(|base| !base.is_empty() && clean(auth, base).is_ok())
        .unwrap_or_else(|| "user".to_owned());
    let (min_length, most) = (auth.settings().account.username_min_length, auth.limits().username.length);
    let mut candidates = Vec::new();
    if base.chars().count() >= min_length {
        candidates.push(base.clone());
    }
    let shortest = min_length.saturating_sub(base.chars().count()).max(1);
    for length in shortest..LONGEST_SUFFIX.max(shortest + 1) {
        let suffix = auth.random_string(length, "0123456789");
        let kept: String = base.chars().take(most.saturating_sub(length)).collect();
        candidates.push(kept + &suffix);
    }
    for name in candidates {
        if clean(auth, &name).is_ok() && !is_taken(auth, db, &name, None).await? {
            return Ok(name);
        }
    }
    // Should all of them be taken, as many random characters leave no doubt.
    let name = format!("user{}", auth.random_string(20, "0123456789"));
    Ok(name.chars().skip(name.len().saturating_sub(most)).collect())
}

/// What of a text can be in a name: in ASCII and lower case, up to an `@`.
fn base(text: &str) -> String {
    let ascii: String = text.nfkd().filter(char::is_ascii).collect::<String>().to_lowercase();
    let local = ascii.split('@').next().unwrap_or_default();
    let kept: String = local.chars().filter(|c| c.is_ascii_alphanumeric() || " _+.-".contains(*c)).collect();
    kept.split_whitespace().collect::<Vec<_>>().join("_")
}
