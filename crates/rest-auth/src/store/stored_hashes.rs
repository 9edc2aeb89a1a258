//! The stored password hashes, for `rest-auth check`.

use sea_query::{Expr, ExprTrait, Order, Query};

use super::user_table::UserColumn;
use super::{Connection, StoreError, UserId};

impl Connection {
    /// Returns at most `limit` unusual hashes of users with an id above `after`, by id.
    ///
    /// Hashes in Django's usual form, and hashes that Django made unusable on purpose, are left out.
    pub(crate) async fn unusual_hashes_after(
        &mut self,
        after: Option<UserId>,
        limit: u64,
    ) -> Result<Vec<(UserId, String)>, StoreError> {
        let table = self.user_table().clone();
        let (id, password) = (table.iden_of(UserColumn::Id), table.iden_of(UserColumn::Password));
        let held = || Expr::col(password.clone());
        let unusual = held().not_like("pbkdf2_sha256$%$%$%").and(held().not_like("!%")).or(held().is_null());
        let mut statement = Query::select()
            .expr_as(Expr::col(id.clone()), "id")
            .expr_as(held(), "password")
            .from(table.iden())
            .and_where(unusual)
            .order_by(id.clone(), Order::Asc)
            .limit(limit)
            .take();
        if let Some(after) = after {
            statement.and_where(Expr::col(id).gt(self.dialect().user_id(after)));
        }
        let row = |row: &super::row::Row| {
            Ok((row.user_id("id", table.key)?, row.optional_text("password")?.unwrap_or_default()))
        };
        self.fetch_all(&statement).await?.iter().map(row).collect()
    }
}
