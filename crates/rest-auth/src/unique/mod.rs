//! The errors for fields whose value a unique index already holds for another row.
//!
//! DRF's `UniqueValidator` and `UniqueTogetherValidator` look for such rows first; here the database finds them.

#[cfg(test)]
mod tests;

use crate::auth::Auth;
use crate::error::{Error, FieldErrors, NON_FIELD_ERRORS};
use crate::fields::Field;
use crate::registration::EMAIL_TAKEN;
use crate::settings::{RegistrationForm, Settings};
use crate::store::{ADDRESSES, StoreError, Violation};
use crate::usernames;

const NOT_UNIQUE: &str = "This field must be unique.";

/// The fields that a client can write, under the client's names.
#[derive(Clone, Copy)]
pub(crate) enum Names<'a> {
    /// A user's name and address.
    Account,
    /// The user's name and address, and the fields of a registration form.
    Form(RegistrationForm<'a>),
    /// The fields of the user details, in which profiles are nested.
    Details(&'a [Field]),
}

/// Turns a violation of a unique index into errors of the client's fields.
///
/// Any other error is returned unchanged, as is a violation of an index without a client's field.
pub(crate) fn refusal(auth: &Auth, error: StoreError, names: Names<'_>) -> Error {
    let settings = auth.settings();
    let Some(violation) = error.violation() else { return error.into() };
    let Some(profile) = profile_of(settings, &violation) else { return error.into() };
    let places = violation.columns.iter().filter_map(|column| place(settings, profile, column));
    let mut fields: Vec<&str> = places.filter_map(|place| names.of(profile, place)).collect();
    fields.dedup();
    let errors = match &fields[..] {
        [] => return error.into(),
        [field] => FieldErrors::of(field, [message(settings, profile, field)]),
        fields => {
            let message = format!("The fields {} must make a unique set.", fields.join(", "));
            FieldErrors::of(NON_FIELD_ERRORS, [message])
        }
    };
    let mut nested = FieldErrors::default();
    match (names, profile) {
        (Names::Details(_), Some(profile)) => nested.set(profile, errors.into()),
        _ => nested = errors,
    }
    Error::Invalid(nested)
}

/// Returns the profile that the violated index belongs to.
///
/// `Some(None)` means the user's row or address. `None` means any other table.
fn profile_of<'a>(settings: &'a Settings, violation: &Violation) -> Option<Option<&'a str>> {
    let is = |table: &str| violation.table.eq_ignore_ascii_case(table);
    if is(&settings.user.table) || is(ADDRESSES) {
        return Some(None);
    }
    settings.profiles.iter().find(|profile| is(&profile.table)).map(|profile| Some(profile.name.as_str()))
}

/// Returns the settings' name for a column of the user or of a profile.
fn place<'a>(settings: &'a Settings, profile: Option<&str>, column: &str) -> Option<&'a str> {
    let is_column = |name: &&str| name.eq_ignore_ascii_case(column);
    let fields = match profile {
        Some(profile) => &settings.profiles.find(profile)?.fields,
        None => {
            let own = ["email", "username", "first_name", "last_name"];
            let called = |name: &&str| settings.user.called(name).is_some_and(|called| is_column(&called));
            if let Some(name) = own.into_iter().find(called) {
                return Some(name);
            }
            &settings.user.fields
        }
    };
    fields.iter().map(Field::name).find(is_column)
}

fn message(settings: &Settings, profile: Option<&str>, field: &str) -> &'static str {
    match (profile, field) {
        (None, "username") => usernames::TAKEN,
        (None, "email") if !settings.user.has_usernames() => EMAIL_TAKEN,
        _ => NOT_UNIQUE,
    }
}

impl<'a> Names<'a> {
    /// Returns the client's name for a place in the user's row or in a profile.
    fn of(self, profile: Option<&str>, place: &'a str) -> Option<&'a str> {
        match self {
            Self::Details(fields) => {
                let fields = match profile {
                    Some(profile) => &fields.iter().find(|field| field.name() == profile && !field.read_only)?.fields,
                    None => fields,
                };
                fields.iter().find(|field| field.name() == place && !field.read_only).map(Field::name)
            }
            Self::Account | Self::Form(_) if profile.is_none() && ["username", "email"].contains(&place) => Some(place),
            Self::Account => None,
            Self::Form(form) => {
                let saves_to = format!("{}.{place}", profile.unwrap_or("user"));
                form.fields.iter().find(|field| field.save_to.as_deref() == Some(&saves_to)).map(Field::name)
            }
        }
    }
}
