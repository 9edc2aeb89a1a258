//! `Authorization: Token …`: one key a user, which stays until logout. DRF's `TokenAuthentication`.

use axum::http::header;

use crate::auth::Auth;
use crate::current_user::{Credential, CurrentUser};
use crate::error::Error;
use crate::request::Head;
use crate::source::HEXADECIMAL;
use crate::store::{Connection, StoreError, User};

const KEY_LENGTH: usize = 40;

/// Finds the user of the request's key.
///
/// # Errors
/// 401 for a header that is malformed, and for a key that is nobody's or an inactive user's.
pub(crate) async fn authenticate(auth: &Auth, head: &Head) -> Result<Option<CurrentUser>, Error> {
    let Some(words) = super::words_behind(&head.headers, header::AUTHORIZATION, is_scheme) else { return Ok(None) };
    let key = match words.as_slice() {
        [_, key] => std::str::from_utf8(key).map_err(|_| {
            Error::authentication_failed("Invalid token header. Token string should not contain invalid characters.")
        })?,
        [_] => return Err(Error::authentication_failed("Invalid token header. No credentials provided.")),
        _ => {
            return Err(Error::authentication_failed("Invalid token header. Token string should not contain spaces."));
        }
    };
    let user = auth.store().reader().user_by_token_key(key).await?;
    match user {
        None => Err(Error::authentication_failed("Invalid token.")),
        Some(user) if !user.is_active => Err(Error::authentication_failed("User inactive or deleted.")),
        Some(user) => Ok(Some(CurrentUser::new(auth, user, Credential::TokenKey))),
    }
}

/// Returns whether the word is the scheme of a token key.
pub(super) fn is_scheme(word: &[u8]) -> bool {
    word.eq_ignore_ascii_case(b"Token")
}

/// The user's key, made if there is none: `default_create_token`.
pub(crate) async fn get_or_create(auth: &Auth, tx: &mut Connection, user: &User) -> Result<String, StoreError> {
    tx.token_key(user.id, &auth.random_string(KEY_LENGTH, HEXADECIMAL), auth.now()).await
}
