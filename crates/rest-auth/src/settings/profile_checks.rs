//! What a profile, its fields, and the fields of registration cannot be.

use super::{Profile, Settings};
use crate::fields::{Field, Kind};
use crate::store::is_djangos_table;

/// What user details can show of a user, beside profiles.
pub(crate) const USER_FIELDS: [&str; 12] = [
    "pk",
    "id",
    "username",
    "email",
    "first_name",
    "last_name",
    "is_active",
    "is_staff",
    "is_superuser",
    "last_login",
    "date_joined",
    "groups",
];

/// Columns of a profile's table that are not its fields'.
const TAKEN_COLUMNS: [&str; 3] = ["id", "user", "user_id"];

impl Settings {
    pub(super) fn profile_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        for (index, profile) in self.profiles.iter().enumerate() {
            let path = format!("profiles.{}", profile.name);
            if !is_name(&profile.name)
                || USER_FIELDS.contains(&profile.name.as_str())
                || profile.name == "user"
                || self.user.fields.find(&profile.name).is_some()
            {
                let problem = "it cannot be called that".into();
                refuse(&path, problem, "Letters, digits and _ can be, but not what a user has already.");
            }
            let table = &profile.table;
            if !is_name(table)
                || is_djangos_table(table)
                || table == &self.user.table
                || table.to_lowercase().starts_with("rest_auth_")
            {
                let problem = format!("{table:?} cannot be the table of a profile");
                refuse(&format!("{path}.table"), problem, "For example \"app_userprofile\", a table of its own.");
            }
            let others = &self.profiles[..index];
            if others.iter().any(|other| other.table.eq_ignore_ascii_case(table)) {
                let problem = "another profile has this table".into();
                refuse(&format!("{path}.table"), problem, "Each has its own.");
            }
            if others.iter().any(|other| other.name == profile.name) {
                refuse(&path, "there are two of this name".into(), "Call them differently.");
            }
            check_columns(profile, &path, refuse);
        }
        let fields = self.user_details.fields.iter().flatten();
        for field in fields.filter(|name| self.profiles.find(name).is_none() && !self.has_user_field(name)) {
            let problem = format!("{field:?} is neither a field of the user nor a profile");
            refuse("user_details.fields", problem, &format!("Name {}, or a profile.", USER_FIELDS.join(", ")));
        }
        for name in &self.user_details.read_only_fields {
            let known = match name.split_once('.') {
                None => self.has_user_field(name) || self.profiles.find(name).is_some(),
                Some((profile, field)) => {
                    self.profiles.find(profile).is_some_and(|profile| profile.fields.find(field).is_some())
                }
            };
            if !known {
                let hint = "For example \"username\", \"profile\" or \"profile.company_name\".";
                refuse("user_details.read_only_fields", format!("there is no field {name:?}"), hint);
            }
        }
    }
}

impl Settings {
    /// Whether user details can show this of the user's own row.
    fn has_user_field(&self, name: &str) -> bool {
        USER_FIELDS.contains(&name) && self.user.has(name) || self.user.fields.find(name).is_some()
    }
}

fn check_columns(profile: &Profile, path: &str, refuse: &mut impl FnMut(&str, String, &str)) {
    check_fields(&profile.fields, &format!("{path}.fields"), refuse);
    for field in profile.fields.iter() {
        let path = format!("{path}.fields.{}", field.name);
        if TAKEN_COLUMNS.contains(&field.name.as_str()) {
            refuse(&path, "the table has a column of this name already".into(), "Call it differently.");
        }
        if field.save_to.is_some() {
            refuse(&format!("{path}.save_to"), "a profile's field is kept in the profile".into(), "Remove it.");
        }
        if field.kind == Kind::Char && field.max_length.is_none() {
            refuse(&path, "a char has a max_length".into(), "Add max_length, or make it a text.");
        }
        if profile.auto_create && field.initial().is_none() {
            let problem = "a profile that is made with every user has no value to put there".into();
            refuse(&path, problem, "Add default or null = true; or auto_create = false to the profile.");
        }
    }
}

/// What is wrong with fields wherever they are.
pub(super) fn check_fields(fields: &[Field], path: &str, refuse: &mut impl FnMut(&str, String, &str)) {
    for (index, field) in fields.iter().enumerate() {
        let path = format!("{path}.{}", field.name);
        if fields[..index].iter().any(|other| other.name == field.name) {
            refuse(&path, "there are two of this name".into(), "Call them differently.");
        }
        for (problem, hint) in misfits(field) {
            refuse(&path, problem, hint);
        }
    }
}

