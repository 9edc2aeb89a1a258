//! What differs from one database to another: how a time is written, how case is left out of account.

use std::cmp::Ordering;

use sea_query::{Expr, ExprTrait, Func, IntoColumnRef};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime, UtcOffset};

use crate::fields::read_datetime;

/// A kind of database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite.
    Sqlite,
    /// PostgreSQL.
    Postgres,
    /// MySQL and MariaDB.
    MySql,
}

/// As Django writes a time into SQLite; it leaves out a fraction of zero.
const WHOLE_SECONDS: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day] [hour]:[minute]:[second]");
const MICROSECONDS: &[BorrowedFormatItem<'_>] =
    format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:6]");
/// Reads a time from SQLite in any form that Django's `parse_datetime` reads.
pub(super) fn read_text_time(text: &str) -> Option<OffsetDateTime> {
    // Django's own format comes first, because it is quicker to parse.
    let format = if text.len() == 26 { MICROSECONDS } else { WHOLE_SECONDS };
    let usual = PrimitiveDateTime::parse(text, format).ok();
    usual.or_else(|| read_datetime(text).ok()).map(PrimitiveDateTime::assume_utc)
}

/// The collation that SQLite compares by where case does not count; its own knows ASCII alone.
pub(super) const NO_CASE: &str = "rest_auth_no_case";

pub(super) fn compare_without_case(a: &str, b: &str) -> Ordering {
    if a.is_ascii() && b.is_ascii() {
        return a.bytes().map(|byte| byte.to_ascii_lowercase()).cmp(b.bytes().map(|byte| byte.to_ascii_lowercase()));
    }
    a.chars().flat_map(char::to_lowercase).cmp(b.chars().flat_map(char::to_lowercase))
}

impl Dialect {
    /// A time as Django has it in the database: to the microsecond, in UTC.
    pub(super) fn time(self, time: OffsetDateTime) -> Expr {
        let time = time.to_offset(UtcOffset::UTC);
        match self {
            Self::Sqlite => {
                let format = if time.microsecond() == 0 { WHOLE_SECONDS } else { MICROSECONDS };
                // A time of these years is always written.
                Expr::val(time.format(format).unwrap_or_default())
            }
            Self::Postgres => Expr::val(time),
            Self::MySql => Expr::val(PrimitiveDateTime::new(time.date(), time.time())),
        }
    }

    /// The condition that a column holds the text, whatever the case.
    pub(super) fn equals_without_case(self, column: impl IntoColumnRef, text: &str) -> Expr {
        match self {
            Self::Sqlite => Expr::col(column).eq(Expr::cust_with_values(format!("? COLLATE {NO_CASE}"), [text])),
            Self::Postgres => self.equals_without_case_by_function(column, text),
            // The usual collations of MySQL leave case out of account by themselves.
            Self::MySql => Expr::col(column).eq(text),
        }
    }

    /// Returns the same condition with `LOWER`, which PostgreSQL can index.
    pub(super) fn equals_without_case_by_function(self, column: impl IntoColumnRef, text: &str) -> Expr {
        Expr::expr(Func::lower(Expr::col(column))).eq(Func::lower(Expr::val(text)))
    }

    /// Returns whether a name leads to a column; PostgreSQL alone is case-sensitive.
    pub(super) fn is_column(self, name: &str, by: &str) -> bool {
        name == by || self != Self::Postgres && name.eq_ignore_ascii_case(by)
    }

    /// What begins a transaction that will write.
    pub(super) fn begin(self) -> &'static str {
        match self {
            // No other may begin before it ends, so that what it reads stays true.
            Self::Sqlite => "BEGIN IMMEDIATE",
            Self::Postgres | Self::MySql => "BEGIN",
        }
    }

    /// Returns a query for the tables that the connection finds by name, in any schema.
    pub(super) fn table_names(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
            }
            Self::Postgres => {
                "SELECT c.relname::text AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE c.relkind IN ('r', 'p', 'v', 'f') AND n.nspname = ANY (current_schemas(false)) \
                 AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND pg_table_is_visible(c.oid)"
            }
            Self::MySql => {
                "SELECT CAST(table_name AS CHAR) AS name FROM information_schema.tables WHERE table_schema = DATABASE()"
            }
        }
    }

    /// Returns a query for the indexes of those tables.
    pub(super) fn index_names(self) -> &'static str {
        match self {
            Self::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'index'",
            Self::Postgres => {
                "SELECT c.relname::text AS name FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid \
                 JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace \
                 WHERE n.nspname = ANY (current_schemas(false)) AND pg_table_is_visible(t.oid)"
            }
            Self::MySql => {
                "SELECT DISTINCT CAST(index_name AS CHAR) AS name FROM information_schema.statistics \
                 WHERE table_schema = DATABASE()"
            }
        }
    }

    /// The columns of a table.
    pub(super) fn columns(self) -> &'static str {
        match self {
            Self::Sqlite => {
                "SELECT name, lower(type) AS kind, \"notnull\" = 0 OR dflt_value IS NOT NULL AS may_be_left_out, \
                 \"notnull\" = 0 AS may_be_null, NULL AS length, NULL AS charset FROM pragma_table_info(?)"
            }
            Self::Postgres => {
                "SELECT column_name::text AS name, data_type::text AS kind, is_nullable = 'YES' OR column_default IS NOT NULL \
                 OR is_identity = 'YES' OR is_generated = 'ALWAYS' AS may_be_left_out, is_nullable = 'YES' AS may_be_null, \
                 character_maximum_length::bigint AS length, current_setting('server_encoding') AS charset \
                 FROM information_schema.columns WHERE (table_schema, table_name) = (SELECT n.nspname, c.relname FROM pg_class c \
                 JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = to_regclass(quote_ident($1)))"
            }
            Self::MySql => {
                "SELECT CAST(column_name AS CHAR) AS name, CAST(column_type AS CHAR) AS kind, is_nullable = 'YES' OR column_default IS NOT NULL \
                 OR extra <> '' AS may_be_left_out, is_nullable = 'YES' AS may_be_null, \
                 CAST(character_maximum_length AS SIGNED) AS length, CAST(character_set_name AS CHAR) AS charset \
                 FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = ?"
            }
        }
    }
}
