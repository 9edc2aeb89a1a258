//! What registration cannot ask for, and where it cannot keep it.

use super::Settings;
use super::profile_checks::{check_fields, is_name};
use super::registration::Form;
use crate::fields::Field;
use crate::registration::place;
use crate::store::Limits;

/// What registration asks for anyway.
const USUAL_FIELDS: [&str; 4] = ["username", "email", "password1", "password2"];

/// The longest name of a group in Django.
const LONGEST_GROUP: usize = 150;

impl Settings {
    pub(super) fn registration_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        for form in self.registration.forms() {
            let path = form.path();
            check_fields(form.fields, &format!("{path}.fields"), refuse);
            for field in form.fields.iter() {
                self.check_place(field, &format!("{path}.fields.{}", field.name()), refuse);
            }
            for name in form.profiles().filter(|name| self.profiles.find(name).is_none()) {
                let hint = "Declare it in [profiles], or name one that is there.";
                refuse(&format!("{path}.profiles"), format!("there is no profile {name:?}"), hint);
            }
            for name in form.groups.iter().filter(|name| !(1..=LONGEST_GROUP).contains(&name.chars().count())) {
                let problem = format!("{name:?} cannot be a group");
                refuse(&format!("{path}.groups"), problem, "A name has from 1 to 150 characters.");
            }
            self.check_profiles(form, refuse);
        }
        check_fields(&self.login.fields, "login.fields", refuse);
        for field in self.login.fields.iter() {
            let path = format!("login.fields.{}", field.name());
            if ["username", "email", "password"].contains(&field.name()) {
                refuse(&path, "login has this field already".into(), "Call it differently.");
            }
            if field.save_to.is_some() {
                refuse(&path, "a login keeps nothing".into(), "Remove save_to.");
            }
            if field.is_file() {
                refuse(&path, "a login takes no files".into(), "Make it another type.");
            }
        }
        let paths: Vec<String> = crate::auth::paths(self);
        for (index, kind) in self.registration.types.iter().enumerate() {
            let name = format!("registration.types.{}", kind.name);
            if !is_name(&kind.name) {
                refuse(&name, "it cannot be called that".into(), "Letters, digits and _ can be, 63 at most.");
            }
            if self.registration.types[..index].iter().any(|other| other.name == kind.name) {
                refuse(&name, "there are two of this name".into(), "Call them differently.");
            }
            let path = format!("registration.types.{}.path", kind.name);
            let odd = |c: char| !(c.is_ascii_alphanumeric() || "/-._~".contains(c));
            if kind.path.contains(odd)
                || kind.path.contains("//")
                || kind.path.starts_with('/')
                || !kind.path.ends_with('/')
            {
                let hint = "Letters, digits, -, ., _ and ~ between slashes, one at the end: \"register/vendor/\".";
                refuse(&path, format!("{:?} is no path below base_path", kind.path), hint);
            }
            if paths.iter().filter(|held| held.trim_end_matches('/') == kind.path.trim_end_matches('/')).count() > 1 {
                refuse(&path, format!("there is another endpoint {:?}", kind.path), "Choose another path.");
            }
        }
    }

    /// Whether there is such a place, and it takes what the field gives.
    fn check_place(&self, field: &Field, path: &str, refuse: &mut impl FnMut(&str, String, &str)) {
        if USUAL_FIELDS.contains(&field.name()) {
            refuse(path, "registration has this field already".into(), "Call it differently.");
        }
        if field.read_only {
            refuse(path, "nobody could write it".into(), "Remove read_only.");
        }
        if field.is_file() && field.save_to.is_none() {
            refuse(path, "a file has to be kept somewhere".into(), "Add save_to = \"PROFILE.FIELD\".");
        }
        let Some(name) = &field.save_to else { return };
        let path = format!("{path}.save_to");
        let Some(place) = place(self, &Limits::default(), name) else {
            let problem = format!("a client cannot write to {name:?}");
            refuse(&path, problem, "It can to \"user.first_name\", \"user.last_name\" and the fields of profiles.");
            return;
        };
        let texts = field.is_textual() && place.is_textual();
        if place.kind != field.kind && !texts {
            refuse(&path, format!("{name} is of another type"), "Make both the same.");
        }
        if field.null && !place.null {
            refuse(&path, format!("{name} takes no null"), "Remove null = true, or add it there.");
        }
        if field.blank && !place.blank {
            refuse(&path, format!("{name} takes no empty text"), "Remove blank = true, or add it there.");
        }
    }

    /// Whether a profile that the form makes has a value for each of its fields.
    fn check_profiles(&self, form: Form<'_>, refuse: &mut impl FnMut(&str, String, &str)) {
        for profile in form.profiles().filter_map(|name| self.profiles.find(name)) {
            for column in profile.fields.iter().filter(|column| column.initial().is_none()) {
                let place = format!("{}.{}", profile.name, column.name());
                let given = |field: &&Field| field.save_to.as_deref() == Some(&place);
                if !form.fields.iter().find(given).is_some_and(|field| field.required || field.default.is_some()) {
                    let problem = format!("its users would have no value for {place}");
                    refuse(&form.path(), problem, "Add a required field with this save_to, or a default there.");
                }
            }
        }
    }
}