/// The longest text of a column that has a limit: MySQL's, in its usual encoding.
const LONGEST: usize = 16_383;

/// The most digits that are reckoned with.
const MOST_DIGITS: usize = 38;

fn misfits(field: &Field) -> Vec<(String, &'static str)> {
    let mut found = Vec::new();
    let mut add = |wrong: bool, problem: &str, hint: &'static str| {
        if wrong {
            found.push((problem.to_owned(), hint));
        }
    };
    let is_number = matches!(field.kind, Kind::Integer | Kind::Decimal);
    let counts_characters = field.is_textual() && field.kind != Kind::Text;
    add(!is_name(&field.name), "it cannot be called that", "Letters, digits and _ can be, 63 at most.");
    add(
        field.max_length.is_some() && !(counts_characters || field.kind == Kind::Text || field.is_file()),
        "max_length is for texts, and for the names of files",
        "Remove it.",
    );
    add(
        field.max_length.is_some_and(|most| !(1..=LONGEST).contains(&most)),
        "max_length is from 1 to 16383",
        "Without a limit it is a text.",
    );
    add(
        field.min_length.is_some() && (!field.is_textual() || field.kind == Kind::Choice),
        "min_length is for texts",
        "Remove it.",
    );
    add(
        field.min_length.zip(field.max_length).is_some_and(|(fewest, most)| fewest > most),
        "min_length is more than max_length",
        "Nothing would fit.",
    );
    add(
        (field.min_value.is_some() || field.max_value.is_some()) && !is_number,
        "min_value and max_value are for numbers",
        "Remove them.",
    );
    add(
        field.min_value.zip(field.max_value).is_some_and(|(least, greatest)| least > greatest),
        "min_value is more than max_value",
        "Nothing would fit.",
    );
    let beyond = |value: Option<i64>| value.is_some_and(|value| i32::try_from(value).is_err());
    add(
        field.kind == Kind::Integer && (beyond(field.min_value) || beyond(field.max_value)),
        "an integer is from -2147483648 to 2147483647",
        "Make it a decimal, with decimal_places = 0, for more.",
    );
    let digits = field.max_digits.zip(field.decimal_places);
    add(
        field.kind == Kind::Decimal
            && !digits.is_some_and(|(all, behind)| behind <= all && (1..=MOST_DIGITS).contains(&all)),
        "a decimal has max_digits, 38 at most, and decimal_places among them",
        "For example max_digits = 8, decimal_places = 2.",
    );
    add(
        field.kind != Kind::Decimal && (field.max_digits.is_some() || field.decimal_places.is_some()),
        "max_digits and decimal_places are for decimals",
        "Remove them.",
    );
    add(
        (field.kind == Kind::Choice) == field.choices.is_empty(),
        "choices are what a choice has",
        "Add them, or make it a choice.",
    );
    add(
        field
            .choices
            .iter()
            .any(|choice| choice.is_empty() || field.max_length.is_some_and(|most| choice.chars().count() > most)),
        "a choice is empty, or longer than max_length",
        "For the empty one add blank = true.",
    );
    add(
        field.blank && !field.is_textual() && !field.is_file(),
        "blank is for texts and files",
        "For a field that may be left out, write null = true or a default.",
    );
    add(field.upload_to.is_some() && !field.is_file(), "upload_to is for images and files", "Remove it.");
    add(
        field.upload_to.as_deref().is_some_and(|folder| !is_folder(folder)),
        "upload_to is no folder below the media's",
        "For example \"avatars/\", or \"avatars/%Y/%m/\".",
    );
    add(field.default.is_some() && field.is_file(), "a file has no default", "Write null = true or blank = true.");
    if let Some(problem) = field.default_problem().filter(|_| !field.is_file()) {
        add(true, &format!("its default does not fit: {problem}"), "Write one that a client could send.");
    }
    found
}

/// Whether it leads to a folder below another, and nowhere else.
fn is_folder(path: &str) -> bool {
    let is_plain = |part: &str| !["", ".", ".."].contains(&part) && !part.contains(['\\', '\0', '#', ':']);
    !path.starts_with('/')
        && path.strip_suffix('/').unwrap_or(path).split('/').all(is_plain)
        && time::format_description::parse_strftime_borrowed(path).is_ok()
}

/// Whether every database takes it for a name.
pub(super) fn is_name(name: &str) -> bool {
    (1..=63).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.starts_with(|first: char| first.is_ascii_digit())
}
