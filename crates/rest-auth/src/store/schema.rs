//! The tables of a Django database, as its own migrations would make them.

use super::Dialect;

/// A table with its indexes.
pub(super) struct Table {
    pub(super) name: &'static str,
    /// The statements that make it.
    pub(super) statements: &'static str,
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

/// Those of the tables that are not among the present ones.
pub(super) fn missing(dialect: Dialect, present: &[String]) -> Vec<Table> {
    tables(dialect).filter(|table| !present.iter().any(|name| name == table.name)).collect()
}
