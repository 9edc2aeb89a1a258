//! The fields of an application's own, and where what a client writes into them is kept.

use serde_json::{Map, Value};

use crate::fields::{Field, Kind};
use crate::settings::{RegistrationForm, Settings};
use crate::store::{Limits, NewUser};

/// The place that `save_to` names, as a field: what it takes. Nothing that gives power is one.
pub(crate) fn place(settings: &Settings, limits: &Limits, name: &str) -> Option<Field> {
    match name.split_once('.')? {
        ("user", name @ ("first_name" | "last_name")) => {
            let limit = if name == "first_name" { limits.first_name } else { limits.last_name };
            settings.user.has(name).then(|| limit.applied(Field::new(name, Kind::Char).blank()))
        }
        ("user", name) => settings.user.fields.find(name).cloned(),
        (profile, name) => settings.profiles.find(profile)?.fields.find(name).cloned(),
    }
}

/// The form's own fields, each with the limits of the place where it is kept, unless it has narrower ones.
pub(super) fn fields(settings: &Settings, limits: &Limits, form: RegistrationForm<'_>) -> Vec<Field> {
    let limited = |field: &Field| {
        let mut field = field.clone();
        let Some(place) = field.save_to.as_deref().and_then(|name| place(settings, limits, name)) else { return field };
        let narrower = |own: Option<usize>, other: Option<usize>| own.into_iter().chain(other).min();
        field.max_length = narrower(field.max_length, place.max_length);
        field.min_length = field.min_length.max(place.min_length);
        field.charset = field.charset.max(place.charset);
        field.min_value = field.min_value.max(place.min_value);
        field.max_value = field.max_value.into_iter().chain(place.max_value).min();
        if place.kind == Kind::Decimal {
            field.max_digits = narrower(field.max_digits, place.max_digits);
            field.decimal_places = narrower(field.decimal_places, place.decimal_places);
        }
        if place.is_file() {
            field.upload_to = place.upload_to;
        }
        if matches!(place.kind, Kind::Email | Kind::Url | Kind::Choice) {
            (field.kind, field.choices) = (place.kind, place.choices);
        }
        field
    };
    form.fields.iter().map(limited).collect()
}

/// Puts the values where their fields keep them, and notes the profiles that the form makes.
pub(super) fn save(form: RegistrationForm<'_>, values: &Map<String, Value>, new: &mut NewUser) {
    for profile in form.profiles() {
        new.profiles.entry(profile.to_owned()).or_default();
    }
    for field in form.fields.iter() {
        let (Some(place), Some(value)) = (&field.save_to, values.get(field.name())) else { continue };
        match place.split_once('.') {
            Some(("user", "first_name")) => new.first_name = text(value),
            Some(("user", "last_name")) => new.last_name = text(value),
            Some(("user", name)) => {
                new.fields.insert(name.to_owned(), value.clone());
            }
            Some((profile, name)) => {
                new.profiles.entry(profile.to_owned()).or_default().insert(name.to_owned(), value.clone());
            }
            None => {}
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
