//! Finds the unique index that refuses a row, and the columns of that index.
//!
//! SQLite names the columns, PostgreSQL the columns and the constraint, MySQL only the key. If the database gives only
//! a name, its catalogue has the columns.

use sea_query::{MysqlQueryBuilder, PostgresQueryBuilder, SqliteQueryBuilder};
use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

use super::connection::in_a_box;
use super::held::Inner;
use super::patience::in_time;
use super::row::Row;
use super::sending::on;
use super::{Connection, StoreError};

/// A unique index that keeps a row out of a table.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Violation {
    /// The table; empty where the database does not name it.
    pub table: String,
    /// The index or constraint, where the database names it.
    pub index: Option<String>,
    /// The columns of the index, including those in its expressions.
    pub columns: Vec<String>,
    /// Whether the index is the table's primary key.
    pub is_primary_key: bool,
}

impl std::fmt::Display for Violation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a row with the same value is there already: ")?;
        match &self.index {
            Some(index) => write!(f, "constraint {index} of ")?,
            None => f.write_str("a unique index of ")?,
        }
        write!(f, "the table {} ({})", self.table, self.columns.join(", "))
    }
}

impl Violation {
    /// Reads the violation from the database's error, as far as that describes it.
    pub(super) fn of(error: &dyn DatabaseError) -> Option<Self> {
        if !error.is_unique_violation() {
            return None;
        }
        if let Some(error) = error.try_downcast_ref::<SqliteError>() {
            return Some(Self::of_sqlite(error.message(), error.code().as_deref()));
        }
        if let Some(error) = error.try_downcast_ref::<PgDatabaseError>() {
            let index = error.constraint().map(str::to_owned);
            return Some(Self {
                table: error.table().unwrap_or_default().to_owned(),
                is_primary_key: index.as_deref().is_some_and(|name| name.ends_with("_pkey")),
                index,
                columns: error.detail().map(columns_of_detail).unwrap_or_default(),
            });
        }
        let error = error.try_downcast_ref::<MySqlDatabaseError>()?;
        Some(Self::of_mysql(error.message()))
    }

    fn of_sqlite(message: &str, code: Option<&str>) -> Self {
        let place = message.split_once("failed: ").map_or(message, |(_, place)| place);
        // SQLITE_CONSTRAINT_PRIMARYKEY and SQLITE_CONSTRAINT_ROWID.
        let is_primary_key = matches!(code, Some("1555" | "2579"));
        if let Some(index) = place.strip_prefix("index '") {
            let index = index.strip_suffix('\'').unwrap_or(index).replace("''", "'");
            return Self { index: Some(index), is_primary_key, ..Self::default() };
        }
        let columns: Vec<_> = place.split(", ").filter_map(|column| column.rsplit_once('.')).collect();
        Self {
            table: columns.first().map(|(table, _)| (*table).to_owned()).unwrap_or_default(),
            index: None,
            columns: columns.iter().map(|(_, column)| (*column).to_owned()).collect(),
            is_primary_key,
        }
    }

    /// Reads the name of the key from MySQL's message.
    ///
    /// In English, the name is at the end. In another language, the name is the last text between quotation marks. MySQL 8
    /// puts the table and a dot in front of the name, and the name itself may hold a dot.
    fn of_mysql(message: &str) -> Self {
        let in_english = message.split_once("for key '").and_then(|(_, key)| key.strip_suffix('\''));
        let key = in_english.or_else(|| message.rsplit('\'').nth(1)).unwrap_or_default();
        Self {
            table: String::new(),
            index: Some(key.to_owned()),
            columns: Vec::new(),
            is_primary_key: key == "PRIMARY" || key.ends_with(".PRIMARY"),
        }
    }

    /// Whether the index is of this column alone.
    pub(super) fn is_of(&self, column: &str) -> bool {
        matches!(&self.columns[..], [only] if only.eq_ignore_ascii_case(column))
    }
}

/// Returns the columns in PostgreSQL's detail.
///
/// The form is the same in every language: `Key (a, lower(b::text))=(1, x) …`.
fn columns_of_detail(detail: &str) -> Vec<String> {
    let keys = detail.split_once(")=(").and_then(|(keys, _)| keys.split_once('('));
    keys.map(|(_, keys)| names_in(keys)).unwrap_or_default()
}

