//! `authtoken_token`: one key a user, for `Authorization: Token …`.

use sea_query::{Expr, ExprTrait, OnConflict, Query};
use time::OffsetDateTime;

use super::tables::{AuthUser, AuthtokenToken};
use super::users::select_users;
use super::{Connection, StoreError, User, UserId};

impl Connection {
    /// The user whose key it is.
    pub(crate) async fn user_by_token_key(&mut self, key: &str) -> Result<Option<User>, StoreError> {
        let statement = select_users()
            .inner_join(
                AuthtokenToken::Table,
                Expr::col((AuthtokenToken::Table, AuthtokenToken::UserId)).equals((AuthUser::Table, AuthUser::Id)),
            )
            .and_where(Expr::col((AuthtokenToken::Table, AuthtokenToken::Key)).eq(key))
            .take();
        self.fetch_optional(&statement).await?.map(|row| User::from_row(&row)).transpose()
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
            .values_panic([new_key.into(), self.dialect().time(now), user.into()])
            .on_conflict(OnConflict::column(AuthtokenToken::UserId).do_nothing_on([AuthtokenToken::UserId]).to_owned())
            .take();
        self.execute(&insert).await?;
        let select = Query::select()
            .column(AuthtokenToken::Key)
            .from(AuthtokenToken::Table)
            .and_where(Expr::col(AuthtokenToken::UserId).eq(user))
            .take();
        self.fetch_optional(&select).await?.ok_or(sqlx::Error::RowNotFound)?.text("key")
    }

    /// Takes the user's key away, if there is one.
    pub(crate) async fn delete_token_key(&mut self, user: UserId) -> Result<(), StoreError> {
        let statement = Query::delete()
            .from_table(AuthtokenToken::Table)
            .and_where(Expr::col(AuthtokenToken::UserId).eq(user))
            .take();
        self.execute(&statement).await.map(drop)
    }
}
