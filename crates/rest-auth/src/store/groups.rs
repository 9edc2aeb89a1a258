//! `auth_group`, and who is in which.

use sea_query::{Expr, ExprTrait, Order, Query};

use super::schema::Step;
use super::tables::{AuthGroup, AuthUserGroups};
use super::{Connection, Dialect, StoreError, UserId};

/// What makes a group.
pub(super) fn create(dialect: Dialect, name: &str) -> Step {
    let (mark, quoted) = match dialect {
        Dialect::MySql => ('`', name.replace('\\', "\\\\").replace('\'', "''")),
        _ => ('"', name.replace('\'', "''")),
    };
    let statements = format!("INSERT INTO {mark}auth_group{mark} ({mark}name{mark}) VALUES ('{quoted}');");
    Step { name: format!("the group {name}"), statements }
}

impl Connection {
    /// The names of all groups.
    pub(super) async fn group_names(&mut self) -> Result<Vec<String>, StoreError> {
        let statement = Query::select().column(AuthGroup::Name).from(AuthGroup::Table).take();
        self.fetch_all(&statement).await?.iter().map(|row| row.text("name")).collect()
    }

    /// Puts a user into a group. Tells whether there is such a group.
    pub(crate) async fn add_to_group(&mut self, user: UserId, name: &str) -> Result<bool, StoreError> {
        let group = Query::select()
            .expr(Expr::val(user))
            .column(AuthGroup::Id)
            .from(AuthGroup::Table)
            .and_where(Expr::col(AuthGroup::Name).eq(name))
            .take();
        let mut statement = Query::insert();
        statement.into_table(AuthUserGroups::Table).columns([AuthUserGroups::UserId, AuthUserGroups::GroupId]);
        // There are as many values as columns.
        let _ = statement.select_from(group);
        Ok(self.execute(&statement).await? > 0)
    }

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