/// Returns the columns that the expressions of an index name.
///
/// Functions, types, collations and texts are left out.
fn names_in(expressions: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut rest = expressions;
    // The text in front of a name.
    let mut before = String::new();
    while let Some(first) = rest.chars().next() {
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let (name, quoted, end) = match first {
            '\'' | '"' | '`' => {
                let end = rest[1..].find(first).map_or(rest.len(), |end| end + 2);
                (rest[1..end.max(2) - 1].to_owned(), true, end)
            }
            _ if is_word(first) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                (rest[..end].to_owned(), false, end)
            }
            other => {
                if !other.is_whitespace() {
                    before = if before == ":" { "::".to_owned() } else { other.to_string() };
                }
                rest = &rest[other.len_utf8()..];
                continue;
            }
        };
        rest = &rest[end..];
        let is_function = rest.trim_start().starts_with('(');
        let is_type = ["::", "as", "collate"].contains(&before.as_str());
        before = if quoted { String::new() } else { name.to_lowercase() };
        let is_keyword = ["as", "collate"].contains(&before.as_str());
        let is_number = !quoted && first.is_ascii_digit();
        let is_column = first != '\'' && !(is_function || is_type || is_keyword || is_number);
        if is_column && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// Returns the keys of a `CREATE INDEX`: the text in its first brackets.
fn keys_of_statement(statement: &str) -> &str {
    let Some((_, keys)) = statement.split_once('(') else { return "" };
    let mut depth = 1;
    for (place, character) in keys.char_indices() {
        depth += match character {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        if depth == 0 {
            return &keys[..place];
        }
    }
    keys
}

impl Connection {
    /// Adds the table and the columns to the error of a violated unique index.
    pub(super) async fn with_violation<T>(
        &mut self,
        table: &str,
        written: Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let Err(error) = &written else { return written };
        let Some(mut violation) = error.violation() else { return written };
        if violation.table.is_empty() {
            violation.table = table.to_owned();
        }
        if let (true, Some(index)) = (violation.columns.is_empty(), &violation.index) {
            let index = index.clone();
            match in_a_box(self.columns_of_index(&violation.table, &index)).await {
                Ok(columns) => violation.columns = columns,
                Err(error) => tracing::warn!(%error, index, "the columns of the index cannot be found"),
            }
        }
        Err(StoreError::NotUnique(Box::new(violation)))
    }

    async fn columns_of_index(&mut self, table: &str, index: &str) -> Result<Vec<String>, StoreError> {
        match &self.inner {
            Inner::Sqlite(_) => {
                const STATEMENT: &str = "SELECT sql AS text FROM sqlite_master WHERE type = 'index' AND name = ?";
                let statements = self.texts(STATEMENT, &[index]).await?;
                Ok(statements.iter().flat_map(|statement| names_in(keys_of_statement(statement))).collect())
            }
            Inner::Postgres(_) => {
                // The transaction has failed, and is about to be rolled back.
                self.execute_script("ROLLBACK").await?;
                const KEYS: &str = "SELECT pg_get_indexdef(i.indexrelid, k, true) AS text \
                     FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid, generate_series(1, i.indnkeyatts) k \
                     WHERE c.relname = $1 AND i.indrelid = to_regclass(quote_ident($2)) ORDER BY k";
                Ok(self.texts(KEYS, &[index, table]).await?.iter().flat_map(|key| names_in(key)).collect())
            }
            Inner::MySql(_) => {
                // A generated column is replaced by the columns of its expression.
                const COLUMNS: &str = "SELECT CASE WHEN c.generation_expression <> '' THEN CAST(c.generation_expression AS CHAR) \
                     ELSE CONCAT('`', s.column_name, '`') END AS text \
                     FROM information_schema.statistics s JOIN information_schema.columns c USING (table_schema, table_name, column_name) \
                     WHERE table_schema = DATABASE() AND s.index_name = ? AND table_name = ? ORDER BY s.seq_in_index";
                // MySQL 8 has indexes of expressions, and this column of the table.
                const EXPRESSIONS: &str = "SELECT CAST(expression AS CHAR) AS text FROM information_schema.statistics \
                     WHERE table_schema = DATABASE() AND index_name = ? AND table_name = ? AND expression IS NOT NULL";
                // MySQL 8 says TABLE.INDEX.
                let bare = index.strip_prefix(table).and_then(|rest| rest.strip_prefix('.'));
                for index in [index].into_iter().chain(bare) {
                    for statement in [COLUMNS, EXPRESSIONS] {
                        let texts = self.texts(statement, &[index, table]).await?;
                        if !texts.is_empty() {
                            return Ok(texts.iter().flat_map(|text| names_in(text)).collect());
                        }
                    }
                }
                Ok(Vec::new())
            }
        }
    }

    /// Returns the column `text` of a query's rows.
    async fn texts(&mut self, sql: &'static str, values: &[&str]) -> Result<Vec<String>, StoreError> {
        self.database().sent.note(sql);
        on!(self, |held, builder, row| {
            let query = values.iter().fold(sqlx::query(sql), |query, value| query.bind((*value).to_owned()));
            let rows = query.fetch_all(held.connection().await?).await?;
            rows.into_iter().map(row).map(|row| row.text("text")).collect()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Violation, columns_of_detail, keys_of_statement, names_in};
    use crate::testing::{TestApp, each_database};

    #[test]
    fn an_expression_gives_the_columns_that_it_names() {
        let cases: [(&str, &[&str]); 9] = [
            ("phone", &["phone"]),
            ("lower(email::text)", &["email"]),
            ("lower((email)::character varying(254)), tenant", &["email", "tenant"]),
            ("a, \"Odd name\" COLLATE \"C\", `b`", &["a", "Odd name", "b"]),
            ("CAST(email AS text)", &["email"]),
            ("email || 'phone' || 12", &["email"]),
            ("lower(`email`)", &["email"]),
            ("'", &[]),
            ("", &[]),
        ];
        for (text, names) in cases {
            assert_eq!(names_in(text), names, "{text}");
        }
        assert_eq!(keys_of_statement("CREATE UNIQUE INDEX x ON t (lower(a), b) WHERE c > 1"), "lower(a), b");
    }

    #[test]
    fn each_databases_words_are_understood() {
        assert_eq!(columns_of_detail("Key (a, lower(b::text))=(1, (x)=(y)) already exists."), ["a", "b"]);
        assert_eq!(columns_of_detail("Schlüssel »(phone)=(0123)« existiert bereits."), ["phone"]);
        assert_eq!(columns_of_detail("no key"), [""; 0]);
        let sqlite = Violation::of_sqlite("UNIQUE constraint failed: t.a, t.b", Some("2067"));
        assert_eq!((sqlite.table.as_str(), sqlite.columns), ("t", vec!["a".to_owned(), "b".to_owned()]));
        let sqlite = Violation::of_sqlite("UNIQUE constraint failed: index 'by_case'", Some("2067"));
        assert_eq!((sqlite.index.as_deref(), sqlite.is_primary_key), (Some("by_case"), false));
        let sqlite = Violation::of_sqlite("UNIQUE constraint failed: index 'it''s a.b c'", Some("2067"));
        assert_eq!(sqlite.index.as_deref(), Some("it's a.b c"));
        assert!(Violation::of_sqlite("UNIQUE constraint failed: t.id", Some("1555")).is_primary_key);
        let mysql = Violation::of_mysql("Duplicate entry 'it's' for key 'app_customer.app_phone'");
        assert_eq!((mysql.table.as_str(), mysql.index.as_deref()), ("", Some("app_customer.app_phone")));
        let mariadb = Violation::of_mysql("Duplicate entry 'a.b' for key 'it's a.b c'");
        assert_eq!((mariadb.table.as_str(), mariadb.index.as_deref()), ("", Some("it's a.b c")));
        assert!(Violation::of_mysql("Doppelter Eintrag '1' für Schlüssel 'PRIMARY'").is_primary_key);
    }

    /// A role that may not read the row gets neither the values nor the columns.
    #[each_database(Postgres)]
    async fn a_constraint_without_its_columns_is_looked_up() {
        let app = TestApp::with("").await;
        app.sql("CREATE TABLE app_customer (phone varchar(20))").await;
        app.sql("CREATE UNIQUE INDEX app_phone ON app_customer (lower(phone))").await;
        app.sql("INSERT INTO app_customer VALUES ('0123')").await;
        let mut tx = app.auth().store().begin().await.expect("a transaction");
        let role = format!("rest_auth_test_{}", std::process::id());
        let schema = app.sql("SELECT current_schema()::text AS name").await[0][0].as_str().map(str::to_owned);
        let schema = schema.expect("a schema");
        let sql = format!(
            "CREATE ROLE {role}; GRANT USAGE ON SCHEMA {schema} TO {role}; GRANT INSERT ON app_customer TO {role}; \
             SET LOCAL ROLE {role}"
        );
        tx.execute_script(&sql).await.expect("a role");
        let inserted = tx.execute_script("INSERT INTO app_customer VALUES ('0123')").await;
        let violation = inserted.as_ref().expect_err("a taken number").violation().expect("a violation");
        assert_eq!(violation.columns, [""; 0]);
        let error = tx.with_violation("app_customer", inserted).await.expect_err("a taken number");
        let violation = error.violation().expect("a violation");
        assert_eq!((violation.index.as_deref(), violation.columns), (Some("app_phone"), vec!["phone".to_owned()]));
    }
}
