//! Login on a site without allauth: the reference's `get_auth_user_using_orm`.

use super::{Input, Name};
use crate::auth::Auth;
use crate::error::Error;
use crate::store::{Connection, StoreError, User};

/// Returns the address from the body, if a user has it, or else the user name.
///
/// # Errors
/// 400 if the body holds neither.
pub(super) async fn name<'a>(auth: &Auth, input: &'a Input) -> Result<Name<'a>, Error> {
    let given = |text: &'a Option<String>| text.as_deref().filter(|text| !text.is_empty());
    match (given(&input.email), given(&input.username)) {
        (Some(email), Some(username)) => {
            let holders = auth.store().connection().await?.users_with_email(email).await?;
            Ok(if holders.is_empty() { Name::Username(username) } else { Name::Email(email) })
        }
        (Some(email), None) => Ok(Name::Email(email)),
        (None, Some(username)) => Ok(Name::Username(username)),
        (None, None) => Err(Error::non_field("Unable to log in with provided credentials.")),
    }
}

/// Returns the users with the name or the address.
///
/// If several users have the address, each of them may be meant.
pub(super) async fn candidates(db: &mut Connection, name: Name<'_>) -> Result<Vec<User>, StoreError> {
    match name {
        Name::Email(email) => db.users_with_email(email).await,
        Name::Username(username) => Ok(db.user_by_natural_key(username).await?.into_iter().collect()),
    }
}
