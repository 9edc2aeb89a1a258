//! Tables of Django packages that this version does not read, and their users.

use sea_query::{Alias, Expr, ExprTrait, IntoIden, Query};

use super::user_table::UserColumn;
use super::{Connection, StoreError};

/// A table of a Django package.
pub(crate) struct PackageTable {
    pub(crate) name: &'static str,
    /// The column that names a row's user.
    pub(crate) owner: &'static str,
    /// The column that tells whether a row counts, if there is such a column.
    pub(crate) in_force: Option<&'static str>,
}

impl Connection {
    /// Returns the number of users with rows in a package's table.
    ///
    /// The result is `None` if the table does not have the package's columns.
    pub(crate) async fn owners_in(&mut self, table: &PackageTable) -> Result<Option<u64>, StoreError> {
        let columns = self.columns_of(table.name).await?;
        let has = |name: &str| columns.iter().any(|column| column.name == name);
        if !has(table.owner) {
            return Ok(None);
        }
        let mut statement = Query::select();
        statement
            .expr_as(Expr::col(Alias::new(table.owner)).count_distinct(), Alias::new("owners"))
            .from(Alias::new(table.name));
        if let Some(column) = table.in_force.filter(|column| has(column)) {
            statement.and_where(Expr::col(Alias::new(column)).eq(true));
        }
        self.count(&statement, "owners").await.map(Some)
    }

    /// Returns the number of users with rows in a package's table but no password.
    ///
    /// Such users have no password to log in with.
    pub(crate) async fn owners_without_password(&mut self, table: &PackageTable) -> Result<u64, StoreError> {
        let users = self.user_table().clone();
        let statement = Query::select()
            .expr_as(Expr::col(users.at(UserColumn::Id)).count(), Alias::new("owners"))
            .from(users.iden())
            .and_where(Expr::col(users.at(UserColumn::Password)).like("!%"))
            .and_where(Expr::col(users.at(UserColumn::Id)).in_subquery(
                Query::select().column(Alias::new(table.owner).into_iden()).from(Alias::new(table.name)).take(),
            ))
            .take();
        self.count(&statement, "owners").await
    }

    /// Returns the number in the one row of a statement.
    pub(super) async fn count(
        &mut self,
        statement: &sea_query::SelectStatement,
        column: &str,
    ) -> Result<u64, StoreError> {
        let row = self.fetch_optional(statement).await?;
        let count = row.map(|row| row.integer(column)).transpose()?.unwrap_or_default();
        Ok(count.unsigned_abs())
    }
}
