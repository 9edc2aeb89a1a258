//! Handlers for the members of a group: the extractor [`RequireGroup`].

use std::marker::PhantomData;
use std::ops::Deref;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use crate::auth::Auth;
use crate::current_user::{CurrentUser, Refusal};
use crate::error::Error;

/// A group of users, for [`RequireGroup`].
pub trait Group {
    /// Its name, as Django's admin shows it.
    const NAME: &'static str;
}

/// The user who sends the request, in a handler below [`Auth::layer`], if they are in the group. Without a user the
/// answer is the reference's 401, and its 403 for a user who is not in the group, superusers among them.
///
/// ```
/// use rest_auth::{Group, RequireGroup};
///
/// struct Staff;
///
/// impl Group for Staff {
///     const NAME: &'static str = "Staff";
/// }
///
/// async fn report(user: RequireGroup<Staff>) -> String {
///     format!("For {} alone.", user.username)
/// }
/// ```
#[derive(Clone, Debug)]
pub struct RequireGroup<G> {
    user: CurrentUser,
    group: PhantomData<fn() -> G>,
}

impl<G> Deref for RequireGroup<G> {
    type Target = CurrentUser;

    fn deref(&self) -> &CurrentUser {
        &self.user
    }
}

impl<G: Group, S: Sync> FromRequestParts<S> for RequireGroup<G> {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Refusal> {
        let user = <CurrentUser as FromRequestParts<S>>::from_request_parts(parts, state).await?;
        match is_in(parts, &user, G::NAME).await {
            Ok(true) => Ok(Self { user, group: PhantomData }),
            Ok(false) => {
                let detail = "You do not have permission to perform this action.".to_owned();
                Err(Refusal::new(Error::PermissionDenied(detail), parts))
            }
            Err(error) => Err(Refusal::new(error, parts)),
        }
    }
}

async fn is_in(parts: &Parts, user: &CurrentUser, group: &str) -> Result<bool, Error> {
    // There is a user, so that this was looked at before.
    let Some(auth) = parts.extensions.get::<Auth>() else { return Ok(false) };
    Ok(auth.store().reader().groups_of(user.id).await?.iter().any(|name| name == group))
}
