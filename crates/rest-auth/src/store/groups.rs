//! `auth_group`, and who is in which.

use sea_query::{Expr, ExprTrait, Order, Query};

use super::tables::{AuthGroup, AuthUserGroups};
use super::{Connection, StoreError, UserId};

impl Connection {
    /// The names of the user's groups, in order.
    pub(crate) async fn groups_of(&mut self, user: UserId) -> Result<Vec<String>, StoreError> {
        let statement = Query::select()
            .column((AuthGroup::Table, AuthGroup::Name))
            .from(AuthGroup::Table)
            .inner_join(
                AuthUserGroups::Table,
                Expr::col((AuthUserGroups::Table, AuthUserGroups::GroupId)).equals((AuthGroup::Table, AuthGroup::Id)),
            )
            .and_where(Expr::col((AuthUserGroups::Table, AuthUserGroups::UserId)).eq(user))
            .order_by((AuthGroup::Table, AuthGroup::Name), Order::Asc)
            .take();
        self.fetch_all(&statement).await?.iter().map(|row| row.text("name")).collect()
    }
}
