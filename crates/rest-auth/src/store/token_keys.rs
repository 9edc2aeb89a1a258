//! `authtoken_token`: one key a user, for `Authorization: Token …`.

use std::sync::Arc;

use sea_query::{Expr, ExprTrait, OnConflict, Query};
use time::OffsetDateTime;

use super::tables::AuthtokenToken;
use super::user_table::UserColumn;
use super::{Connection, StoreError, User, UserId};

impl Connection {
    /// The user whose key it is.
    pub(crate) async fn user_by_token_key(&mut self, key: &str) -> Result<Option<User>, StoreError> {
        let database = Arc::clone(self.database());
        let statement = database.texts.user_by_token_key.with(key, |key| {
            let (table, id) = database.user_table.at(UserColumn::Id);
            self.select_users()
                .inner_join(
                    AuthtokenToken::Table,
                    Expr::col((AuthtokenToken::Table, AuthtokenToken::UserId)).equals((table, id)),
                )
                .and_where(Expr::col((AuthtokenToken::Table, AuthtokenToken::Key)).eq(key))
                .take()
        });
        self.user(&statement).await
    }

    /// The user's key: the one there is, or else the new one, which is kept.
    pub(crate) async fn token_key(
        &mut self,
        user: UserId,
        new_key: &str,
        now: OffsetDateTime,
    ) -> Result<String, StoreError> {
        let insert = Query::insert()
            .into_table(AuthtokenToken::Table)
            .columns([AuthtokenToken::Key, AuthtokenToken::Created, AuthtokenToken::UserId])
            .values_panic([new_key.into(), self.dialect().time(now), self.dialect().user_id(user)])
            .on_conflict(OnConflict::column(AuthtokenToken::UserId).do_nothing_on([AuthtokenToken::UserId]).to_owned())
            .take();
        self.execute(&insert).await?;
        let select = Query::select()
            .column(AuthtokenToken::Key)
            .from(AuthtokenToken::Table)
            .and_where(Expr::col(AuthtokenToken::UserId).eq(self.dialect().user_id(user)))
            .take();
        self.fetch_optional(&select).await?.ok_or(sqlx::Error::RowNotFound)?.text("key")
    }

    /// Takes the user's key away, if there is one.
    pub(crate) async fn delete_token_key(&mut self, user: UserId) -> Result<(), StoreError> {
        let statement = Query::delete()
            .from_table(AuthtokenToken::Table)
            .and_where(Expr::col(AuthtokenToken::UserId).eq(self.dialect().user_id(user)))
            .take();
        self.execute(&statement).await.map(drop)
    }
}
