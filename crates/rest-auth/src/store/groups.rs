//! `auth_group`, and who is in which: `auth_user_groups`, or what stands for it.

use sea_query::{Alias, Expr, ExprTrait, Order, Query};

use super::schema::Step;
use super::tables::AuthGroup;
use super::{Connection, Dialect, StoreError, UserId};

/// The column of the membership's table that refers to the group.
const GROUP_ID: &str = "group_id";

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
            .expr(self.dialect().user_id(user))
            .column(AuthGroup::Id)
            .from(AuthGroup::Table)
            .and_where(Expr::col(AuthGroup::Name).eq(name))
            .take();
        let mut statement = Query::insert();
        let table = self.user_table();
        statement
            .into_table(Alias::new(table.groups_table()))
            .columns([Alias::new(&table.groups_column), Alias::new(GROUP_ID)]);
        // There are as many values as columns.
        let _ = statement.select_from(group);
        Ok(self.execute(&statement).await? > 0)
    }

    /// The names of the user's groups, in order.
    pub(crate) async fn groups_of(&mut self, user: UserId) -> Result<Vec<String>, StoreError> {
        let table = self.user_table();
        if !table.has("groups") {
            return Ok(Vec::new());
        }
        let members = Alias::new(table.groups_table());
        let statement = Query::select()
            .column((AuthGroup::Table, AuthGroup::Name))
            .from(AuthGroup::Table)
            .inner_join(
                members.clone(),
                Expr::col((members.clone(), Alias::new(GROUP_ID))).equals((AuthGroup::Table, AuthGroup::Id)),
            )
            .and_where(Expr::col((members, Alias::new(&table.groups_column))).eq(self.dialect().user_id(user)))
            .order_by((AuthGroup::Table, AuthGroup::Name), Order::Asc)
            .take();
        self.fetch_all(&statement).await?.iter().map(|row| row.text("name")).collect()
    }
}
