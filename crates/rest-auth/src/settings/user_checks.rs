//! What the table of users cannot be.

use super::profile_checks::{check_fields, is_name};
use super::user_table::OPTIONAL;
use super::{LoginMethod, Settings};
use crate::fields::Kind;
use crate::store::is_djangos_table;

/// What may be called differently.
const COLUMNS: [&str; 11] = [
    "id",
    "password",
    "last_login",
    "is_superuser",
    "username",
    "first_name",
    "last_name",
    "email",
    "is_staff",
    "is_active",
    "date_joined",
];

/// What is called so is no field of a client's: it gives power, or has a meaning of its own.
const MEANINGFUL: [&str; 4] = ["pk", "user", "groups", "user_permissions"];

impl Settings {
    pub(super) fn user_contradictions(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let table = &self.user;
        let another = table.table != "auth_user" && is_djangos_table(&table.table);
        if !is_name(&table.table) || another || table.table.to_lowercase().starts_with("rest_auth_") {
            let problem = format!("{:?} cannot be the table of users", table.table);
            refuse("user.table", problem, "For example \"accounts_user\".");
        }
        for (path, name) in [("user.groups_column", &table.groups_column), ("user.groups_table", &table.groups_table())]
        {
            if !is_name(name) {
                refuse(path, format!("{name:?} cannot be called that"), "Letters, digits and _ can be, 63 at most.");
            }
        }
        for (name, called) in &table.columns {
            let path = format!("user.columns.{name}");
            if !COLUMNS.contains(&name.as_str()) {
                let hint = format!("Name {}; what is more than that stands in user.fields.", COLUMNS.join(", "));
                refuse(&path, "Django's users have no such column".into(), &hint);
            }
            if !is_name(called) {
                refuse(&path, format!("{called:?} cannot be a column"), "Letters, digits and _ can be, 63 at most.");
            }
            if !table.has(name) {
                refuse(&path, "user.without says that there is none".into(), "Remove one of both.");
            }
        }
        for (index, name) in COLUMNS.iter().enumerate() {
            let twice = COLUMNS[..index].iter().find(|other| {
                let both = [**other, *name];
                table.called(name).is_some_and(|called| table.called(other) == Some(called))
                    && !both.iter().all(|name| ["username", "email"].contains(name))
            });
            if let Some(other) = twice {
                let problem = format!("{other} and {name} would be one column");
                refuse("user.columns", problem, "Only the name may be the address: { username = \"email\" }.");
            }
        }
        for name in table.without.iter().filter(|name| !OPTIONAL.contains(&name.as_str())) {
            let problem = format!("no table can do without {name:?}");
            refuse("user.without", problem, &format!("It may name {}.", OPTIONAL.join(", ")));
        }
        if !table.has_usernames() {
            self.check_nameless(refuse);
        }
        let groups = self.registration.forms().any(|form| !form.groups.is_empty());
        if !table.has("groups") && groups {
            let problem = "there are no groups to put a user into".into();
            refuse("user.without", problem, "Remove \"groups\" there, or groups from [registration].");
        }
        check_fields(&table.fields, "user.fields", refuse);
        for field in table.fields.iter() {
            let path = format!("user.fields.{}", field.name());
            let is_column = COLUMNS.contains(&field.name())
                || COLUMNS.iter().any(|name| table.called(name).is_some_and(|called| called == field.name()));
            if is_column || MEANINGFUL.contains(&field.name()) {
                let hint = "A client would write what rest-auth looks after; a column with another name stands in user.columns.";
                refuse(&path, "it is no further column".into(), hint);
            }
            if field.save_to.is_some() {
                refuse(&path, "it is kept where it stands".into(), "Remove save_to.");
            }
            if field.initial().is_none() {
                let hint = "Add default, blank = true or null = true.";
                refuse(&path, "a user who is not asked for it would have no value".into(), hint);
            }
            if field.kind == Kind::Char && field.max_length.is_none() {
                refuse(&path, "a char has max_length".into(), "Write it as the column has it, or make it a text.");
            }
        }
    }

    /// Users whose name is their address do not log in, or register, by another.
    fn check_nameless(&self, refuse: &mut impl FnMut(&str, String, &str)) {
        let problem = || "users have no name but their address: user.columns says so".to_owned();
        if self.account.logs_in_by(LoginMethod::Username) {
            refuse("account.login_methods", problem(), "Write [\"email\"].");
        }
        let asks_for = |name: &str| self.account.signup_fields.iter().any(|field| field.trim_end_matches('*') == name);
        if asks_for("username") || !self.account.insists_on("email") {
            refuse("account.signup_fields", problem(), "Write [\"email*\", \"password1*\", \"password2*\"].");
        }
    }
}
