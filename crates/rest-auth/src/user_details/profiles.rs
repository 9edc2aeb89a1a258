//! The profiles that a user has, and changes to them.

use crate::auth::Auth;
use crate::settings::Profile;
use crate::store::{Connection, ProfileValues, StoreError, UserId};

/// The names of the profiles that the user has: those that every user has, and those of their kind.
pub(super) async fn kept<'a>(auth: &'a Auth, db: &mut Connection, user: UserId) -> Result<Vec<&'a str>, StoreError> {
    let mut kept = Vec::new();
    for profile in auth.settings().profiles.iter() {
        if profile.auto_create || db.profile_of(profile, user).await?.is_some() {
            kept.push(profile.name.as_str());
        }
    }
    Ok(kept)
}

/// Changes a profile. A user who is older than a profile that everyone has is given theirs now.
pub(super) async fn change(
    auth: &Auth,
    tx: &mut Connection,
    profile: &Profile,
    user: UserId,
    changes: &ProfileValues,
) -> Result<(), StoreError> {
    if changes.is_empty() {
        return Ok(());
    }
    match tx.profile_of(profile, user).await? {
        Some(before) => auth.release_files(tx, &profile.fields, &before, changes).await?,
        None if profile.auto_create && tx.insert_profile(profile, user, changes).await? => return Ok(()),
        None => {}
    }
    tx.update_profile(profile, user, changes).await
}
