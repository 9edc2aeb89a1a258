//! The tables of a Django database, as its own migrations would make them.

use super::Dialect;

/// A table with its indexes.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The statements that make it.
    pub(super) statements: &'static str,
}

/// What a migration would do: a table, a column, a group.
pub(super) struct Step {
    /// What is missing, as it is told: `app_userprofile`, or `app_userprofile.bio`.
    pub(super) name: String,
    /// The statements that make it.
    pub(super) statements: String,
}

impl From<Table> for Step {
    fn from(table: Table) -> Self {
        Self { name: table.name.to_owned(), statements: table.statements.to_owned() }
    }
}

/// Whether a table of this name is one of Django's, or of its packages'.
pub(crate) fn is_djangos_table(name: &str) -> bool {
    tables(Dialect::Sqlite).any(|table| table.name.eq_ignore_ascii_case(name))
}

/// Whether a table belongs to one of these applications.
pub(super) fn is_of(apps: &[&str], table: &str) -> bool {
    apps.iter().any(|app| table.strip_prefix(app).is_some_and(|rest| rest.starts_with('_')))
}

/// Returns the steps without the tables and Django's records of these apps.
pub(super) fn without_apps(mut steps: Vec<Step>, apps: &[&str]) -> Vec<Step> {
    steps.retain(|step| !is_of(apps, &step.name));
    if let Some(step) = steps.iter_mut().find(|step| step.name == "django_migrations").filter(|_| !apps.is_empty()) {
        let is_of_app = |line: &str| apps.iter().any(|app| line.trim_start().starts_with(&format!("('{app}',")));
        let lines: Vec<&str> = step.statements.trim_end().lines().filter(|line| !is_of_app(line)).collect();
        step.statements = format!("{};\n", lines.join("\n").trim_end_matches([',', ';']));
    }
    steps
}

/// What stands in front of each table in the file.
const MARK: &str = "-- table ";

/// Every table, in an order in which each comes after those it refers to.
pub(super) fn tables(dialect: Dialect) -> impl Iterator<Item = Table> {
    let schema = match dialect {
        Dialect::Sqlite => include_str!("schema/sqlite.sql"),
        Dialect::Postgres => include_str!("schema/postgres.sql"),
        Dialect::MySql => include_str!("schema/mysql.sql"),
    };
    schema.split(MARK).skip(1).filter_map(|part| {
        let (name, statements) = part.split_once('\n')?;
        Some(Table { name: name.trim(), statements })
    })
}
