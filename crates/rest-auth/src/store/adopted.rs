//! The queries of `rest-auth check` on the tables of an adopted database.

use sea_query::{Alias, Expr, ExprTrait, Query};

use super::user_table::UserColumn;
use super::{Connection, Dialect, StoreError};
use crate::fields::Charset;

/// A text column, as `rest-auth check` examines it.
pub(crate) struct TextColumn {
    pub(crate) name: String,
    /// The most characters that it holds, where that is limited.
    pub(crate) length: Option<usize>,
    pub(crate) charset: Charset,
}

/// The NOT NULL columns of Django's tables, besides those of the users' table.
const NEVER_NULL: [(&str, &[&str]); 6] = [
    ("account_emailaddress", &["email", "verified", "primary"]),
    ("auth_group", &["name"]),
    ("authtoken_token", &["key", "created"]),
    ("django_session", &["session_data", "expire_date"]),
    ("token_blacklist_outstandingtoken", &["token", "expires_at", "jti"]),
    ("token_blacklist_blacklistedtoken", &["blacklisted_at"]),
];

impl Connection {
    /// The columns of a table that hold texts.
    pub(crate) async fn text_columns(&mut self, table: &str) -> Result<Vec<TextColumn>, StoreError> {
        let columns = self.columns_of(table).await?;
        let texts = columns.into_iter().filter(|column| column.kind.contains("char") || column.kind.contains("text"));
        Ok(texts
            .map(|column| TextColumn { charset: column.charset(), length: column.length, name: column.name })
            .collect())
    }

    /// Returns where rows hold NULL and Django's own tables never do.
    ///
    /// Each item is the table, the column, Django's name of the column, and the number of rows.
    pub(crate) async fn nulls(&mut self) -> Result<Vec<(String, String, &'static str, i64)>, StoreError> {
        let present = self.present().await?;
        let users = self.user_table().clone();
        let of_users =
            UserColumn::ALL.into_iter().filter(|column| !matches!(column, UserColumn::Id | UserColumn::LastLogin));
        let of_users = of_users.filter_map(|column| Some((users.called(column.name())?.to_owned(), column.name())));
        let mut tables = vec![(users.table.as_str(), of_users.collect::<Vec<_>>())];
        for (table, columns) in NEVER_NULL {
            tables.push((table, columns.iter().map(|column| ((*column).to_owned(), *column)).collect()));
        }
        let mut found = Vec::new();
        for (table, columns) in tables.into_iter().filter(|(table, _)| present.contains(table)) {
            for ((called, column), count) in self.nulls_in(table, columns).await? {
                found.push((table.to_owned(), called, column, count));
            }
        }
        Ok(found)
    }

    /// Returns the columns of a table that hold NULL, each with the number of rows.
    async fn nulls_in<T>(
        &mut self,
        table: &str,
        columns: Vec<(String, T)>,
    ) -> Result<Vec<((String, T), i64)>, StoreError> {
        let (dialect, described) = (self.dialect(), self.columns_of(table).await?);
        let may_be_null = |(called, _): &(String, T)| {
            described.iter().any(|column| dialect.is_column(&column.name, called) && column.may_be_null)
        };
        let columns: Vec<(String, T)> = columns.into_iter().filter(may_be_null).collect();
        if columns.is_empty() {
            return Ok(Vec::new());
        }
        let mut statement = Query::select();
        for (at, (called, _)) in columns.iter().enumerate() {
            let missing = Expr::cust("COUNT(*)").sub(Expr::col(Alias::new(called)).count());
            statement.expr_as(missing, Alias::new(format!("c{at}")));
        }
        let Some(row) = self.fetch_optional(statement.from(Alias::new(table))).await? else { return Ok(Vec::new()) };
        let mut found = Vec::new();
        for (at, column) in columns.into_iter().enumerate() {
            let count = row.integer(&format!("c{at}"))?;
            if count > 0 {
                found.push((column, count));
            }
        }
        Ok(found)
    }

    /// Returns the columns of SQLite with unreadable times, with the number of users.
    ///
    /// Clients see such a time as null.
    pub(crate) async fn unreadable_times(&mut self) -> Result<Vec<(String, i64)>, StoreError> {
        if self.dialect() != Dialect::Sqlite {
            return Ok(Vec::new());
        }
        let users = self.user_table().clone();
        let mut found = Vec::new();
        for column in [UserColumn::LastLogin, UserColumn::DateJoined] {
            let Some(called) = users.called(column.name()) else { continue };
            let iden = Alias::new(called);
            let is_odd = Expr::col(iden.clone())
                .is_not_null()
                .and(Expr::cust_with_exprs("? NOT GLOB '[0-9][0-9][0-9][0-9]-[0-9]*'", [Expr::col(iden.clone())]));
            let statement =
                Query::select().expr_as(Expr::col(iden).count(), "count").from(users.iden()).and_where(is_odd).take();
            let row = self.fetch_optional(&statement).await?;
            let count = row.map_or(Ok(0), |row| row.integer("count"))?;
            if count > 0 {
                found.push((called.to_owned(), count));
            }
        }
        Ok(found)
    }
}
